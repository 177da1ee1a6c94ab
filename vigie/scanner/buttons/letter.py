"""A reply as a mail that is put into the person's own mailbox: plain text, one sentence, the reasons, what to do. Pure.

What comes from the mail itself is bounded, without control characters, and opens nothing (digest.tame). A reply that would not read back as
it was meant is written once more without a word of the mail: no mail keeps its answer, or another one's, from being given.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from vigie.ledger.types import Record
from vigie.rules.types import Case
from vigie.scanner.buttons.copies import Noted
from vigie.scanner.buttons.words import WORDS, Language
from vigie.scanner.digest import tame

LOG = logging.getLogger(__name__)

SENDER: Final = "vigie@vigie.invalid"
"""Nobody's (RFC 2606 section 2): the reply was never sent, and is no proof of anything."""
SUBJECT: Final = 60
"""Characters of the mail's subject within ours."""
EXPLANATION: Final = 3000
ADVICE: Final = 600
LINES: Final = 12
_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]"
_MESSAGE_ID = re.compile(rf"(?!.*=\?){_ATOMS}{{1,120}}@(?:{_ATOMS}{{1,120}}|\[[A-Za-z0-9.:]{{1,60}}\])")
"""RFC 5322 section 3.6.4, of its ASCII. `=?` begins an encoded word: EmailMessage decodes one in these fields, line ends and all."""
_CONTENT = ("content-type", "content-transfer-encoding", "mime-version")


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

    def draft(bare: bool) -> _Draft:
        subject = "" if bare else tame.line(told.case.subject, SUBJECT)
        short = words[f"short.{_key(told.case)}"]
        title = f"{short}{words['colon']}{words['quotes'].format(text=subject)}" if subject else short
        below = {} if bare else _below(told.case.message_id)
        return _begun(title, envelope, message_id) | below, _lines(told, envelope.language, bare=bare)

    return _written(draft)


def compose_many(all_told: Sequence[Answered], envelope: Envelope, message_id: str) -> bytes:
    """One reply about many messages that were moved at a time."""
    words, language = WORDS[envelope.language], envelope.language

    def draft(bare: bool) -> _Draft:
        body = [words["many"].format(count=len(all_told)), ""]
        for told in all_told:
            body += [f"- {words[f'short.{_key(told.case)}']}"]
            if not bare:
                subject = tame.line(told.case.subject, SUBJECT) or words["no_subject"]
                body += [f"> {subject}", f"> {_when(told.received, language)}"]
            body += [] if told.goes_to and not told.into_quarantine else [_where(told, words)]
            body += [""]
        body += _thanks([told.report for told in all_told if told.report is not None], words)
        title = words["many.subject"].format(count=len(all_told))
        return _begun(title, envelope, message_id), [*body, words["foot"]]

    return _written(draft)


def compose_unmoved(told: Unmoved, envelope: Envelope, message_id: str) -> bytes:
    """One more reply, about a message that was answered."""
    words, record = WORDS[envelope.language], told.record
    kind = "unmoved.back" if told.goes_to else "unmoved.stays"

    def draft(bare: bool) -> _Draft:
        author, subject = ("", "") if bare else (tame.line(record.author), tame.line(record.subject))
        title = words[f"{kind}.subject"]
        quoted = words["quotes"].format(text=tame.line(record.subject, SUBJECT))
        title = f"{title}{words['colon']}{quoted}" if subject else title
        body = [words["unmoved"], ""]
        body += [f"> {words['author'].format(text=author)}"] if author else []
        body += [f"> {words['subject'].format(text=subject)}"] if subject else []
        body += [] if bare else [f"> {words['came'].format(text=_when(told.received, envelope.language))}", ""]
        body += [words[kind].format(folder=tame.plain(told.button, 100))]
        body += [_back(told.goes_to, words)] if told.goes_to else []
        below = {} if bare else _below(record.message_id)
        fields = _begun(title, envelope, message_id) | below
        return fields, [*body, "", words["unmoved.answer"], "", "-- ", words["foot"]]

    return _written(draft)


