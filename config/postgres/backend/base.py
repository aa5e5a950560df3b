"""Django's PostgreSQL backend, which starts the embedded server when a connection is wanted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from config.postgres.server import Cluster


class DatabaseWrapper(base.DatabaseWrapper):
    """Start lazily: `check`, `mypy` and the like import settings and must not start a server."""

    def get_connection_params(self) -> dict[str, Any]:
        cluster = Cluster(
            settings.EMBEDDED_POSTGRES_DIR, throwaway=settings.EMBEDDED_POSTGRES_THROWAWAY
        )
        cluster.ensure_running()
        self.settings_dict["HOST"] = str(cluster.socket_directory)
        self.settings_dict["USER"] = cluster.superuser
        params: dict[str, Any] = super().get_connection_params()
        return params
