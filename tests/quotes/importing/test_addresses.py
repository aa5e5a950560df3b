"""Web addresses: what is accepted and what counts as the same one (case 55)."""

from __future__ import annotations

import pytest

from quotes.importing import RefusedInput, canonical_url
from quotes.importing.addresses import checked_url


@pytest.mark.parametrize(
    ("url", "same_as"),
    [
        ("https://News.Example/Pier", "https://news.example/Pier"),
        ("HTTPS://news.example:443/a", "https://news.example/a"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example/a#comments", "https://news.example/a"),
        ("https://news.example/a?utm_source=x&utm_medium=y", "https://news.example/a"),
        ("https://news.example/a?id=7&fbclid=Zz&page=2", "https://news.example/a?id=7&page=2"),
        ("https://news.example/a?UTM_Source=x&b=%20c", "https://news.example/a?b=%20c"),
        ("https://me:secret@news.example/a", "https://news.example/a"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
    ],
)
def test_case_55_host_fragment_and_tracking_do_not_make_another_address(url, same_as):
    assert canonical_url(url) == same_as
    assert canonical_url(same_as) == same_as


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "news.example/a", "ftp://a/b", "https://[", "https://a:x/"]
)
def test_what_is_no_web_address_has_no_canonical_form(url):
    assert canonical_url(url) == ""


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//a.example", "x"])
def test_case_23_only_web_addresses_are_accepted(url):
    with pytest.raises(RefusedInput, match="http"):
        checked_url(url)


def test_an_accepted_address_is_kept_as_it_was_given():
    url = "https://News.Example/a?utm_source=x#top"
    assert checked_url(url) == url
