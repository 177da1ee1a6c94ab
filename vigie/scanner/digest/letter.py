"""A digest as a mail: text and plain HTML, nothing remote in it. Pure.

What comes from the mails that were held stands in quotation marks of mail ("> ", <blockquote>): people see whose words they are, and
so does every filter that reads the digest, Vigie among them.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from vigie.ledger.digest_types import Digest, HeldMail, Reader
from vigie.ledger.types import Decision
from vigie.scanner.digest import tame
from vigie.scanner.digest.words import counted, words

LISTED: Final = 100
"""Messages of one digest; of the others it tells the number."""
_STYLE: Final = "border-left:3px solid #999;margin:.3em 0;padding:0 .8em"


@dataclass(frozen=True, slots=True)
class Sending:
    """What a digest needs beside its messages."""

    digest: Digest
    reader: Reader
    sender: str
    pages: str
    """Where the review pages are."""
    link_days: int


@dataclass(frozen=True, slots=True)
class _Block:
    """One message: what we say, and what it says of itself."""

    heading: str
    quoted: tuple[str, ...]
    said: tuple[str, ...]
    link: str
    link_text: str


def compose(sending: Sending, held: Sequence[HeldMail], links: Mapping[str, str], at: datetime) -> EmailMessage:
    """The mail. `links`: by record id, the address that an owner asks at; of a reviewer's nothing is read."""
    reader, told = sending.reader, words(sending.reader.language)
    who, domain = "owner" if reader.is_owner else "reviewer", sending.sender.rpartition("@")[2]
    account = next(iter(reader.accounts)) if reader.is_owner else ""
    count, since = len(held), _when(sending.digest.since, reader.language)
    head = (
        counted(told, who, count, since=since, account=account),
        told[f"{who}.what"].format(days=sending.link_days),
    )
    blocks = [_block(sending, one, number, links) for number, one in enumerate(held[:LISTED], 1)]
    more = told[f"{who}.more"].format(count=count - LISTED, link=f"{sending.pages}/cases") if count > LISTED else ""
    foot = (*((more,) if more else ()), told["foot"])
    message = EmailMessage()
    message["From"] = f"Vigie <{sending.sender}>"
    message["To"] = reader.address
    message["Subject"] = counted(told, "subject", count)
    message["Date"] = format_datetime(at)
    # The same at every try: where a server took it and could not say so, the second copy is recognised as the same mail.
    message["Message-ID"] = f"<digest.{sending.digest.id}@{domain}>"
    message["List-Id"] = f"Vigie <digest.vigie.{domain}>"  # RFC 2919: for people who sort it
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5: nobody answers it automatically
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which does not read that
    message.set_content("\n".join(_text(head, blocks, foot, told["colon"])), cte="quoted-printable")
    message.add_alternative(
        "\n".join(_html(head, blocks, foot, reader.language)), subtype="html", cte="quoted-printable"
    )
    return message


def _block(sending: Sending, one: HeldMail, number: int, links: Mapping[str, str]) -> _Block:
    record, told = one.record, words(sending.reader.language)
    owner = sending.reader.is_owner
    author, subject = tame.line(record.author) or told["no_author"], tame.line(record.subject) or told["no_subject"]
    why = tame.reason(record, sending.reader.language) or told["impersonation"]
    return _Block(
        heading=told["at"].format(
            number=number, at=_when(one.at, sending.reader.language), account=tame.line(record.place.account)
        ),
        quoted=(
            told["author"].format(author=author),
            told["subject"].format(subject=subject),
            told["why"].format(why=why),
        ),
        said=(told["confirmed"],) if record.decision is Decision.CONFIRMED else (),
        link=links[record.id] if owner else f"{sending.pages}/cases/{record.id}",
        link_text=told["ask" if owner else "decide"],
    )


def _text(head: Sequence[str], blocks: Sequence[_Block], foot: Sequence[str], colon: str) -> Iterator[str]:
    for paragraph in head:
        yield from (paragraph, "")
    for block in blocks:
        yield block.heading
        yield from (f"> {line}" for line in block.quoted)
        yield from block.said
        yield from (f"{block.link_text}{colon}{block.link}", "")
    yield from foot


def _html(head: Sequence[str], blocks: Sequence[_Block], foot: Sequence[str], language: str) -> Iterator[str]:
    def safe(text: str) -> str:
        return html.escape(text, quote=True)

    # Phones make links of numbers: those of a fraud are not to be called.
    yield f'<!DOCTYPE html><html lang="{safe(language)}"><head><meta charset="utf-8">'
    yield '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no"></head><body>'
    yield from (f"<p>{safe(paragraph)}</p>" for paragraph in head)
    for block in blocks:
        yield f"<p>{safe(block.heading)}</p>"
        yield f'<blockquote style="{_STYLE}">{"<br>".join(safe(line) for line in block.quoted)}</blockquote>'
        yield from (f"<p>{safe(line)}</p>" for line in block.said)
        yield f'<p><a href="{safe(block.link)}">{safe(block.link_text)}</a></p>'
    yield from (f"<p><small>{safe(line)}</small></p>" for line in foot)
    yield "</body></html>"


def _when(value: datetime, language: str) -> str:
    written = "%d/%m/%Y %H:%M" if language == "fr" else "%Y-%m-%d %H:%M"
    return f"{value.astimezone():{written}}"
