"""Running the engine: done once, failed in words, never for ever."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from quotes.models import ExtractionRun, Quote
from quotes.operations import request_extraction, run_extraction
from quotes.operations.running import MAX_ATTEMPTS
from quotes.tasks import extract_article
from tests.quotes.operations.test_apply_extraction import found, the_usual

if TYPE_CHECKING:
    from quotes.models import Article

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, article: Article) -> list[str]:
    """An engine that answers at once; the texts it was asked about."""
    asked: list[str] = []

    def extract(document, config):
        asked.append(document.text)
        return found(article, *the_usual(article))

    pipeline = ModuleType("quotes.extraction.pipeline")
    pipeline.extract = extract
    monkeypatch.setitem(sys.modules, "quotes.extraction.pipeline", pipeline)
    return asked


@pytest.fixture
def broken_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def extract(document, config):
        raise MemoryError("no room for “a secret sentence”")

    pipeline = ModuleType("quotes.extraction.pipeline")
    pipeline.extract = extract
    monkeypatch.setitem(sys.modules, "quotes.extraction.pipeline", pipeline)


def test_a_run_keeps_what_it_found_and_how(engine: list[str], article: Article):
    run = run_extraction(run=request_extraction(article=article))
    assert (run.state, run.n_quotes, run.attempts) == ("done", 2, 1)
    assert run.engine_version == "test/1"
    assert run.config["engine"] == "auto"
    assert len(run.config_hash) == 64
    assert run.milliseconds is not None
    assert run.finished_at >= run.started_at
    assert Quote.objects.count() == 2


def test_a_job_done_twice_extracts_once(engine: list[str], article: Article):
    run = request_extraction(article=article)
    extract_article(run_id=str(run.public_id))
    extract_article(run_id=str(run.public_id))
    assert len(engine) == 1
    assert Quote.objects.count() == 2


@pytest.mark.usefixtures("broken_engine")
def test_a_broken_engine_fails_the_run_in_words_without_article_text(article: Article):
    run = run_extraction(run=request_extraction(article=article))
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "The engine stopped: MemoryError.")
    assert not Quote.objects.exists()


def test_a_run_that_kills_its_worker_is_not_tried_for_ever(engine: list[str], article: Article):
    run = request_extraction(article=article)
    ExtractionRun.objects.update(state="running", attempts=MAX_ATTEMPTS)
    run = run_extraction(run=run)
    assert run.state == "failed"
    assert "3 attempts" in run.error
    assert engine == []
