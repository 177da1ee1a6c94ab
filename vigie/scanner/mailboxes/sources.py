"""Raw messages from files, folders, mbox, Maildir and standard input: read only, one at a time, memory flat.

For `vigie check`. What cannot be read is an item, too: the rest goes on.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vigie.scanner.mailboxes import eml, maildir, mbox

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Item:
    """One message, exactly as stored, up to the limit."""

    label: str
    """Where it lies: a path; `path#3` is the third message of an mbox; `-` is standard input."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that should have held a message. `reason`: the system's own words, or one of the codes of `CODES`."""

    label: str
    reason: str


CODES = frozenset({"empty", "no-message", "no-mail", "outlook-msg"})


def messages(path: str, *, limit: int) -> Iterator[Item | Unreadable]:
    """Everything that `path` holds, in a stable order, each at most `limit` bytes. "-" is standard input. Never raises OSError."""
    if path == STDIN:
        yield from _given(_stream(sys.stdin.buffer, STDIN, limit), is_mail=False)
        return
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a name of undecodable bytes stays as it was typed
        if stat.S_ISDIR(mode):
            yield from _folder(Path(path), limit)
        else:
            yield from _given(_file(Path(path), limit), is_mail=eml.is_name(path))
    except OSError as error:
        yield Unreadable(path, error.strerror or type(error).__name__)
    except ValueError as error:  # a NUL in the name
        yield Unreadable(path, str(error))


def _file(path: Path, limit: int) -> Iterator[Item | Unreadable]:
    with path.open("rb") as stream:
        yield from _stream(stream, str(path), limit)


def _stream(stream: BinaryIO, label: str, limit: int) -> Iterator[Item | Unreadable]:
    """A message, or an mbox where it begins with "From "."""
    try:
        head = stream.read(len(mbox.SEPARATOR))
        if head == mbox.SEPARATOR:
            for number, raw in enumerate(mbox.messages(stream, head, limit=limit), 1):
                yield Item(f"{label}#{number}", raw)
        elif not head and label.endswith(".mbox"):
            return
        elif not head:
            yield Unreadable(label, "empty")
        else:
            raw = eml.message(stream, head, limit=limit)
            yield Unreadable(label, "outlook-msg") if raw.startswith(eml.COMPOUND_FILE) else Item(label, raw)
    except OSError as error:
        yield Unreadable(label, error.strerror or type(error).__name__)


def _given(items: Iterator[Item | Unreadable], *, is_mail: bool) -> Iterator[Item | Unreadable]:
    """What somebody has named one by one may be a picture or a text message; what a mailbox holds, or is called a mail, is one."""
    for item in items:
        known = is_mail or not isinstance(item, Item) or eml.has_header(item.raw)
        yield item if known else Unreadable(item.label, "no-mail")


def _folder(root: Path, limit: int) -> Iterator[Item | Unreadable]:
    """Maildirs, .eml files and .mbox files at any depth, sorted; links to folders are not followed."""
    faults: list[OSError] = []
    found = False
    for here, folders, files in os.walk(root, onerror=faults.append):
        folders.sort()
        paths = [Path(here, name) for name in sorted(files) if eml.is_name(name) or name.lower().endswith(".mbox")]
        if maildir.is_maildir(Path(here)):
            folders[:] = [name for name in folders if name not in maildir.PARTS]
            paths += maildir.paths(Path(here), faults.append)
        for path in paths:
            found = True
            yield from _regular(path, limit)
        while faults:
            found = True
            fault = faults.pop(0)
            yield Unreadable(str(fault.filename), fault.strerror or type(fault).__name__)
    for fault in faults:
        found = True
        yield Unreadable(str(fault.filename), fault.strerror or type(fault).__name__)
    if not found:
        yield Unreadable(str(root), "no-message")


def _regular(path: Path, limit: int) -> Iterator[Item | Unreadable]:
    """Pipes and devices that lie in a folder are left alone: opening one may wait for ever."""
    try:
        if stat.S_ISREG(path.stat().st_mode):
            yield from _file(path, limit)
    except OSError as error:
        yield Unreadable(str(path), error.strerror or type(error).__name__)