def compose_unread(button: str, envelope: Envelope, message_id: str, *, reported: bool) -> bytes:
    """About a message that lies in that folder and could not be read at all: not even its subject is known."""
    words = WORDS[envelope.language]
    fields = _begun(words["short.unexamined"], envelope, message_id)
    body = [words["unread"].format(folder=tame.plain(button, 100)), ""]
    body += [words["unread.reported"], ""] if reported else []
    body += [words["do"], *(f"- {words[f'unread.{one}']}" for one in ("careful", "wait", "ask"))]
    return _written(lambda _: (fields, [*body, "", "-- ", words["foot"]]))


def _below(message_id: str) -> dict[str, str]:
    """In clients that show threads."""
    original = message_id.strip().removeprefix("<").removesuffix(">")
    if not _MESSAGE_ID.fullmatch(original):
        return {}
    return dict.fromkeys(("In-Reply-To", "References"), f"<{original}>")


def _begun(title: str, envelope: Envelope, message_id: str) -> dict[str, str]:
    to = {"To": envelope.recipient} if envelope.recipient else {}
    return {
        "From": f"Vigie <{SENDER}>",
        **to,
        # The header is read as encoded words (RFC 2047) once more: what a mail's subject holds of them stays text, and no line ends.
        "Subject": f"[Vigie] {title}".replace("=?", "= ?"),
        "Date": format_datetime(envelope.at),
        "Message-ID": f"<{message_id}>",
        "Auto-Submitted": "auto-replied",  # RFC 3834 section 5: nobody answers it automatically
        "X-Auto-Response-Suppress": "All",  # the same for Exchange, which does not read that
    }


_Draft = tuple[dict[str, str], Iterable[str]]
"""Fields and lines of a reply."""


def _written(draft: Callable[[bool], _Draft]) -> bytes:
    """The reply, with the words of the mail (False) where it then reads back as it was meant, else bare of them (True). Total."""
    try:
        fields, lines = draft(False)
        text = "\n".join(lines) + "\n"
        raw = _composed(fields, text)
        if _reads_back(raw, fields, text):
            return raw
        LOG.warning("a reply with words of its mail would not read back as it was meant: it is written without them")
    except Exception as error:  # noqa: BLE001 - the email package raises many kinds; a mail that nobody can quote stops no folder
        LOG.warning("a reply is written without words of its mail: %s", type(error).__name__)
    fields, lines = draft(True)
    return _composed({name: value for name, value in fields.items() if name != "To"}, "\n".join(lines) + "\n")


def _composed(fields: dict[str, str], text: str) -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    for name, value in fields.items():
        message[name] = value
    message.set_content(text, cte="quoted-printable")
    return message.as_bytes()


def _reads_back(raw: bytes, fields: dict[str, str], text: str) -> bool:
    """Whoever opens it finds these fields and this one text, and nothing else. Folding may change white space (RFC 5322 section 2.2.3)."""
    message = message_from_bytes(raw, policy=policy.SMTP)
    names = [name.lower() for name in message]
    if sorted(names) != sorted([*(name.lower() for name in fields), *_CONTENT]):
        return False
    # A display name, or an address, is written in another way than the admin has.
    told = all(_close(str(message[name])) == _close(value) for name, value in fields.items() if name != "To")
    body = message.get_content() if message.get_content_type() == "text/plain" else None
    return told and isinstance(body, str) and body.splitlines() == text.splitlines()


def _close(value: str) -> str:
    return "".join(value.split())


def _lines(told: Answered, language: Language, *, bare: bool) -> Iterator[str]:
    words, case = WORDS[language], told.case
    yield from (words["asked" if told.report is None else "reported"], "")
    if not bare:
        author, subject = tame.line(case.author) or words["nobody"], tame.line(case.subject) or words["no_subject"]
        yield f"> {words['author'].format(text=author)}"
        yield f"> {words['subject'].format(text=subject)}"
        yield from (f"> {words['came'].format(text=_when(told.received, language))}", "")
    yield from (words[f"told.{_key(case)}"], "")
    if told.partial:
        yield from (words["partial"], "")
    explanation = "" if bare else tame.line(case.explanation.get(language, ""), EXPLANATION)
    if explanation and case.error is None and _key(case) != "unrelated":
        yield from (words["why"], explanation, "")
    advice = [] if bare else [tame.plain(line, ADVICE) for line in case.advice.get(language, ())[:LINES]]
    advice = [words["unread.careful"]] if bare and _key(case) != "genuine" else [line for line in advice if line]
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
