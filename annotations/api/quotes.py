"""Writing quotes: add one that the engine missed, change one, decide many at once."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import Body, Text
from annotations.api.decisions import IF_MATCH, KindBody, ReasonBody, SpeakerBody, version_of
from annotations.api.problems import as_document
from annotations.api.repeats import IDEMPOTENCY_KEY, REQUIRED_KEY, idempotent
from annotations.api.spans import Selecting, WholeNumber, id_field, parts_of
from annotations.operations import quotes
from annotations.refusals import Refusal
from quotes.api import reading
from quotes.api.offsets import CODE_POINTS, Offsets
from quotes.api.permissions import READING
from quotes.api.problems import FieldError, Problem
from quotes.api.serializers import ProblemSerializer, Shown, StatementSerializer, etag
from quotes.api.views import OFFSET_UNIT, QuoteDetail, QuoteList, RecordView
from quotes.models import Quote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_ITEMS: Final = 200
SHOWN: Final = frozenset(
    {
        *("id", "collection", "published_on", "act", "text", "start", "end", "parts", "cue_lemma"),
        *("addressee", "parent", "corrections", "context_before", "context_after", "status"),
        *("origin", "engine_version", "rule", "reason", "confidence", "changed_fields"),
        *("decided_by", "decided_at", "version", "created_at", "updated_at"),
    }
)


class QuoteBody(Body):
    """A quote that the engine missed. It is confirmed from the start."""

    article = id_field("Id of the article.")
    content = parts_of("The words said, with their marks; several parts where it is broken.")
    source = parts_of("How the text names who said it.")
    cue = parts_of("The words that say that it was said, as `told reporters`.")
    speaker = id_field("Id of a speaker of the same collection.", required=False)

    shown = SHOWN | {"kind", "note", "flagged"}


class QuoteChange(Body):
    """What to change; what is left out stays. A `speaker` accepts the quote, the rest does not."""

    speaker = id_field("Id of a speaker of the same collection.", required=False)
    kind = serializers.ChoiceField(choices=Quote.Kind.choices, required=False)
    content = parts_of("All parts of the content anew.")
    source = parts_of("All parts of the source anew; an empty list for none.")
    cue = parts_of("All parts of the cue anew; an empty list for none.")
    note = Text(required=False, allow_blank=True, max_length=5000, help_text="For colleagues.")
    flagged = serializers.BooleanField(required=False, help_text="Asks for a second pair of eyes.")

    shown = SHOWN | {"article"}


def show(quote: Quote, unit: str = CODE_POINTS) -> dict[str, Any]:
    """The quote as reading it gives it."""
    row = reading.statement_rows(Quote.objects.all()).get(pk=quote.pk)
    if unit != CODE_POINTS:
        Offsets.of_articles(unit, [row.article_id]).shift_quotes([row])
    shown: dict[str, Any] = StatementSerializer(row).data
    return shown


class Quotes(QuoteList):
    __doc__ = QuoteList.__doc__

    scopes = {**READING, "POST": "annotate"}
    written_parameters = frozenset({"offset_unit"})

    @extend_schema(
        request=QuoteBody,
        parameters=[OFFSET_UNIT, IDEMPOTENCY_KEY],
        responses={201: OpenApiResponse(StatementSerializer, description="Added, confirmed.")},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Add a quote that the engine missed.

        The words sent must be those that stand in the article; its kind follows from its marks.
        """
        body = QuoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        user, unit = cast("User", request.user), self.unit()
        article = uuid.UUID(said["article"])
        select = Selecting(unit, user=user, public_id=article)
        speaker = said.get("speaker")
        quote = quotes.add_quote(
            article_id=article,
            user=user,
            speaker_id=uuid.UUID(speaker) if speaker else None,
            **{
                role: select.selections(said.get(role, ()), role)
                for role in ("content", "source", "cue")
            },
        )
        address = reverse("api:quote_detail", args=[quote.public_id])
        headers = {"Location": address, "ETag": etag(quote, unit)}
        return Response(show(quote, unit), status=201, headers=headers)


