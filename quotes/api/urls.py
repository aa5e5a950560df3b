"""The addresses of the reading API. ``annotations.api.urls`` adds what writes."""

from __future__ import annotations

from django.urls import URLPattern, path

from quotes.api import reference, views
from quotes.api.views import imports

app_name = "api"

urlpatterns: list[URLPattern] = [
    path("", reference.page, name="reference"),
    path("openapi.yml", reference.openapi, name="openapi"),
    path("problems/<slug:code>/", reference.ProblemKind.as_view(), name="problem"),
    path("articles/", views.ArticleList.as_view(), name="article_list"),
    path("articles/<uuid:public_id>/", views.ArticleDetail.as_view(), name="article_detail"),
    path(
        "articles/<uuid:public_id>/annotations/",
        views.ArticleAnnotations.as_view(),
        name="article_annotations",
    ),
    path(
        "articles/<uuid:public_id>/versions/",
        views.ArticleVersions.as_view(),
        name="article_versions",
    ),
    path("quotes/", views.QuoteList.as_view(), name="quote_list"),
    path("quotes/<uuid:public_id>/", views.QuoteDetail.as_view(), name="quote_detail"),
    path("speakers/", views.SpeakerList.as_view(), name="speaker_list"),
    path("speakers/<uuid:public_id>/", views.SpeakerDetail.as_view(), name="speaker_detail"),
    path(
        "speakers/<uuid:public_id>/statements/",
        views.SpeakerStatements.as_view(),
        name="speaker_statements",
    ),
    path(
        "speakers/<uuid:public_id>/corrections/",
        views.SpeakerCorrections.as_view(),
        name="speaker_corrections",
    ),
    path("statements/", views.StatementList.as_view(), name="statement_list"),
    path("corrections/", views.CorrectionList.as_view(), name="correction_list"),
    path(
        "corrections/<uuid:public_id>/",
        views.CorrectionDetail.as_view(),
        name="correction_detail",
    ),
    path("imports/", imports.ImportList.as_view(), name="import_list"),
    path("imports/<uuid:public_id>/", imports.ImportDetail.as_view(), name="import_detail"),
    path("imports/<uuid:public_id>/items/", imports.ImportItemList.as_view(), name="import_items"),
    path("runs/", imports.RunList.as_view(), name="run_list"),
]
