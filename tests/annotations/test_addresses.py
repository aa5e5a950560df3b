"""The short way to an address says what the resolver says."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse

TEMPLATES = Path(settings.BASE_DIR, "templates").rglob("*.html")
USED = {
    name
    for template in TEMPLATES
    for name in re.findall(r"{% address '(\w+)'", template.read_text(encoding="utf-8"))
}


def drawn(name: str, public_id: object) -> str:
    template = Template(f"{{% load addresses %}}{{% address '{name}' id %}}")
    return template.render(Context({"id": public_id}))


def test_the_templates_use_it() -> None:
    assert {"quote_confirm", "correction_confirm"} <= USED


@pytest.mark.parametrize("name", sorted(USED))
def test_each_address_of_the_templates_is_the_resolvers(name: str) -> None:
    for public_id in (uuid.uuid4(), uuid.uuid4()):
        expected = reverse(f"annotations:{name}", args=[public_id])
        assert drawn(name, public_id) == drawn(name, str(public_id)) == expected


@pytest.mark.parametrize(("name", "public_id"), [("quote_confirm", ""), ("no_such_name", "1")])
def test_what_the_resolver_refuses_is_refused(name: str, public_id: str) -> None:
    with pytest.raises(NoReverseMatch):
        drawn(name, public_id)
