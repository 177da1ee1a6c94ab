"""Reports as mails: RFC 5965 (ARF) for abuse desks, and the original as an attachment. Pure.

Put together by hand: the standard library would fold, encode or repair a message that is attached, and a hostile one is evidence as
it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from email.header import Header
from email.utils import format_datetime
from typing import Final

import vigie
from vigie.ledger.report_types import FetchedFraud
from vigie.scanner.reporting.evidence import Evidence
from vigie.scanner.reporting.pages import pages

LONGEST_LINE: Final = 998
"""RFC 5322 section 2.1.1."""
_LINE_END: Final = re.compile(rb"\r?\n")
_NOT_MAIL: Final = re.compile(rb"\r(?!\n)|\0|[^\r\n]{999}")
_FOLD: Final = 900
_REPORT: Final = "multipart/report; report-type=feedback-report"
_ABOUT_US: Final = (f"User-Agent: Vigie/{vigie.__version__}", "Version: 1")
"""RFC 5965 section 3.1."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom, to whom, about what."""

    sender: str
    recipients: tuple[str, ...]
    subject: str


def arf(fraud: FetchedFraud, told: Evidence, envelope: Envelope, *, whole: bool) -> bytes:
    """A report of type "fraud" (RFC 5965). `whole`: with the message as it came, else with its redacted header.

    That is text/rfc822-headers then, which section 2(d) allows for where the message is not to be handed out.
    """
    parts = (
        _text(_in_words(told, whole=whole)),
        _part("message/feedback-report", _feedback(fraud, told, whole=whole)),
        _original(fraud.raw) if whole else _part("text/rfc822-headers; charset=utf-8", _lines(told)),
    )
    return _letter(fraud, envelope, _REPORT, parts)


def with_attached(fraud: FetchedFraud, envelope: Envelope, words: str, message: bytes) -> bytes:
    """A letter with a message attached: the one that came, as it came, or a redacted one."""
    return _letter(fraud, envelope, "multipart/mixed", (_text(words), _original(message)))


def with_xarf(fraud: FetchedFraud, told: Evidence, envelope: Envelope, document: bytes) -> bytes:
    """A report in XARF: three parts as RFC 5965 has them, the second of type "xarf", the third the JSON document (xarf.org).

    What reads ARF alone does not know the type and leaves the report to people, for whom the first part is.
    """
    head = (
        b'Content-Type: application/json; name="xarf.json"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="xarf.json"\r\n\r\n'
    )
    feedback = ("Feedback-Type: xarf", *_ABOUT_US)
    parts = (_text(_in_words(told)), _part("message/feedback-report", feedback), head + _base64(document))
    return _letter(fraud, envelope, _REPORT, parts)


def redacted_header(fraud: FetchedFraud, told: Evidence) -> bytes:
    """A message of its own: what a fraud's header tells, and its links, as an .eml that every mail client opens."""
    lines = [*_lines(told), f"X-Vigie-Report: {fraud.report.id}", "MIME-Version: 1.0", ""]
    return "\r\n".join(lines).encode() + _text(_in_words(told))


def message_id(report_id: str, sender: str) -> str:
    """The same at every try: where a server took it and could not say so, the second copy is known for the same mail."""
    return f"<report.{report_id}@{sender.rpartition('@')[2]}>"


def _letter(fraud: FetchedFraud, envelope: Envelope, kind: str, parts: Sequence[bytes]) -> bytes:
    boundary = _boundary(parts)
    head = (
        f"From: {envelope.sender}",
        f"To: {', '.join(envelope.recipients)}",
        f"Subject: {Header(envelope.subject, 'utf-8').encode()}",
        f"Date: {format_datetime(fraud.report.asked_at.astimezone(UTC))}",
        f"Message-ID: {message_id(fraud.report.id, envelope.sender)}",
        "Auto-Submitted: auto-generated",  # RFC 3834 section 5: nobody answers it automatically
        "MIME-Version: 1.0",
        f'Content-Type: {kind}; boundary="{boundary}"',
    )
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    return "\r\n".join((*head, "", "")).encode() + body + mark + b"--\r\n"