class QuoteInFull(QuoteDetail):
    __doc__ = QuoteDetail.__doc__

    scopes = {**READING, "PATCH": "annotate"}
    written_parameters = frozenset({"offset_unit"})

    @extend_schema(
        request=QuoteChange, parameters=[OFFSET_UNIT, IF_MATCH], responses=StatementSerializer
    )
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change a quote: speaker, kind, boundaries, note, flag; all of it or nothing.

        Each change is an action of its own in the history, so that the version may grow by more
        than one.
        """
        version = version_of(request, public_id)
        body = QuoteChange(data=request.data)
        body.is_valid(raise_exception=True)
        unit = self.unit()
        quote = _change(public_id, version, cast("User", request.user), body.validated_data, unit)
        return Response(show(quote, unit), headers={"ETag": etag(quote, unit)})

    def show_current(self, row: Quote) -> Any:
        return show(row, self.unit())


@transaction.atomic
def _change(
    public_id: uuid.UUID, version: int, user: User, said: Mapping[str, Any], unit: str
) -> Quote:
    steps: list[tuple[Callable[..., Quote], dict[str, Any]]] = []
    spans = {role: said[role] for role in ("content", "source", "cue") if role in said}
    if spans:
        select = Selecting(unit, user=user, quotes__public_id=public_id)
        chosen = {role: select.selections(parts, role) for role, parts in spans.items()}
        steps.append((quotes.set_boundaries, chosen))
    if "kind" in said:
        steps.append((quotes.set_kind, {"kind": said["kind"]}))
    if "speaker" in said:
        steps.append((quotes.set_speaker, {"speaker_id": uuid.UUID(said["speaker"])}))
    if "note" in said:
        steps.append((quotes.set_note, {"note": said["note"]}))
    if "flagged" in said:
        steps.append((quotes.flag_quote, {"flagged": said["flagged"]}))
    if not steps:
        raise Problem(
            "invalid-body",
            "Say what to change.",
            errors=[FieldError("", "nothing-to-change", "Say what to change.")],
        )
    for act, what in steps:
        quote = act(public_id=public_id, version=version, user=user, **what)
        version = quote.version
    return quote


ACTIONS: Final[dict[str, tuple[type[Body], Callable[..., Quote]]]] = {
    "confirm": (Body, quotes.confirm_quote),
    "reject": (ReasonBody, quotes.reject_quote),
    "reopen": (Body, quotes.reopen_quote),
    "speaker": (SpeakerBody, quotes.set_speaker),
    "kind": (KindBody, quotes.set_kind),
}


class BulkItem(Body):
    """One decision, with the version that it was made on."""

    id = id_field("Id of the quote.")
    version = WholeNumber(min_value=1, max_value=10**8, help_text="The version that you saw.")
    action = serializers.ChoiceField(choices=[(name, name) for name in ACTIONS])
    reason = Text(required=False, allow_blank=True, max_length=5000, help_text="Of `reject`.")
    speaker = id_field("Of `speaker`.", required=False)
    kind = serializers.ChoiceField(choices=Quote.Kind.choices, required=False)


AT_ONCE: Any = {"many": True, "min_length": 1, "max_length": MAX_ITEMS}


class BulkBody(Body):
    items = BulkItem(**AT_ONCE)


class BulkResult(Shown):
    id = serializers.UUIDField()
    status = serializers.IntegerField(help_text="As the single action would have answered.")
    quote = StatementSerializer(allow_null=True, help_text="As it is then; null where refused.")
    problem = ProblemSerializer(allow_null=True, help_text="Null where it was done.")


class BulkAnswer(Shown):
    results = BulkResult(many=True)


class QuoteBulk(RecordView):
    """Decide up to 200 quotes, each on its own: one result for each, in the order sent."""

    scopes = {"POST": "annotate"}
    serializer_class = BulkAnswer
    queryset = Quote.objects.none()
    written_parameters = frozenset({"offset_unit"})

    @extend_schema(request=BulkBody, parameters=[OFFSET_UNIT, REQUIRED_KEY], responses=BulkAnswer)
    @idempotent(required=True)
    def post(self, request: Request) -> Response:
        body = BulkBody(data=request.data)
        body.is_valid(raise_exception=True)
        user, in_unit = cast("User", request.user), functools.partial(show, unit=self.unit())
        results = [self._decide(item, user, in_unit) for item in body.validated_data["items"]]
        return Response({"results": results})

    def _decide(
        self, item: Mapping[str, Any], user: User, show: Callable[[Quote], dict[str, Any]]
    ) -> dict[str, Any]:
        found = {"id": item["id"], "status": 200, "quote": None, "problem": None}
        try:
            with transaction.atomic():
                quote = self._act(item, user)
        except (Refusal, PermissionDenied, serializers.ValidationError) as refusal:
            problem = as_document(refusal, show=show)
            return found | {"status": problem["status"], "problem": problem}
        return found | {"quote": show(quote)}

    def _act(self, item: Mapping[str, Any], user: User) -> Quote:
        shape, act = ACTIONS[item["action"]]
        given = {name: item[name] for name in ("reason", "speaker", "kind") if name in item}
        body = shape(data=given)
        body.is_valid(raise_exception=True)
        said = dict(body.validated_data)
        if "speaker" in said:
            said["speaker_id"] = uuid.UUID(said.pop("speaker"))
        return act(public_id=uuid.UUID(item["id"]), version=item["version"], user=user, **said)
