"""What a message is to Vigie: the union of every plausible reading of its bytes.

All values are frozen. Text is decoded, never folded; `fold` gives the comparison form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Layer(StrEnum):
    """Who speaks in a piece of text, or where a link stands."""

    OUTER = "outer"
    QUOTED = "quoted"
    FORWARDED = "forwarded"
    ATTACHED_MESSAGE = "attached_message"
    ATTACHMENT = "attachment"
    HIDDEN = "hidden"


class Medium(StrEnum):
    """How the words reached the reader. Only a mail has an author, a header and authentication."""

    MAIL = "mail"
    SMS = "sms"
    LETTER = "letter"
    CALL = "call"
    """Notes that somebody took of a call, or a message on his answering machine."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Something in the bytes that a well-made message does not have.

    `structural` says that different mail clients may show different authors, headers or bodies: such
    a message is never proven. `code` is a stable kebab-case name, `detail` is for people.
    """

    code: str
    detail: str
    structural: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox as a mail client could show it. `domain` is lower-case, A-label or raw; "" if there is none."""

    display: str
    addr: str
    domain: str
    field: str
    """The header field that it stands in, lower-case: from, sender, reply-to, resent-from, to, cc, ..."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One Received field (RFC 5321 section 4.4). Values are "" or None where the field has none."""

    raw: str
    by: str
    helo: str
    rdns: str
    ip: str
    with_: str
    for_: str
    envelope_from: str | None
    date: datetime | None
    index: int
    """Position among all header fields, 0 the topmost: what stands above a hop has a smaller one."""


@dataclass(frozen=True, slots=True)
class Header:
    """One header field in file order. `value` is unfolded and decoded (RFC 2047), `raw` is the bytes of the field body."""

    name: str
    """Lower-case, without trailing white space."""
    value: str
    raw: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Link:
    """A place that the reader can be sent to. `host` is the effective host by the WHATWG URL reading, lower-case A-labels."""

    shown: str
    """The text that the reader sees for it; "" for an image or none."""
    target: str
    host: str
    scheme: str
    layer: Layer
    where: str
    """text/plain, text/html, attachment:NAME, header:list-unsubscribe, ..."""
    kind: str
    """text, anchor, form, image, refresh, style, script, pdf, ...: what has to happen for it to be visited."""
    other_hosts: tuple[str, ...] = ()
    """Hosts that another reading of the same target gives (userinfo, backslash, nested URL): the worst one counts."""
    unwrapped_from: str | None = None
    via: str = ""
    """The link scanner whose token alone says where it goes; then `host` is what the address shows, or the scanner's own."""

    @property
    def clickable(self) -> bool:
        """The reader goes there by an action of his own; images and style sheets are merely loaded."""
        return self.kind not in {"image", "style"}


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A run of text of one layer, as the reader sees it (for HIDDEN: as he does not)."""

    layer: Layer
    where: str
    """subject, text/plain, text/html, attachment:NAME, ..."""
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not shown inline as text."""

    filename: str
    content_type: str
    size: int
    """Bytes after decoding."""
    sha256: str
    active: bool
    """HTML, SVG, script or another type that acts when it is opened."""
    opened: bool
    """Its text and links are in the message's blocks and links."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file of the message, as it came: nobody has looked for letters in it."""

    layer: Layer
    """Of the text that shows it; ATTACHMENT where none does."""
    where: str
    """image/NAME"""
    data: bytes
    offered: bool = False
    """It stands in a link: the reader is to click on it, so the sender himself speaks in it."""


@dataclass(frozen=True, slots=True)
class Message:
    """The union of all readings of one message. Built by `parse`, or by `pasted` of a text."""

    raw: bytes
    sha256: str
    """Of the raw bytes, lower-case hex."""
    headers: tuple[Header, ...]
    message_id: str
    """Without angle brackets; "" if there is none."""
    subject: str
    date: datetime | None
    """Of the Date field, aware, UTC; None when absent or unreadable."""
    authors: tuple[Address, ...]
    """Every address that a mail client could show as the author, From first. Sender and Resent-From are here only
    when From is unusable."""
    author_readings: int
    """How many different author addresses the From readings give: 1 is the only unambiguous number."""
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    recipients: tuple[Address, ...]
    """To, Cc, Delivered-To, X-Original-To."""
    hops: tuple[Hop, ...]
    """Newest first, as in the file."""
    blocks: tuple[TextBlock, ...]
    links: tuple[Link, ...]
    attachments: tuple[Attachment, ...]
    defects: tuple[Defect, ...]
    medium: Medium = Medium.MAIL
    pictures: tuple[Picture, ...] = ()

    def header_values(self, name: str) -> tuple[str, ...]:
        """Decoded values of every field of that lower-case name, topmost first."""
        return tuple(header.value for header in self.headers if header.name == name)

    def texts(self, *layers: Layer) -> tuple[TextBlock, ...]:
        """The blocks of these layers, in reading order."""
        return tuple(block for block in self.blocks if block.layer in layers)

    @property
    def structural_defects(self) -> tuple[Defect, ...]:
        """Defects that keep the message from ever being proven."""
        return tuple(defect for defect in self.defects if defect.structural)
