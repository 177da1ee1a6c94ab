"""A reply as a mail that is put into the person's own mailbox: plain text, one sentence, the reasons, what to do. Pure.

What comes from the mail itself is bounded, without control characters, and opens nothing (digest.tame).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from vigie.ledger.types import Record
from vigie.rules.types import Case
from vigie.scanner.buttons.copies import Noted
from vigie.scanner.buttons.words import WORDS, Language
from vigie.scanner.digest import tame

SENDER: Final = "vigie@vigie.invalid"
"""Nobody's (RFC 2606 section 2): the reply was never sent, and is no proof of anything."""
SUBJECT: Final = 60
"""Characters of the mail's subject within ours."""
EXPLANATION: Final = 3000
ADVICE: Final = 600
LINES: Final = 12
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,240}")


@dataclass(frozen=True, slots=True)
class Answered:
    """What is told about one message."""

    case: Case
    received: datetime
    button: str
    """The folder that it was moved to."""
    goes_to: str
    """The folder that it is put into; "": it stays."""
    report: Noted | None = None
    """What became of it; None: it was asked about."""
    into_quarantine: bool = False
    partial: bool = False
    circles: int = 0
    """It stays since it was put back so often within a day."""


@dataclass(frozen=True, slots=True)
class Unmoved:
    """What is told about a message that could not be moved as its answer had said."""

    record: Record
    received: datetime
    button: str
    """The folder that it was moved to, and lies in."""
    goes_to: str
    """It was to go into quarantine, and goes there instead; "": it stays."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a reply needs beside what it tells."""

    language: Language
    recipient: str
    """"" where no address of the mailbox is known."""
    at: datetime


def fresh_message_id() -> str:
    """Without angle brackets; 128 random bits: nobody can have used it before us."""
    return f"answer.{secrets.token_hex(16)}@vigie.invalid"


def compose(told: Answered, envelope: Envelope, message_id: str) -> bytes:
    """The reply about one message, below that message in clients that show threads."""
    words = WORDS[envelope.language]
    subject = tame.line(told.case.subject, SUBJECT)
    short = words[f"short.{_key(told.case)}"]
    title = f"{short}{words['colon']}{words['quotes'].format(text=subject)}" if subject else short
    message = _begun(title, envelope, message_id)
    _below(message, told.case.message_id)
    return _ended(message, _lines(told, envelope.language))


def compose_many(all_told: Sequence[Answered], envelope: Envelope, message_id: str) -> bytes:
    """One reply about many messages that were moved at a time."""
    words, language = WORDS[envelope.language], envelope.language
    message = _begun(words["many.subject"].format(count=len(all_told)), envelope, message_id)
    body = [words["many"].format(count=len(all_told)), ""]
    for told in all_told:
        subject = tame.line(told.case.subject, SUBJECT) or words["no_subject"]
        body += [f"- {words[f'short.{_key(told.case)}']}", f"> {subject}", f"> {_when(told.received, language)}"]
        body += [] if told.goes_to and not told.into_quarantine else [_where(told, words)]
        body += [""]
    body += _thanks([told.report for told in all_told if told.report is not None], words)
    return _ended(message, [*body, words["foot"]])


def compose_unmoved(told: Unmoved, envelope: Envelope, message_id: str) -> bytes:
    """One more reply, about a message that was answered."""
    words, record = WORDS[envelope.language], told.record
    kind = "unmoved.back" if told.goes_to else "unmoved.stays"
    author, subject = tame.line(record.author), tame.line(record.subject)
    title = words[f"{kind}.subject"]
    quoted = words["quotes"].format(text=tame.line(record.subject, SUBJECT))
    message = _begun(f"{title}{words['colon']}{quoted}" if subject else title, envelope, message_id)
    _below(message, record.message_id)
    body = [words["unmoved"], ""]
    body += [f"> {words['author'].format(text=author)}"] if author else []
    body += [f"> {words['subject'].format(text=subject)}"] if subject else []
    body += [f"> {words['came'].format(text=_when(told.received, envelope.language))}", ""]
    body += [words[kind].format(folder=tame.plain(told.button, 100))]
    body += [_back(told.goes_to, words)] if told.goes_to else []
    return _ended(message, [*body, "", words["unmoved.answer"], "", "-- ", words["foot"]])


