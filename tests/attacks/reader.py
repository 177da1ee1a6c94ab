"""What a reader sees of a message, by a second and simpler reading than the product's: the measure of "nothing has changed".

Narrow on purpose: whatever does not follow RFC 5322 to the letter is not the same as anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.attacks.letters import Judged

SHOWN = frozenset(
    {
        *("from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date"),
        *("mail-reply-to", "mail-followup-to", "thread-topic", "x-message-flag"),
        *("content-type", "content-transfer-encoding", "content-disposition", "content-location", "content-base"),
    }
)
"""What a client shows, answers to, or decides by how the body is shown."""
FOLDED = re.compile(rb"[ \t]+(?:" + "|".join(SHOWN).encode() + rb")[ \t]*:", re.IGNORECASE)
SIGNATURES = ("dkim-signature", "arc-seal", "arc-message-signature")
"""Their lists of names look like fields when they are folded."""
FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+):(.*)", re.DOTALL)
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]|\r(?!\n)")
BLANKS = re.compile(rb"[ \t]+")
TOLERATED = {
    # docs/decisions.md entry 21: what forwarders add and large senders leave unsigned, in its harmless form only
    "sender": re.compile(rb"<?[\w.+=-]+@[\w.-]+>?"),
    "content-transfer-encoding": re.compile(rb"(?i)7bit|8bit|binary"),
    "content-disposition": re.compile(rb"(?i)inline"),
    "bcc": re.compile(rb""),
}
"""Values that are as if the field were not there."""

Seen = tuple[tuple[tuple[str, bytes], ...], bytes]


def seen(raw: bytes) -> Seen | None:
    """The shown fields, sorted, and the body, both with relaxed white space (RFC 6376 section 3.4); None for what breaks the rules."""
    head, empty, body = re.sub(rb"\r?\n", b"\n", raw).partition(b"\n\n")
    if not empty or CONTROLS.search(head):
        return None
    shown: list[tuple[str, bytes]] = []
    for lines in _fields(head):
        match = FIELD.fullmatch(b"\n".join(lines))
        if match is None or not all(line.strip() for line in lines):
            return None
        name = match[1].decode("ascii").lower()
        if name not in SIGNATURES and any(FOLDED.match(line) for line in lines[1:]):
            return None
        value = BLANKS.sub(b" ", match[2].replace(b"\n", b"")).strip()
        if name in SHOWN and not (name in TOLERATED and TOLERATED[name].fullmatch(value)):
            shown.append((name, value))
    text = b"\n".join(BLANKS.sub(b" ", line).rstrip(b" ") for line in body.split(b"\n"))
    return tuple(sorted(shown)), text.rstrip(b"\n")


def _fields(head: bytes) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    for line in head.split(b"\n"):
        if line[:1] in (b" ", b"\t") and lines:
            lines.append(line)
            continue
        if lines:
            yield lines
        lines = [line]
    yield lines


def understood(found: Judged) -> tuple[object, ...]:
    """What the product itself has read: author, recipients, text, links, attachments; white space apart."""
    message = found.message
    return (
        [(" ".join(author.display.split()), author.addr, author.domain) for author in message.authors],
        [address.addr for address in message.reply_to],
        [(" ".join(address.display.split()), address.addr) for address in message.recipients],
        " ".join(message.subject.split()),
        message.date,
        [(block.layer, block.where, " ".join(block.text.split())) for block in message.blocks],
        [(link.shown, link.target, link.layer) for link in message.links if not link.where.startswith("header:")],
        [(part.filename, part.content_type, part.active) for part in message.attachments],
    )
