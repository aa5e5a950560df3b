"""The addresses of the whole API: reading from ``quotes.api``, and here what writes."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from annotations.api import views
from quotes.api.urls import urlpatterns as reading

app_name = "api"

_writing = {
    pattern.name: pattern
    for pattern in (path("articles/", views.Articles.as_view(), name="article_list"),)
}

# A writing view takes the place of the reading one that it extends.
urlpatterns: list[URLPattern] = [
    *(_writing.get(pattern.name, pattern) for pattern in reading),
    re_path("", views.nothing_here, name="nothing_here"),
]
