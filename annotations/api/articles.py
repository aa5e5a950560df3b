"""Writing of one article: what is known about it, and having it read anew; its versions."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, cast

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.bodies import COUNTRY_FORM, LANGUAGE_FORM, Body, Text
from annotations.api.decisions import IF_MATCH, NoBody, version_of
from annotations.api.repeats import IDEMPOTENCY_KEY, idempotent
from annotations.operations.articles import change_article, read_again, undo_article_change
from quotes.api import reading
from quotes.api.fields import DATE_FORM
from quotes.api.offsets import CODE_POINTS, Offsets
from quotes.api.permissions import READING
from quotes.api.problems import FieldError, Problem
from quotes.api.serializers import ArticleSerializer, etag
from quotes.api.serializers.imports import ArticleRunSerializer
from quotes.api.views import OFFSET_UNIT, ArticleDetail, RecordView
from quotes.models import Article, ExtractionRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHOWN: Final = frozenset(
    {
        *("id", "collection", "text", "sha256", "length", "encoding", "is_latest", "previous"),
        *("imported_by", "version", "created_at", "updated_at", "skipped", "opening"),
    }
)


def _text(limit: int, text: str, **options: Any) -> Text:
    return Text(required=False, allow_blank=True, max_length=limit, help_text=text, **options)


class ArticleChange(Body):
    """What to change; what is left out stays. The text of an article never changes."""

    headline = _text(500, "As printed.")
    byline = _text(500, "As printed.")
    outlet = _text(200, "Who published it.")
    published_on = _text(10, "As in `2031-05-04`, or null.", form=DATE_FORM, allow_null=True)
    url = _text(2000, "Where it was published: http or https.")
    language = Text(required=False, max_length=35, form=LANGUAGE_FORM, help_text="BCP 47.")
    country = _text(2, "ISO 3166 alpha-2 of the outlet.", form=COUNTRY_FORM)
    external_id = _text(200, "Your own id, unique in the collection, or null.", allow_null=True)

    shown = SHOWN


def show(article: Article, unit: str = CODE_POINTS) -> dict[str, Any]:
    """The article as reading gives it."""
    return show_row(reading.whole_article_rows(Article.objects.all()).get(pk=article.pk), unit)


def show_row(row: Article, unit: str) -> dict[str, Any]:
    if unit != CODE_POINTS:
        Offsets.of_text(unit, row.pk, row.text).shift_article(row)
    shown: dict[str, Any] = ArticleSerializer(row).data
    return shown


class ArticleInFull(ArticleDetail):
    __doc__ = ArticleDetail.__doc__

    scopes = {**READING, "PATCH": "import"}
    written_parameters = frozenset({"offset_unit"})

    @extend_schema(
        request=ArticleChange, parameters=[OFFSET_UNIT, IF_MATCH], responses=ArticleSerializer
    )
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Correct what is known about an article; quotes and corrections take over a new date.

        Its text never changes: a changed story is imported as a new article.
        """
        version = version_of(request, public_id)
        body = ArticleChange(data=request.data)
        body.is_valid(raise_exception=True)
        unit = self.unit()
        if not body.validated_data:
            said = "Say what to change."
            raise Problem("invalid-body", said, errors=[FieldError("", "nothing-to-change", said)])
        article = change_article(
            public_id=public_id,
            version=version,
            user=cast("User", request.user),
            changes=body.validated_data,
        )
        return Response(show(article, unit), headers={"ETag": etag(article, unit)})

    def show_current(self, row: Article) -> Any:
        return show(row, self.unit())


@extend_schema(methods=["POST"], request=None, parameters=[OFFSET_UNIT, IF_MATCH, IDEMPOTENCY_KEY])
class ArticleUndo(RecordView):
    """Take back the change that made this version of the article."""

    scopes = {"POST": "import"}
    serializer_class = ArticleSerializer
    queryset = Article.objects.none()
    written_parameters = frozenset({"offset_unit"})

    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        version = version_of(request, public_id)
        NoBody(data=request.data).is_valid(raise_exception=True)
        user, unit = cast("User", request.user), self.unit()
        article = undo_article_change(public_id=public_id, version=version, user=user)
        return Response(show(article, unit), headers={"ETag": etag(article, unit)})

    def show_current(self, row: Article) -> Any:
        return show(row, self.unit())


class ArticleExtract(RecordView):
    """Have the engine read the article anew, in the background.

    What people have decided stays as it is; suggestions that nobody has touched are made anew.
    While a run waits, asking again gives that run.
    """

    scopes = {"POST": "import"}
    serializer_class = ArticleRunSerializer
    queryset = ExtractionRun.objects.none()

    @extend_schema(
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: OpenApiResponse(ArticleRunSerializer, description="A worker does it.")},
    )
    @idempotent()
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        NoBody(data=request.data).is_valid(raise_exception=True)
        run = read_again(public_id=public_id, user=cast("User", request.user))
        row = reading.run_rows(ExtractionRun.objects.all()).get(pk=run.pk)
        address = f"{reverse('api:run_list')}?article={public_id}"
        return Response(ArticleRunSerializer(row).data, status=202, headers={"Location": address})
