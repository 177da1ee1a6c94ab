"""What opening an attachment gives, and what is left to open of one message (threats section 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from vigie.message.readings import Leaf, Ledger
from vigie.message.text import Page

PICTURES = 30
"""Pictures of one message that are decoded: ten logos must not hide the code. The work is bounded by LOOKED (X-13)."""
LOOKED = 6_000_000
"""Pixels that are searched for codes, after large pictures are reduced: a hostile million costs half a second."""
PIXELS = 40_000_000
"""Of all the pictures of one message that are decoded."""
DOTS = 3_000_000
"""Of all the drawings of characters and cells."""
UNPACKED_BYTES = 32 << 20
"""Of everything that is unpacked from one message, counted as it comes out (X-12)."""
MEMBERS = 150
"""Files in the archives of one message: fewer than the parts of a message that are read, which are too many for a proof."""


@dataclass(slots=True)
class Allowance:
    """What may still be opened of one message, and the ledger that is told when it is used up."""

    ledger: Ledger
    pictures: int = PICTURES
    pixels: int = PIXELS
    looked: int = LOOKED
    before: tuple[int, int, bytes] | None = None
    """Width, height and grey pixels of the picture before this one: a code may be cut in two."""
    dots: int = DOTS
    unpacked: int = UNPACKED_BYTES
    members: int = MEMBERS

    def unpack(self, size: int) -> bool:
        """Takes `size` bytes out of the allowance; False (and a defect) when there are not so many left."""
        if size > self.unpacked:
            self.ledger.note("unpacked-too-large", f"more than {UNPACKED_BYTES} bytes to unpack")
            return False
        self.unpacked -= size
        return True


@dataclass(slots=True)
class Opened:
    """What is inside an attachment: pages to read, parts to open in their turn."""

    pages: list[Page] = field(default_factory=list)
    parts: list[Leaf] = field(default_factory=list)
    active: bool = False
    """It holds something that acts when it is opened: a macro, a program."""
    locked: bool = False
    """Something in it asks for a password."""
    is_body: bool = False
    """The parts are the message itself in a wrapping that clients undo without asking (TNEF, S/MIME)."""

    def __bool__(self) -> bool:
        return bool(self.pages or self.parts)


class Opener(Protocol):
    """A module of this package. Total and bounded: hostile bytes give defects in the ledger, never an exception."""

    def fits(self, leaf: Leaf) -> bool:
        """The attachment is of this family, by its type, its name or its first bytes: what any reader would take it for."""
        ...

    def opened(self, leaf: Leaf, allowance: Allowance) -> Opened:
        """What it holds; empty where it cannot be read."""
        ...


_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,10})[\s.]*\Z")


def extension(name: str) -> str:
    """The last extension as a careless system takes it: trailing dots and blanks dropped, lower-case (C-19)."""
    match = _EXTENSION.search(name)
    return match[1].lower() if match else ""


def attached(name: str, data: bytes, content_type: str = "application/octet-stream") -> Leaf:
    """A file that was found inside another one, as an attachment."""
    return Leaf(content_type, "", name.replace("\0", ""), "attachment", "", (data,))