def compose_unread(button: str, envelope: Envelope, message_id: str, *, reported: bool) -> bytes:
    """About a message that lies in that folder and could not be read at all: not even its subject is known."""
    words = WORDS[envelope.language]
    message = _begun(words["short.unexamined"], envelope, message_id)
    body = [words["unread"].format(folder=tame.plain(button, 100)), ""]
    body += [words["unread.reported"], ""] if reported else []
    body += [words["do"], *(f"- {words[f'unread.{one}']}" for one in ("careful", "wait", "ask"))]
    return _ended(message, [*body, "", "-- ", words["foot"]])


def _below(message: EmailMessage, message_id: str) -> None:
    """In clients that show threads."""
    original = message_id.strip().removeprefix("<").removesuffix(">")
    if _MESSAGE_ID.fullmatch(original):
        message["In-Reply-To"] = message["References"] = f"<{original}>"


def _begun(title: str, envelope: Envelope, message_id: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = f"Vigie <{SENDER}>"
    if envelope.recipient:
        message["To"] = envelope.recipient
    # The header is read as encoded words (RFC 2047) once more: what a mail's subject holds of them stays text, and no line ends.
    message["Subject"] = f"[Vigie] {title}".replace("=?", "= ?")
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = f"<{message_id}>"
    message["Auto-Submitted"] = "auto-replied"  # RFC 3834 section 5: nobody answers it automatically
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which does not read that
    return message


def _ended(message: EmailMessage, body: Iterable[str]) -> bytes:
    message.set_content("\n".join(body) + "\n", cte="quoted-printable")
    return message.as_bytes()


def _lines(told: Answered, language: Language) -> Iterator[str]:
    words, case = WORDS[language], told.case
    author, subject = tame.line(case.author) or words["nobody"], tame.line(case.subject) or words["no_subject"]
    yield from (words["asked" if told.report is None else "reported"], "")
    yield f"> {words['author'].format(text=author)}"
    yield f"> {words['subject'].format(text=subject)}"
    yield from (f"> {words['came'].format(text=_when(told.received, language))}", "")
    yield from (words[f"told.{_key(case)}"], "")
    if told.partial:
        yield from (words["partial"], "")
    explanation = tame.line(case.explanation.get(language, ""), EXPLANATION)
    if explanation and case.error is None and _key(case) != "unrelated":
        yield from (words["why"], explanation, "")
    advice = [tame.plain(line, ADVICE) for line in case.advice.get(language, ())[:LINES]]
    advice = [words["unrelated.advice"]] if _key(case) == "unrelated" else [line for line in advice if line]
    if advice:
        yield from (words["do"], *(f"- {line}" for line in advice), "")
    yield from (_where(told, words), "")
    if told.report is not None:
        yield from (words[f"thanks.{told.report.value}"], "")
    yield from ("-- ", words["foot"])


def _thanks(reports: Sequence[Noted], words: dict[str, str]) -> list[str]:
    """For many reports at once: of how many a copy is kept."""
    kept = sum(report is Noted.KEPT for report in reports)
    if not reports:
        return []
    lines = [words["many.noted"]]
    lines += [words["many.kept"].format(count=kept, total=len(reports))] if kept else []
    lines += [words["many.unkept"].format(count=len(reports) - kept, total=len(reports))] if kept < len(reports) else []
    return [*lines, ""]


def _where(told: Answered, words: dict[str, str]) -> str:
    if not told.goes_to:
        stays = "circles" if told.circles else "stays"
        return words[stays].format(count=told.circles, folder=tame.plain(told.button, 100))
    if told.into_quarantine:
        return words["quarantine"].format(folder=tame.plain(told.goes_to, 100))
    return _back(told.goes_to, words)


def _back(folder: str, words: dict[str, str]) -> str:
    return words["inbox" if folder.upper() == "INBOX" else "back"].format(folder=tame.plain(folder, 100))


def _key(case: Case) -> str:
    return "unexamined" if case.error is not None else case.verdict.label.value


def _when(value: datetime, language: Language) -> str:
    written = "%d/%m/%Y %H:%M" if language == "fr" else "%Y-%m-%d %H:%M"
    return f"{value.astimezone():{written}}"