def _boundary(parts: Sequence[bytes]) -> str:
    """Of the parts' own hash: a fraud that was written to end our part early cannot know it (RFC 2046 section 5.1.1)."""
    return f"vigie-{hashlib.sha256(b''.join(parts)).hexdigest()[:40]}"


def _text(words: str) -> bytes:
    """As it stands where any server carries that: whoever lets it go, and whoever gets it, reads it without a program."""
    plain = words.isascii() and all(len(line) <= LONGEST_LINE for line in words.split("\r\n"))
    encoding, body = ("7bit", words.encode()) if plain else ("base64", _base64(words.encode()))
    return f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def _part(kind: str, lines: Sequence[str]) -> bytes:
    body = "".join(f"{line}\r\n" for line in lines).encode()
    encoding = "7bit" if body.isascii() else "8bit"
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def _original(raw: bytes) -> bytes:
    """message/rfc822 is neither encoded nor touched (RFC 2046 section 5.2.1); what no mail server would carry so, is a file."""
    text = _LINE_END.sub(b"\r\n", raw)
    if _NOT_MAIL.search(text):
        head = (
            b'Content-Type: application/octet-stream; name="fraud.eml"\r\nContent-Transfer-Encoding: base64\r\n'
            b'Content-Disposition: attachment; filename="fraud.eml"\r\n\r\n'
        )
        return head + _base64(raw)
    encoding = b"7bit" if text.isascii() else b"8bit"
    head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: " + encoding
    return head + b'\r\nContent-Disposition: attachment; filename="fraud.eml"\r\n\r\n' + text


def _feedback(fraud: FetchedFraud, told: Evidence, *, whole: bool) -> Sequence[str]:
    """RFC 5965 section 3: the three required fields, then what is known. No Original-Rcpt-To: it would name the recipient.

    Reported-URI is a URI (section 3.5), which a link with something taken out is not.
    """
    lines = ["Feedback-Type: fraud", *_ABOUT_US]
    lines.append(f"Arrival-Date: {format_datetime(fraud.record.judged_at.astimezone(UTC))}")
    if told.source_ip:
        lines.append(f"Source-IP: {told.source_ip}")
    if told.reported_domain:
        lines.append(f"Reported-Domain: {told.reported_domain}")
    lines += [f"Reported-URI: {page.url}" for page in pages(fraud, told, whole=whole)]
    return [line for line in lines if line.isascii() and len(line) <= LONGEST_LINE]


def _lines(told: Evidence) -> list[str]:
    return [_folded(f"{_title(name)}: {value}") for name, value in told.fields]


def _title(name: str) -> str:
    return "-".join({"id": "ID", "ip": "IP"}.get(word, word.capitalize()) for word in name.split("-"))


def _folded(line: str) -> str:
    """No line of a header over 998 octets: broken at blanks, where it has none cut (RFC 5322 section 2.2.3)."""
    pieces, rest = [], line
    while len(rest.encode()) > LONGEST_LINE:
        at = rest.rfind(" ", 1, _FOLD // 4)
        at = at if at > 0 else _FOLD // 4
        pieces.append(rest[:at])
        rest = rest[at:].lstrip(" ")
    return "\r\n ".join((*pieces, rest))


def _in_words(told: Evidence, *, whole: bool = False) -> str:
    lines = [
        "This is an abuse report about a phishing mail, made by Vigie and let go by a person who has confirmed the fraud."
    ]
    if told.brand:
        lines.append(f"It pretends to come from: {told.brand}")
    if told.author_domain:
        lines.append(f"Domain of its author: {told.author_domain}")
    lines += [f"It leads to: {link}" for link in told.links]
    lines.append(f"What was found: {', '.join(told.rules)}")
    if not whole:
        lines.append("What names the recipient was left out and replaced by [...].")
    return "".join(f"{line}\r\n" for line in lines)


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")
