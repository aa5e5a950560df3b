"""The API's reference page: drawn under our content security policy, and requests work from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_reference_is_drawn_without_breaking_the_policy(
    page: Page,
    context: BrowserContext,
    base_url: str,
    editor: User,
    sign_in: Callable[[BrowserContext, User], None],
) -> None:
    sign_in(context, editor)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(base_url + reverse("api:reference"))
    expect(page.locator(".opblock-summary-path").first).to_be_visible()
    operation = page.locator("#operations-articles-articles_list")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(
        operation.locator(".live-responses-table tbody .response-col_status").first
    ).to_contain_text("200")
    assert not [line for line in said if "Security Policy" in line or line.startswith("error")], (
        said
    )
    assert not [url for url in asked if not url.startswith((base_url, "data:", "blob:"))]
