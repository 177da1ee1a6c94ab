"""What a signature leaves open: header fields that change what a reader sees and that it does not cover (S-19, S-20).

Some fields are added on the way, or left out by large senders, and mostly change nothing. Unsigned, such a field counts only
where it could show something that its adder chose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from vigie.auth_checks.letter import READER_VISIBLE, Letter

IDENTITY = frozenset({b"7bit", b"8bit", b"binary"})
COMPOSITE = (b"multipart/", b"message/")
MAX_BODY = 2 * 1024 * 1024
"""Longer single-part bodies are not looked through, up to ten times a message."""
BASE64_BODY = re.compile(rb"(?:[A-Za-z0-9+/]{1,76}\r\n)*[A-Za-z0-9+/]{0,76}={0,2}[\r\n]*")
QUOTED_PRINTABLE = re.compile(rb"(?:[\t\x20-\x3c\x3e-\x7e]|=[0-9A-F]{2}|=[ \t]*\r\n|\r\n)*+")
LONG_LINE = re.compile(rb"[^\r\n]{77}")
BARE_SENDER = re.compile(
    rb"(?:\"?([A-Za-z0-9._-]{1,64})\"?[ \t]+)?(?:<([A-Za-z0-9._+=-]{1,200})@[A-Za-z0-9.-]{1,255}>"
    rb"|([A-Za-z0-9._+=-]{1,200})@[A-Za-z0-9.-]{1,255})"
)


def uncovered(signed: Collection[str], letter: Letter) -> tuple[str, ...]:
    """One sentence each: fields that some reader sees and that are unsigned, or present twice. `signed`: h= in lower case."""
    found: list[str] = []
    for name in READER_VISIBLE:
        present = letter.count(name)
        if present > 1:
            found.append(f"the header field {name} comes more than once")
        elif present and name not in signed and not _shows_nothing(name, letter):
            found.append(f"the header field {name} is not signed")
    return tuple(found)


def _shows_nothing(name: str, letter: Letter) -> bool:
    harmless = HARMLESS.get(name)
    return harmless is not None and harmless(letter.value(name), letter)


def _encoding_is_certain(value: bytes, letter: Letter) -> bool:
    """The body cannot be read in another way than its sender wrote it.

    Quoted-printable read into a body that has none makes `<a href=` of what a form let somebody write as `=3Ca href=3D`. The
    identity encodings say what the field's absence says. A body of base64 alone, or of quoted-printable alone, was written so:
    an HTML body without it has `="` somewhere. Inside a multipart the parts' own fields are signed with the body.
    """
    encoding = value.lower()
    if encoding in IDENTITY:
        return True
    if len(letter.body) > MAX_BODY or letter.value("content-type").lower().startswith(COMPOSITE):
        return False
    if encoding == b"base64":
        return BASE64_BODY.fullmatch(letter.body) is not None
    return (
        encoding == b"quoted-printable"
        and LONG_LINE.search(letter.body) is None
        and QUOTED_PRINTABLE.fullmatch(letter.body) is not None
    )


def _bare_sender(value: bytes, _letter: Letter) -> bool:
    """An address and no text: Outlook shows "ADDRESS on behalf of AUTHOR". Lists set it, with the list's name at most."""
    match = BARE_SENDER.fullmatch(value)
    return match is not None and (match[2] or match[3]).lower().startswith((match[1] or b"").lower())


def _inline(value: bytes, _letter: Letter) -> bool:
    """Anything else makes an attachment of the body, under a name that its adder chose."""
    return value.lower() == b"inline"


def _empty(value: bytes, _letter: Letter) -> bool:
    return not value


def _of_subject(value: bytes, letter: Letter) -> bool:
    """Outlook titles a conversation with it; Exchange writes it, and means the subject."""
    return value in letter.value("subject")


HARMLESS: dict[str, Callable[[bytes, Letter], bool]] = {
    "sender": _bare_sender,
    "content-transfer-encoding": _encoding_is_certain,
    "content-disposition": _inline,
    "bcc": _empty,
    "thread-topic": _of_subject,
}
"""By field: true where, unsigned, it shows the reader nothing of its adder's."""
