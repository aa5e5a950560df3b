"""The web process stays small: pages and API never load the language model."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

LOAD_EVERYTHING = """
import sys
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
from django.urls import get_resolver
def walk(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            walk(pattern.url_patterns)
walk(get_resolver().url_patterns)
import quotes.tasks, quotes.operations, quotes.importing, annotations.operations.undoing
print(sorted({"spacy", "onnxruntime", "torch", "numpy"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_pages_api_and_operations_load_no_language_model():
    done = subprocess.run(
        [sys.executable, "-c", LOAD_EVERYTHING],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
