"""Lines by the batch, at once or from a process of their own that reads ahead."""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection

from quotes.importing.items import ReadFailure
from quotes.importing.record import RecordLine

LINES_AT_ONCE = 250
CHARACTERS_AT_ONCE = 2_000_000

Found = RecordLine | ReadFailure


def in_batches(lines: Iterable[Found]) -> Generator[list[Found], None, None]:
    """Lines that are stored together: so many, or fewer where their texts are long."""
    remaining = iter(lines)
    while batch := _batch(remaining):
        yield batch


def _batch(lines: Iterator[Found]) -> list[Found]:
    batch = []
    characters = 0
    for line in islice(lines, LINES_AT_ONCE):
        batch.append(line)
        characters += len(line.data["text"]) if isinstance(line, RecordLine) else 0
        if characters >= CHARACTERS_AT_ONCE:
            break
    return batch


def read_ahead(lines: Iterable[Found]) -> Generator[list[Found], None, None]:
    """The same batches; the next one is read and checked while the caller stores the last.

    ``lines`` are gone through by a process of its own and must pickle: reading takes about as long
    as storing, and two threads of one process would wait for each other. Raises ``RuntimeError``
    where that process ends before the lines do.
    """
    context = get_context("spawn")  # a fork would share this process's connections
    batches, there = context.Pipe(duplex=False)
    reader = context.Process(target=_send, args=(lines, there), daemon=True)
    reader.start()
    there.close()
    gc.freeze()  # else all that lives here is gone through again for the values of each batch
    try:
        while batch := batches.recv():
            yield batch
    except EOFError:
        raise RuntimeError("The lines could not be read to their end.") from None
    finally:
        gc.unfreeze()
        reader.kill()
        reader.join()
        batches.close()


def _send(lines: Iterable[Found], batches: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked stops this one
    for batch in in_batches(lines):
        batches.send(batch)
    batches.send([])
