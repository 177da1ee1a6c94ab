"""Text that a mailing list put under a signed body: where the body may be cut so that its hash fits again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_TRIES = 6
MAX_FOOTER = 4_000
"""Characters. Longer text is no list's footer, and is judged as text."""

RULE_LINE = re.compile(rb"^(?:_{5,}|-{5,}|={5,}|\*{5,}|-- ?|~{5,})[ \t]*$", re.MULTILINE)
PART_START = re.compile(rb"^--([^\r\n]{1,70})\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to read the body: what was signed, and what was added under it."""

    body: bytes
    footer: bytes


def added_footer(body: bytes, fits: Callable[[bytes], bool]) -> str:
    """The text under the part of the body for which `fits` holds; "" where no cut makes it hold.

    `body` has CRLF line ends. At most six cuts are tried, from the end upwards.
    """
    for number, cut in enumerate(_cuts(body)):
        if number >= MAX_TRIES:
            break
        if fits(cut.body):
            return _shown(cut.footer)
    return ""


def _cuts(body: bytes) -> Iterator[Cut]:
    yield from _last_part(body)
    start = max(0, len(body) - MAX_FOOTER)
    lines = [match.start() + start for match in RULE_LINE.finditer(body[start:].replace(b"\r\n", b" \n"))]
    for position in reversed(lines[-MAX_TRIES:]):
        yield Cut(body[:position], body[position:])


def _last_part(body: bytes) -> Iterator[Cut]:
    """A text/plain part that was put at the end of a multipart body (Mailman): the part goes, the closing line stays."""
    start = max(0, len(body) - 2 * MAX_FOOTER)
    for match in reversed(list(PART_START.finditer(body, start))):
        boundary = match[1].rstrip()
        closing = b"--" + boundary + b"--"
        end = body.find(closing, match.end())
        if boundary.endswith(b"--") or end < 0:
            continue
        part = body[match.end() : end]
        head, _, text = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        if b"text/plain" in head.lower() and len(text) <= MAX_FOOTER:
            yield Cut(body[: match.start()] + body[end:], text)
        return


def _shown(text: bytes) -> str:
    return text.decode("utf-8", "replace").strip()[:MAX_FOOTER]
