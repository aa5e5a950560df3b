"""An article's web page: its text by trafilatura, its headline, author, date and outlet."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from quotes.importing.addresses import canonical_url
from quotes.importing.decoding import decode
from quotes.importing.folding import folded
from quotes.importing.insets import with_lost_paragraphs
from quotes.importing.items import RefusedInput

ARTICLE_TYPES = frozenset(
    {
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "BackgroundNewsArticle",
        "OpinionNewsArticle",
        "ReviewNewsArticle",
        "AskPublicNewsArticle",
        "LiveBlogPosting",
        "BlogPosting",
        "Report",
        "WebPage",
    }
)
CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I)
HEAD_BYTES = 4096
BLOCKS = ("p", "li", "h2", "h3", "h4", "h5", "h6")
MIN_LINK_WORDS = 4
MAX_DEPTH = 12
SITE_ON_TITLE = re.compile(r"\s+[|–—-]\s+[^|–—]{2,40}$")
NOT_A_NAME = re.compile(r"@|https?:|www\.|\.com\b|[{}<>|]")
BY = re.compile(r"(?i)^\s*by\s+")


@dataclass(frozen=True, slots=True)
class WebPage:
    """What a page says of its article; empty where it does not say."""

    text: str
    headline: str
    byline: str
    outlet: str
    published_on: dt.date | None
    url: str
    language: str
    links: frozenset[str] = frozenset()
    """Lines that are links and nothing else, folded: teasers of other stories."""


def decode_page(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Decode a page by its byte order mark, the encoding that its server or the page itself
    declares, or what it looks like."""
    in_page = CHARSET.search(data[:HEAD_BYTES])
    for said in (declared, in_page.group(1).decode("ascii") if in_page else None):
        if said:
            try:
                return decode(data, said)
            except RefusedInput:  # many pages declare one encoding and are written in another
                pass
    return decode(data)


def read_page(html: str) -> WebPage:
    """Take the article out of a page. Text is empty where the page holds none."""
    import trafilatura  # heavy, and needed for web pages only

    tree = trafilatura.load_html(html)
    if tree is None:
        return WebPage("", "", "", "", None, "", "")
    linked = _linked_data(tree)
    meta = _meta(tree)
    language = str(tree.get("lang") or "").strip()
    headlines = [_squashed("".join(node.itertext())) for node in tree.iter("h1")]
    document = trafilatura.bare_extraction(html, include_comments=False, with_metadata=True)
    guessed: dict[str, Any] = document.as_dict() if document is not None else {}  # type: ignore[union-attr] # as_dict=False gives a Document
    text = str(guessed.get("text") or "")
    headline = _headline(headlines, meta, linked) or _clean(guessed.get("title"))
    outlet = _outlet(linked, meta) or _clean(guessed.get("sitename"))
    return WebPage(
        text=_body(with_lost_paragraphs(text, tree), [headline, *headlines]),
        headline=headline,
        byline=_byline(linked, meta, guessed.get("author"), site=outlet),
        outlet=outlet,
        published_on=_date(linked, meta, guessed.get("date")),
        url=_address(tree, meta, linked),
        language=language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language) else "",
        links=_link_lines(tree),
    )


def _link_lines(tree: Any) -> frozenset[str]:
    """Collect the blocks whose every word is in a link, folded; one word is no teaser."""
    found = set()
    for node in tree.iter(*BLOCKS):
        words = folded("".join(node.itertext()))
        if words.count(" ") >= MIN_LINK_WORDS - 1:
            linked = folded(" ".join("".join(link.itertext()) for link in node.iter("a")))
            if words == linked:
                found.add(words)
    return frozenset(found)


def _body(text: str, headlines: list[str]) -> str:
    """Put a blank line between paragraphs; drop the headline where it opens the text again."""
    paragraphs = [line for line in text.split("\n") if line.strip()]
    known = {folded(headline) for headline in headlines if headline}
    while len(paragraphs) > 1 and folded(paragraphs[0]) in known:
        paragraphs.pop(0)
    return "\n\n".join(paragraphs)


