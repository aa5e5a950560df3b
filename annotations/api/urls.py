"""The addresses of the whole API: reading from ``quotes.api``, and here what writes."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from annotations.api import exports, views
from quotes.api.urls import urlpatterns as reading

app_name = "api"

_writing = {
    pattern.name: pattern
    for pattern in (path("articles/", views.Articles.as_view(), name="article_list"),)
}

# A writing view takes the place of the reading one that it extends.
urlpatterns: list[URLPattern] = [
    *(_writing.get(pattern.name, pattern) for pattern in reading),
    path("exports/<slug:table>.csv", exports.ExportTable.as_view(), name="export_table"),
    re_path("", views.nothing_here, name="nothing_here"),
]
