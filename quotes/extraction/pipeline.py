"""The engine's front door: ``extract`` one document, or ``extract_many`` in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from quotes.extraction import assemble, extensions, judging, language, linking, scoring, selection
from quotes.extraction.boilerplate import find_skipped, read_date
from quotes.extraction.components import (
    carried,
    corrections,
    direct,
    names,
    nested,
    quoted,
    references,
    reported,
    signed,
    speakers,
    tagged,
)
from quotes.extraction.components.quoted_as import reread_quoted_as
from quotes.extraction.components.recorded import reread_recorded
from quotes.extraction.config import ENGINE_VERSION, Config
from quotes.extraction.tagging import LARGE_MODEL_DIRECTORY, Tagger, load_tagger
from quotes.extraction.text import Ranges, paragraphs
from quotes.extraction.types import Document, Extraction


class EngineMissing(RuntimeError):
    """The engine that was asked for by name cannot run here."""


Watch = Callable[[str, Doc], None]

_ENGLISH = frozenset(
    "the of and to in a is that for it on with as was said by at from be has are he not".split()
)
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH_WORDS = 40
_ENGLISH_SHARE = 0.12
_BATCH = 16
_BATCHES = 4


def extract(
    document: Document,
    config: Config = Config(),  # noqa: B008 frozen
    watch: Watch | None = None,
) -> Extraction:
    """Find the quotes, speakers and corrections of one article.

    The language model is loaded on the first call of a process, which takes about a second.
    ``watch`` is called after each component with its name and the ``Doc`` as it left it.
    """
    (parsed,) = _parsed([document], config)
    return _interpreted(parsed, config, watch)


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A document as far as it is read, and what the language model made of it."""

    document: Document
    text: str
    english: bool
    model: language.Model
    doc: Doc


def _parsed(documents: Sequence[Document], config: Config) -> list[_Parsed]:
    """Each document parsed; those in English together, which is faster than one by one."""
    texts = [document.text[: config.max_chars] for document in documents]
    english = [looks_english(text) for text in texts]
    docs: dict[int, tuple[language.Model, Doc]] = {}
    for kind in set(english):
        model = language.load(config.language_model) if kind else language.blank()
        places = [n for n, one in enumerate(english) if one is kind]
        read = language.read_many([texts[n] for n in places], model, config.chunk_chars)
        docs.update((n, (model, doc)) for n, doc in zip(places, read, strict=True))
    return [
        _Parsed(document, texts[n], english[n], *docs[n]) for n, document in enumerate(documents)
    ]


def _interpreted(parsed: _Parsed, config: Config, watch: Watch | None = None) -> Extraction:
    document, text, model, doc = parsed.document, parsed.text, parsed.model, parsed.doc
    notes = []
    if len(text) < len(document.text):
        notes.append(f"read only the first {config.max_chars} characters")
    skipped = find_skipped(text) if document.skipped is None else document.skipped
    date = document.date or read_date(text)
    if not parsed.english:
        notes.append("not English: only the quotation marks were used")
    elif not model.parses:
        notes.append("no language model installed: only the quotation marks were used")
    reader = _reader()
    doc._.document = Document(text, date, document.outlet, document.country)
    doc._.config = config
    doc._.skipped = skipped
    tagger = tagger_for(config) if model.parses else None
    if tagger is not None:
        doc._.tagged = tuple(tagger.tag(text, paragraphs(text)))
    for name, component in reader.pipeline:
        doc = component(doc)
        if watch is not None:
            watch(name, doc)
    people = assemble.People()
    found, findings = assemble.attributions(doc, doc._.findings, people, Ranges(skipped))
    events = linking.corrections(doc, found, findings, people, config.correction_confidence)
    return Extraction(
        attributions=tuple(found),
        speakers=people.speakers(),
        corrections=tuple(events),
        skipped=skipped,
        engine=f"{ENGINE_VERSION}/{_kind(config) if tagger else 'rules'}",
        model=f"{model.name}, {tagger.name}" if tagger else model.name,
        language="en" if parsed.english else "und",
        date=date,
        note="; ".join(notes),
    )


def tagger_for(config: Config) -> Tagger | None:
    """The trained tagger, loaded once; None where the config wants none or "auto" finds none.

    Raises ``EngineMissing`` where "encoder" or "large" was asked for and has no weights.
    """
    if config.engine == "rules":
        return None
    large = LARGE_MODEL_DIRECTORY if config.engine == "large" else None
    found = load_tagger(config.model_dir or large)
    if found is None and config.engine != "auto":
        advice = "; make train SIZE=large BASE=FOLDER trains it" if large else ""
        raise EngineMissing(f"engine “{config.engine}” has no weights on this machine{advice}")
    return found


def _kind(config: Config) -> str:
    return "encoder" if config.engine == "auto" else config.engine


def extract_many(
    documents: Iterable[Document],
    config: Config = Config(),  # noqa: B008 frozen
    *,
    processes: int = 1,
) -> Iterator[Extraction]:
    """``extract`` for each document, in order; ``processes`` above 1 share the work.

    Articles are parsed some together: faster than one by one, with the same result.
    """
    batches = _batches(documents, 4 * config.chunk_chars)
    if processes <= 1:
        for batch in batches:
            yield from _extract_batch(batch, config)
        return
    with ProcessPoolExecutor(processes) as pool:
        while waiting := list(islice(batches, _BATCHES * processes)):
            for found in pool.map(partial(_extract_batch, config=config), waiting):
                yield from found


def _batches(documents: Iterable[Document], most_chars: int) -> Iterator[list[Document]]:
    batch: list[Document] = []
    chars = 0
    for document in documents:
        if batch and (chars + len(document.text) > most_chars or len(batch) == _BATCH):
            yield batch
            batch, chars = [], 0
        batch.append(document)
        chars += len(document.text)
    if batch:
        yield batch


def _extract_batch(documents: Sequence[Document], config: Config) -> list[Extraction]:
    return [_interpreted(parsed, config) for parsed in _parsed(documents, config)]


def looks_english(text: str) -> bool:
    """True where enough of the words are English; short texts are given the benefit."""
    words = [word.lower() for word in islice((m.group() for m in _WORD.finditer(text)), 3000)]
    if len(words) < _ENOUGH_WORDS:
        return True
    return sum(word in _ENGLISH for word in words) >= _ENGLISH_SHARE * len(words)


@lru_cache(maxsize=1)
def _reader() -> Language:
    """The components after the parser, in order; spaCy checks what they require."""
    extensions.register()
    reader = spacy.blank("en")
    for name in (
        quoted.NAME,
        reported.NAME,
        direct.NAME,
        signed.NAME,
        tagged.NAME,
        "choose_frames",
        carried.NAME,
        nested.NAME,
        names.NAME,
        references.NAME,
        speakers.NAME,
        corrections.NAME,
    ):
        reader.add_pipe(name)
    return reader


@Language.component("choose_frames", requires=["doc._.frames"], assigns=["doc._.frames"])
def choose_frames(doc: Doc) -> Doc:
    """Let marks repair the proposals, score them, keep the best that do not overlap."""
    frames = doc._.frames or []
    reread_quoted_as(doc, frames)
    reread_recorded(doc, frames)
    selection.snap_to_marks(doc, frames)
    frames = [f for f in frames if f.content and not selection.is_thing(doc, f)]
    scoring.score(frames)
    judging.judge(doc, frames)
    doc._.frames = selection.split_at_colon(doc, selection.select(doc, frames))
    return doc
