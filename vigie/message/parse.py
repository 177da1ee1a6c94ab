"""bytes -> Message: the one door of this package, pure and total.

Four readings are united: our own scan of the bytes (fields, readings), the standard library's and mail-parser's where
the bytes are out of the ordinary. mail-parser is used nowhere else; no security decision rests on its fields alone,
since it shows the first From field only (S-08).
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from itertools import islice

import mailparser

from vigie.message.bidi import as_shown, without_controls
from vigie.message.content import Content, message_context
from vigie.message.fields import ONCE_ONLY, Field, Scan, header_text, scan
from vigie.message.links import written
from vigie.message.readings import SPLIT_BYTES, Ledger, leaves
from vigie.message.received import parse_date, read_hops
from vigie.message.senders import MAILBOXES, read_authors, read_mailboxes
from vigie.message.smuggled import smuggling
from vigie.message.types import Address, Defect, Header, Layer, Message, TextBlock

logging.getLogger("mailparser").setLevel(logging.CRITICAL)  # its log lines quote the message

UNREADABLE = "unreadable"
"""The defect of a message over which `parse` failed: it is empty, and must not be judged as if it were."""
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to")
_REPLIES = ("reply-to", "mail-reply-to", "mail-followup-to")
"""Where clients send an answer: mutt and Thunderbird obey the two that no standard has."""
_BASES = frozenset({"content-base", "content-location"})
"""Thunderbird makes a <base> of them: relative links lead there (RFC 2110)."""
_VALUE_BYTES = 1 << 16
_OPINION_BYTES = 1 << 19
_SUBJECT_LINKS = 16
_ANGLED = re.compile(r"<\s*([^<>\s]{1,8192})\s*>")


def parse(raw: bytes, *, opens: bool = True) -> Message:
    """The union of all readings of a message; total: whatever the bytes, a Message with its defects.

    `opens`: attachments are looked into; else they are told, each as not opened.
    Raises MemoryError alone: that is no word about the bytes, and the judging process has a name for it.
    """
    try:
        return read(raw, opens=opens)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the last net under "total": a fault of ours must not hide the other mails
        return _unread(raw, Defect(UNREADABLE, type(error).__name__, structural=True))


def read(raw: bytes, *, opens: bool = True) -> Message:
    """`parse` without its net; tests call this one, so that a fault shows."""
    found = scan(raw)
    authors = read_authors(found.fields, found.strays, author_opinion)
    ledger = Ledger(split_bytes=SPLIT_BYTES + 3 * len(raw))
    smuggled = smuggling(found.body)
    for defect in (*found.defects, *authors.defects, *_duplicates(found), *((smuggled,) if smuggled else ())):
        ledger.note(defect.code, defect.detail, structural=defect.structural)
    headers = tuple(_header(field) for field in found.fields)
    values = {header.name: header.value for header in reversed(headers)}
    subject = values.get("subject", "")
    context = message_context(subject, values)
    content = _content(raw, found, Content(context, ledger, opens=opens), ledger)
    return Message(
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        headers=headers,
        message_id=values.get("message-id", "").strip("<> \t"),
        subject=subject,
        date=parse_date(values["date"]) if "date" in values else None,
        authors=authors.addresses,
        author_readings=authors.readings,
        sender=_mailboxes(found.fields, ("sender",)),
        reply_to=_mailboxes((*found.fields, *found.strays), _REPLIES),
        recipients=_mailboxes(found.fields, _RECIPIENTS),
        hops=read_hops(found.fields),
        blocks=(*_subjects(found), *content.blocks),
        links=tuple(content.links.values()),
        attachments=tuple(content.attachments),
        defects=tuple(ledger.defects.values()),
        pictures=tuple(content.pictures),
    )


def _header(field: Field) -> Header:
    return Header(field.name, header_text(field.raw[:_VALUE_BYTES]), field.raw, field.index)


def _duplicates(found: Scan) -> Iterator[Defect]:
    """Once-only fields that occur again (S-20): clients differ in which one they show. From has its own defect."""
    names = [field.name for field in (*found.fields, *found.strays)]
    for name in sorted(ONCE_ONLY - {"from"}):
        if names.count(name) > 1:
            yield Defect("duplicate-once-only-header", name, structural=True)


def _mailboxes(fields: Sequence[Field], names: Sequence[str]) -> tuple[Address, ...]:
    found: list[Address] = []
    for name in names:
        for field in fields:
            if field.name == name and len(found) < MAILBOXES:
                found += read_mailboxes(field)
    return tuple(found[:MAILBOXES])


def _subjects(found: Scan) -> Iterator[TextBlock]:
    """Every Subject that a client may show."""
    for field in (*found.fields, *found.strays):
        if field.name == "subject":
            text = header_text(field.raw[:_VALUE_BYTES])
            for reading in dict.fromkeys((as_shown(text), without_controls(text))):  # C-21
                if reading:
                    yield TextBlock(Layer.OUTER, "subject", reading)


def _content(raw: bytes, found: Scan, content: Content, ledger: Ledger) -> Content:
    content.add_leaves(leaves(found.fields, found.body, ledger))
    for body in found.other_bodies:
        content.add_leaves(leaves((), body, ledger))
        if any(defect.code == "header-blank-continuation" for defect in found.defects):
            # C-07: what ended the header there knows the fields above it
            content.add_leaves(leaves(found.fields, body, ledger))
    for field in found.fields:
        if field.name in _BASES:
            content.add_link("", header_text(field.raw[:_VALUE_BYTES]).strip(' "<>'), f"header:{field.name}", "base")
        if field.name.startswith("list-"):
            for target in _ANGLED.findall(header_text(field.raw[:_VALUE_BYTES]))[:16]:
                content.add_link("", target, f"header:{field.name}", "header")
        if field.name == "subject":
            # S-20: an address to go to on top of a genuine letter; a host alone may be what the letter is about
            for shown, target in islice(written(header_text(field.raw[:_VALUE_BYTES])), _SUBJECT_LINKS):
                if "://" in shown:
                    content.add_link(shown, target, "subject", "text")
    if ledger.ambiguous:
        for text, html in body_opinion(raw):
            content.add_text(text, html=html, where="text/html" if html else "text/plain")
    return content


def author_opinion(value: bytes) -> list[tuple[str, str]]:
    """What mail-parser makes of the body of a From field; nothing when it fails."""
    field = b"From: " + re.sub(rb"[\r\n]+", b" ", value) + b"\r\n\r\n"
    try:
        return [(str(display), str(addr)) for display, addr in mailparser.parse_from_bytes(field).from_]
    except Exception:  # noqa: BLE001 - mail-parser raises many kinds of error on hostile bytes; one opinion less
        return []


def body_opinion(raw: bytes) -> list[tuple[str, bool]]:
    """The texts that mail-parser and the standard library under it find, each with "is HTML"; nothing when they fail.

    Asked about ambiguous messages only, and not about sizes at which it is slow (X-02, X-03, X-05, X-07).
    """
    if (
        len(raw) > _OPINION_BYTES
        or raw.count(b"boundary") > 200
        or raw.count(b"\n--") > 2_000
        or raw.count(b"=?") > 1_000
        or raw.count(b";") > 20_000
    ):
        return []
    if any(len(line) > 1 << 14 for line in raw.split(b"\n")):
        return []
    try:
        mail = mailparser.parse_from_bytes(raw)
        plain = [*mail.text_plain, *mail.text_not_managed]
        return [(_sound(text), False) for text in plain[:50]] + [(_sound(text), True) for text in mail.text_html[:50]]
    except Exception:  # noqa: BLE001 - see author_opinion
        return []


def _sound(text: object) -> str:
    """Text without lone surrogates and NUL, which neither JSON nor a database takes."""
    return str(text).encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _unread(raw: bytes, defect: Defect) -> Message:
    """A message of which nothing is known but that it could not be read: it is never proven."""
    return Message(raw, hashlib.sha256(raw).hexdigest(), (), "", "", None, (), 0, (), (), (), (), (), (), (), (defect,))