def _headline(headlines: list[str], meta: dict[str, str], linked: dict[str, Any]) -> str:
    """Choose the page's own headline: an h1 that its metadata know, else what those say."""
    said = [_clean(meta.get("og:title")), _clean(linked.get("headline"))]
    said = [title for title in said if title]
    for headline in headlines:
        words = set(folded(headline).split())
        for title in said:
            known = set(folded(title).split())
            if words and len(words & known) * 2 >= min(len(words), len(known)):
                return headline
    filled = [headline for headline in headlines if headline]
    if len(filled) == 1 and (not said or len(filled[0].split()) > 3):
        return filled[0]
    if said:
        return SITE_ON_TITLE.sub("", said[0]) if len(said) == 1 or said[0] != said[1] else said[0]
    return filled[0] if filled else ""


def _byline(linked: dict[str, Any], meta: dict[str, str], guessed: object, *, site: str) -> str:
    """Name the authors, the linked data's first; handles, addresses and the site are no names."""
    people: list[object] = []
    authors = linked.get("author")
    for author in authors if isinstance(authors, list) else [authors]:
        if isinstance(author, dict):
            names = author.get("name")
            people.extend(names if isinstance(names, list) else [names])
        else:
            people.append(author)
    said = [meta.get(key) for key in ("author", "article:author")]
    return _names(people, site) or _names(said, site) or _names([guessed], site)


def _names(people: Sequence[object], site: str) -> str:
    names = []
    for person in people:
        name = BY.sub("", _clean(person))
        if name and not NOT_A_NAME.search(name) and folded(name) != folded(site):
            names.append(name)
    return ", ".join(dict.fromkeys(names))


def _outlet(linked: dict[str, Any], meta: dict[str, str]) -> str:
    publisher = linked.get("publisher")
    if isinstance(publisher, list):
        publisher = publisher[0] if publisher else None
    name = publisher.get("name") if isinstance(publisher, dict) else publisher
    return _clean(meta.get("og:site_name")) or _clean(name)


def _date(linked: dict[str, Any], meta: dict[str, str], guessed: object) -> dt.date | None:
    for value in (
        linked.get("datePublished"),
        meta.get("article:published_time"),
        meta.get("parsely-pub-date"),
        guessed,
    ):
        found = re.match(r"\s*(\d{4}-\d{2}-\d{2})", value) if isinstance(value, str) else None
        if found:
            try:
                return dt.date.fromisoformat(found.group(1))
            except ValueError:
                continue
    return None


def _address(tree: Any, meta: dict[str, str], linked: dict[str, Any]) -> str:
    links = [
        node.get("href")
        for node in tree.iter("link")
        if str(node.get("rel") or "").lower() == "canonical"
    ]
    for value in (*links, meta.get("og:url"), linked.get("url")):
        if isinstance(value, str) and canonical_url(value):
            return value.strip()
    return ""


def _meta(tree: Any) -> dict[str, str]:
    """Collect the page's meta elements by name; the first of a name wins."""
    found: dict[str, str] = {}
    for node in tree.iter("meta"):
        key = node.get("property") or node.get("name")
        if key and node.get("content"):
            found.setdefault(str(key).lower(), str(node.get("content")))
    return found


def _linked_data(tree: Any) -> dict[str, Any]:
    """Find the JSON-LD object about the article; that with most to say where there are several."""
    best: dict[str, Any] = {}
    for node in tree.iter("script"):
        if "ld+json" not in str(node.get("type") or ""):
            continue
        try:
            data = json.loads(node.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for found in _article_objects(data, 0):
            if _weight(found) > _weight(best):
                best = found
    return best


def _weight(found: dict[str, Any]) -> int:
    return sum(bool(found.get(key)) for key in ("headline", "author", "datePublished", "publisher"))


def _article_objects(data: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        for part in data:
            yield from _article_objects(part, depth + 1)
    elif isinstance(data, dict):
        kinds = data.get("@type")
        names = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(name, str) and name in ARTICLE_TYPES for name in names):
            yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _article_objects(data.get(key), depth + 1)


def _clean(value: object) -> str:
    import html

    return _squashed(html.unescape(value)) if isinstance(value, str) else ""


def _squashed(value: str) -> str:
    return " ".join(value.split())
