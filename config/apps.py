"""The site itself as an app, for the commands that know both other apps."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The site: settings, the embedded database, and `manage.py serve`."""

    name = "config"
    verbose_name = "Site"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - importing registers them
