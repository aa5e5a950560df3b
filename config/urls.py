"""Every address of the site: pages, API, and the probes that operators ask."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config import health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", include("annotations.api.urls")),
    path("", include("annotations.urls")),
    # One page to sign in, and no way to sign up: these stand before the library's own.
    path(
        "account/login/",
        RedirectView.as_view(
            pattern_name="annotations:sign_in", query_string=True, http_method_names=["get", "head"]
        ),
        name="account_login",
    ),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/3rdparty/", include("allauth.socialaccount.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
]

handler400 = "annotations.views.errors.bad_request"
handler403 = "annotations.views.errors.permission_denied"
handler404 = "annotations.views.errors.not_found"
handler500 = "annotations.views.errors.server_error"
