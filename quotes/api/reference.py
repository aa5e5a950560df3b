"""The API's own description: the OpenAPI document, a page to try it, and the kinds of problems."""

from __future__ import annotations

import functools

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from quotes.api.problems import KINDS


@functools.cache
def document() -> bytes:
    """The OpenAPI document as YAML; made once a process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    rendered: bytes = OpenApiYamlRenderer().render(schema, renderer_context={})
    return rendered


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. The same for everybody, so nobody needs to sign in for it."""
    response = HttpResponse(document(), content_type="application/yaml; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """The document as a page on which requests can be tried."""
    return render(request, "quotes/api_reference.html")


class ProblemKind(APIView):
    """What a kind of problem means; the address that every problem's `type` names."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    http_method_names = ["get", "head"]

    @extend_schema(exclude=True)
    def get(self, request: Request, code: str) -> Response:
        kind = KINDS.get(code)
        if kind is None:
            raise Http404
        return Response(
            {"code": code, "status": kind.status, "title": kind.title, "meaning": kind.meaning}
        )
