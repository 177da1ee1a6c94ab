"""What passes between the pool and a judging process, over one socket. Neither side trusts the other's lengths.

A judging process reads hostile mail: what it says is unpickled with an allow-list of plain data types, so that a
process that was taken over can lie about a verdict but run nothing in the program that holds the passwords.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import io
import json
import operator
import pickle
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, BinaryIO, Literal

from vigie.auth_checks.frozen import answers_of, plain
from vigie.auth_checks.types import UNKNOWN_DELIVERY, Delivery, DnsAnswer
from vigie.message.types import Medium
from vigie.rules.types import Case, ExaminationError

READY = b"R"
CASE = b"C"
FAULT = b"F"

_JOB = struct.Struct("!IQ")
_ANSWER = struct.Struct("!cI")
_DATA_MODULES = ("vigie.rules.types", "vigie.auth_checks.types", "vigie.message.types")
_PLAIN: dict[tuple[str, str], type] = {("datetime", kind.__name__): kind for kind in (datetime, timedelta, timezone)}
COPIED = 256 * 1024
"""Up to here one copy is cheaper than one more system call."""
MAX_ANSWER = 16 * 1024 * 1024


class WireError(Exception):
    """The other side does not keep to the protocol."""


@dataclass(frozen=True, slots=True)
class Job:
    """One message to judge. `now` None: the instant at which its judging begins. `answers`: see Examiner.examine."""

    raw: bytes
    received: datetime | None = None
    now: datetime | None = None
    delivery: Delivery = UNKNOWN_DELIVERY
    answers: tuple[DnsAnswer, ...] | None = None
    text: Medium | Literal["guess"] | None = None
    """Not None: `raw` is a pasted text, see Examiner.examine_text."""
    opens: bool = True
    """Attachments are opened, see Examiner.examine."""


def send_job(sock: socket.socket, job: Job, deadline: float) -> None:
    """Sends it, by `deadline` (time.monotonic). Raises TimeoutError, OSError when the process is gone."""
    answers = None if job.answers is None else plain(job.answers)
    known = (job.delivery.recipients, job.delivery.elsewhere)
    head = json.dumps([_text(job.received), _text(job.now), known, answers, job.text, job.opens]).encode()
    start = _JOB.pack(len(head), len(job.raw)) + head
    for piece in (start + job.raw,) if len(job.raw) < COPIED else (start, job.raw):
        _until(sock, deadline)
        sock.sendall(piece)


def read_job(stream: BinaryIO) -> Job | None:
    """The next one; None when the pool has gone. May raise MemoryError."""
    start = stream.read(_JOB.size)
    if len(start) < _JOB.size:
        return None
    head_size, raw_size = _JOB.unpack(start)
    received, now, (recipients, elsewhere), answers, text, opens = json.loads(stream.read(head_size))
    raw = stream.read(raw_size)
    if len(raw) < raw_size:
        return None
    frozen = None if answers is None else answers_of(answers)
    return Job(
        raw, _instant(received), _instant(now), Delivery(tuple(recipients), elsewhere), frozen, text_kind(text), opens
    )


def text_kind(word: str | None) -> Medium | Literal["guess"] | None:
    """The kind of a pasted text by its word; "guess" for the one that the text itself has to tell."""
    return "guess" if word == "guess" else None if word is None else Medium(word)


def send_answer(sock: socket.socket, kind: bytes, payload: bytes = b"") -> None:
    """Sends READY, CASE or FAULT."""
    sock.sendall(_ANSWER.pack(kind, len(payload)) + payload)


def receive_answer(sock: socket.socket, deadline: float) -> tuple[bytes, bytes]:
    """(kind, payload). Raises TimeoutError, EOFError when the process has ended, WireError when it talks nonsense."""
    kind, size = _ANSWER.unpack(_receive(sock, _ANSWER.size, deadline))
    if kind not in (READY, CASE, FAULT) or size > MAX_ANSWER:
        raise WireError("an answer that is none")
    return kind, _receive(sock, size, deadline)


def pack_case(case: Case) -> bytes:
    """For send_answer(CASE)."""
    buffer = io.BytesIO()
    _DataPickler(buffer, protocol=5).dump(case)
    return buffer.getvalue()


def unpack_case(payload: bytes) -> Case:
    """The case. Raises WireError for anything else than plain data."""
    try:
        case = _PlainData(io.BytesIO(payload)).load()
    except (pickle.UnpicklingError, ValueError, TypeError, EOFError, AttributeError, IndexError, KeyError):
        raise WireError("a case that is none") from None
    if not isinstance(case, Case):
        raise WireError("a case that is none")
    return case


def pack_fault(error: ExaminationError) -> bytes:
    """For send_answer(FAULT)."""
    return f"{error.kind}\n{error.detail}".encode("utf-8", "replace")


def unpack_fault(payload: bytes) -> ExaminationError:
    """What the process said of its own failure."""
    kind, _, detail = payload.decode("utf-8", "replace").partition("\n")
    return ExaminationError(kind if kind in ("memory", "timeout") else "crash", detail[:200])


class _DataPickler(pickle.Pickler):
    """A data class as its constructor's arguments: slotted ones go through slow Python code otherwise, field by field.

    An enumeration's member as its class and value: Python 3.11.2 (Debian 12) would write `getattr`, which the other side refuses.
    """

    def reducer_override(self, obj: object) -> Any:  # noqa: ANN401 - a tuple or NotImplemented, as pickle has it
        kind = type(obj)
        if isinstance(obj, enum.Enum):
            return kind, (obj.value,)
        return (
            (kind, _fields_of(kind)(obj)) if kind.__module__ in _DATA_MODULES and is_dataclass(kind) else NotImplemented
        )


@functools.cache
def _fields_of(kind: type) -> Callable[[object], tuple[object, ...]]:
    names = [field.name for field in dataclasses.fields(kind)]
    get = operator.attrgetter(*names)
    return get if len(names) > 1 else lambda obj: (get(obj),)


class _PlainData(pickle.Unpickler):
    """Makes the data classes and enumerations that a Case consists of, and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        return _data_class(module, name)


@functools.lru_cache(maxsize=256)
def _data_class(module: str, name: str) -> type:
    if (module, name) in _PLAIN:
        return _PLAIN[module, name]
    found = getattr(sys.modules[module], name, None) if module in _DATA_MODULES and name.isidentifier() else None
    if isinstance(found, type) and (is_dataclass(found) or issubclass(found, enum.Enum)):
        return found
    raise pickle.UnpicklingError(f"{module}.{name} is not data")


def _receive(sock: socket.socket, size: int, deadline: float) -> bytes:
    chunks = []
    while size:
        _until(sock, deadline)
        chunk = sock.recv(min(size, 1 << 20))
        if not chunk:
            raise EOFError
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def _until(sock: socket.socket, deadline: float) -> None:
    """Never less than a moment: an answer that lies there already is taken, however late this side comes to read it."""
    sock.settimeout(max(deadline - time.monotonic(), 0.001))


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
