"""The JSON of each resource. Serializers show; they never write."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from quotes.api.offsets import CODE_POINTS
from quotes.models import Article, Quote
from quotes.models.correction import CorrectionKind, CorrectionSide, Explicitness
from quotes.models.quote import QuoteAct, QuoteKind, SpanRole
from quotes.models.run import RunState
from quotes.models.speaker import NameKind, Origin, SpeakerKind
from quotes.models.suggestion import Status

LEFT_OUT = " […] "


def _id(*, source: str = "public_id", null: bool = False, text: str = "") -> Any:
    return serializers.UUIDField(
        source=source, read_only=True, allow_null=null, help_text=text or None
    )


def _offset(text: str, **options: Any) -> Any:
    return serializers.IntegerField(min_value=0, read_only=True, help_text=text, **options)


class Shown(serializers.Serializer[Any]):
    """A serializer that only shows: what reaches for its writing half finds none."""

    def create(self, validated_data: Any) -> Any:
        raise NotImplementedError("Operations write, serializers do not.")

    update = None  # type: ignore[assignment]
    save = None  # type: ignore[assignment]


class SpeakerReference(Shown):
    id = _id()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SpeakerKind.choices)
    wikidata_id = serializers.CharField(allow_null=True)


class ArticleReference(Shown):
    id = _id()
    headline = serializers.CharField()
    outlet = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    url = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")


class NamedPerson(Shown):
    id = serializers.UUIDField()
    name = serializers.CharField()


class Provenance(Shown):
    """Where an object comes from, and who made of it what it is.

    ``emptied`` is what is shown in place of words and people once it is withdrawn.
    """

    emptied: ClassVar[dict[str, Any]] = {}

    status = serializers.ChoiceField(choices=Status.choices)
    origin = serializers.ChoiceField(choices=Origin.choices, help_text="Who put it there.")
    engine_version = serializers.CharField(
        source="run.engine_version", allow_null=True, help_text="Null where a person added it."
    )
    rule = serializers.CharField(help_text="The engine's rule that found it.")
    reason = serializers.CharField(help_text="The engine's evidence, in words.")
    confidence = serializers.FloatField(allow_null=True, help_text="0 to 1; the engine's own.")
    changed_fields = serializers.ListField(
        child=serializers.CharField(), help_text="What a person changed of the suggestion."
    )
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    flagged = serializers.BooleanField(help_text="Somebody asks for a second pair of eyes.")
    version = serializers.IntegerField(help_text="Grows by one with every change.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if instance.status == Status.WITHDRAWN:
            shown |= {"rule": "", "reason": "", "note": "", "changed_fields": [], **self.emptied}
        return shown


class Part(Shown):
    role = serializers.ChoiceField(choices=SpanRole.choices)
    ordinal = serializers.IntegerField(help_text="Place among the parts of this role, from 0.")
    start = _offset("First character.")
    end = _offset("After the last character.")
    exact = serializers.CharField(help_text="The article's words there.")


class StandsIn(Shown):
    """A live correction that a quote takes part in."""

    id = serializers.UUIDField()
    side = serializers.ChoiceField(
        choices=CorrectionSide.choices,
        help_text="`corrected`: the claim; `correcting`: the retort.",
    )
    kind = serializers.ChoiceField(choices=CorrectionKind.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    corrector = serializers.SerializerMethodField()
    corrected = serializers.SerializerMethodField()

    @extend_schema_field(NamedPerson(allow_null=True))
    def get_corrector(self, row: dict[str, Any]) -> dict[str, Any] | None:
        return _named(row, "corrector")

    @extend_schema_field(NamedPerson(allow_null=True))
    def get_corrected(self, row: dict[str, Any]) -> dict[str, Any] | None:
        return _named(row, "corrected")


def _named(row: dict[str, Any], part: str) -> dict[str, Any] | None:
    if row[f"{part}_id"] is None:
        return None
    return {"id": row[f"{part}_id"], "name": row[f"{part}_name"]}


class QuoteSerializer(Provenance):
    emptied: ClassVar[dict[str, Any]] = {
        "text": "",
        "parts": [],
        "cue_lemma": "",
        "speaker": None,
        "addressee": None,
        "corrections": [],
    }

    id = _id()
    collection = _id(source="collection.public_id")
    article = ArticleReference()
    published_on = serializers.DateField(allow_null=True, help_text="The article's date.")
    kind = serializers.ChoiceField(choices=QuoteKind.choices)
    act = serializers.ChoiceField(choices=QuoteAct.choices)
    text = serializers.SerializerMethodField(
        help_text="The content with its quotation marks; ` […] ` where the article's own words "
        "stand between two parts."
    )
    start = _offset("Of the first part of the content.")
    end = _offset("Of the last part of the content.")
    parts = Part(many=True, help_text="Content, cue and source as they stand in the article.")
    cue_lemma = serializers.CharField()
    speaker = SpeakerReference(allow_null=True, help_text="Null where nobody knows yet.")
    addressee = SpeakerReference(allow_null=True)
    parent = _id(source="parent.public_id", null=True, text="The quote that this one is inside of.")
    corrections = StandsIn(many=True, source="in_corrections")

    def get_text(self, quote: Quote) -> str:
        parts: list[dict[str, Any]] = quote.parts  # type: ignore[attr-defined]
        between: list[str] = quote.between_parts  # type: ignore[attr-defined]
        content = [part["exact"] for part in parts if part["role"] == SpanRole.CONTENT]
        glued = (
            (gap if gap.isspace() else LEFT_OUT) + words
            for gap, words in zip(between, content[1:], strict=True)
        )
        return "".join((*content[:1], *glued))


class StatementSerializer(QuoteSerializer):
    context_before = serializers.CharField(help_text="Up to 160 characters before `start`.")
    context_after = serializers.CharField(help_text="Up to 160 characters after `end`.")


class SpeakerNameSerializer(Shown):
    text = serializers.CharField()
    kind = serializers.ChoiceField(choices=NameKind.choices)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    place = serializers.CharField(help_text="The place or organisation of a title.")


class SpeakerSerializer(Shown):
    id = _id()
    collection = _id(source="collection.public_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SpeakerKind.choices)
    description = serializers.CharField()
    wikidata_id = serializers.CharField(allow_null=True)
    names = SpeakerNameSerializer(many=True, source="known_as")
    merged_into = _id(
        source="merged_into.public_id", null=True, text="The speaker that holds these quotes now."
    )
    origin = serializers.ChoiceField(choices=Origin.choices)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CorrectionQuoteSerializer(Shown):
    id = serializers.UUIDField()
    side = serializers.ChoiceField(choices=CorrectionSide.choices)
    start = _offset("Of the quote's content.")
    end = _offset("Of the quote's content.")


class Cue(Shown):
    start = _offset("First character.")
    end = _offset("After the last character.")
    exact = serializers.CharField()


class CorrectionSerializer(Provenance):
    emptied: ClassVar[dict[str, Any]] = {
        "exact": "",
        "cue": None,
        "topic": "",
        "occasion": "",
        "corrector": None,
        "corrected": None,
        "quotes": [],
    }

    id = _id()
    collection = _id(source="collection.public_id")
    article = ArticleReference()
    published_on = serializers.DateField(allow_null=True, help_text="The article's date.")
    kind = serializers.ChoiceField(choices=CorrectionKind.choices)
    explicitness = serializers.ChoiceField(choices=Explicitness.choices)
    corrector = SpeakerReference(allow_null=True)
    corrected = SpeakerReference(allow_null=True, help_text="Null where nobody is named.")
    start = _offset("Of the evidence.")
    end = _offset("Of the evidence.")
    exact = serializers.CharField(help_text="The evidence: the article's words there.")
    cue = serializers.SerializerMethodField()
    topic = serializers.CharField()
    occasion = serializers.CharField()
    retells = _id(source="retells.public_id", null=True, text="The same event, told earlier.")
    same_point_as = _id(
        source="same_point_as.public_id", null=True, text="The same point on another occasion."
    )
    quotes = CorrectionQuoteSerializer(many=True, source="sides")

    @extend_schema_field(Cue(allow_null=True))
    def get_cue(self, correction: Any) -> dict[str, Any] | None:
        if correction.cue_start is None or correction.cue_end is None:
            return None
        return {
            "start": correction.cue_start,
            "end": correction.cue_end,
            "exact": correction.cue_text,
        }


class ArticleSummary(Shown):
    id = _id()
    collection = _id(source="collection.public_id")
    headline = serializers.CharField()
    outlet = serializers.CharField()
    byline = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    url = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")
    country = serializers.CharField(help_text="ISO 3166 alpha-2 of the outlet, or empty.")
    external_id = serializers.CharField(allow_null=True)
    sha256 = serializers.CharField(help_text="Of the text in UTF-8.")
    length = serializers.IntegerField(help_text="Of the text, in code points.")
    encoding = serializers.CharField(help_text="The encoding that it came in.")
    is_latest = serializers.BooleanField(help_text="No newer version of the story is here.")
    previous = _id(
        source="previous.public_id", null=True, text="The version that this one replaces."
    )
    imported_by = serializers.CharField(source="imported_by.username", allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ArticleListItem(ArticleSummary):
    n_quotes = serializers.IntegerField()
    n_decided = serializers.IntegerField()
    n_corrections = serializers.IntegerField()
    extraction = serializers.ChoiceField(
        choices=RunState.choices,
        source="run_state",
        allow_null=True,
        help_text="State of the newest run of the engine; null where there was none.",
    )


class SkippedSerializer(Shown):
    start = _offset("First character.")
    end = _offset("After the last character.")
    reason = serializers.CharField()


class ArticleSerializer(ArticleSummary):
    text = serializers.CharField(trim_whitespace=False, help_text="As imported, never altered.")
    skipped = serializers.SerializerMethodField(help_text="What in the text is not story.")

    @extend_schema_field(SkippedSerializer(many=True))
    def get_skipped(self, article: Article) -> list[dict[str, Any]]:
        return [{"start": s, "end": e, "reason": reason} for s, e, reason in article.skipped]


class RunSerializer(Shown):
    id = _id()
    state = serializers.ChoiceField(choices=RunState.choices)
    engine_version = serializers.CharField()
    model = serializers.CharField()
    n_quotes = serializers.IntegerField()
    n_corrections = serializers.IntegerField()
    milliseconds = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    error = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class AnnotationsSerializer(Shown):
    """All that is known of one article, in reading order."""

    article = ArticleSerializer()
    extraction = RunSerializer(allow_null=True, help_text="The newest run of the engine.")
    quotes = QuoteSerializer(many=True)
    corrections = CorrectionSerializer(many=True)


class ProblemErrorSerializer(Shown):
    pointer = serializers.CharField(
        help_text="JSON pointer into the body, or the name of a query parameter."
    )
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(Shown):
    """RFC 9457."""

    type = serializers.CharField(help_text="Address of a description of this kind of problem.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable; what programs compare.")
    errors = ProblemErrorSerializer(many=True)
    request_id = serializers.CharField(help_text="Also in the server's log.")


def etag(row: Model, unit: str = CODE_POINTS) -> str:
    """The strong entity tag of a versioned object, also taken by ``If-Match``.

    Offsets in another unit are other bytes, so they have another tag.
    """
    suffix = "" if unit == CODE_POINTS else f".{unit}"
    return f'"{row.public_id}.{row.version}{suffix}"'  # type: ignore[attr-defined]
