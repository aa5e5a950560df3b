"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

if settings.SECRET_KEY_IS_TEMPORARY and not settings.DEBUG:
    # Each process would have its own, and people would be signed out at random.
    raise ImproperlyConfigured("Set SECRET_KEY, or start the site with `manage.py serve`.")
