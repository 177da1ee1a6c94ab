"""What clients make of a text body that is not simply its characters: flowed lines, old markup, files written into the text (C-11).

Each function gives the reading of those clients that know the form; the text as it stands is read all the same.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

FILES = 30
_FLOWED = re.compile(r"[ ]\r?\n(?!>|-- \r?\n)")
_PARAMETER = re.compile(r"<(param|comment)>[^<]{0,400}</\1>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:nl|np|paragraph|/paragraph)>", re.IGNORECASE)
_COMMAND = re.compile(r"</?[a-z][a-z0-9-]{0,59}>", re.IGNORECASE)
_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200}?)[ \t]*\r?\n", re.MULTILINE)
_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_MOST_DAMAGED = 3
"""Lines that are no uuencoded ones: a text that merely begins with "begin 644 a" has nothing else."""


def joined(text: str) -> str:
    """format=flowed with DelSp=yes (RFC 3676 section 4.2): the blank at the end of a line goes with the line end, inside a word too."""
    return _FLOWED.sub("", text)


def without_commands(text: str) -> str:
    """text/enriched (RFC 1896) and text/richtext (RFC 1341) as it is shown: commands part no word."""
    return _COMMAND.sub("", _BREAK.sub("\n", _PARAMETER.sub("", text))).replace("<<", "<")


def without_files(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The text without the uuencoded files in it, and these as (name, content): Outlook and Thunderbird show them as attachments."""
    if b"begin " not in data:
        return data, []
    kept, files, last = [], [], 0
    for start, end, name, content in _files(data):
        kept.append(data[last:start])
        files.append((name, content))
        last = end
    return b"".join((*kept, data[last:])), files


def _files(data: bytes) -> Iterator[tuple[int, int, str, bytes]]:
    position = 0
    for _ in range(FILES):
        begin = _BEGIN.search(data, position)
        end = _END.search(data, begin.end()) if begin else None
        if begin is None or end is None:
            return
        position = begin.end()
        content = _decoded(data[begin.end() : end.start()])
        if content:
            position = end.end()
            yield begin.start(), end.end(), begin[1].decode("utf-8", "replace"), content


def _decoded(lines: bytes) -> bytes:
    out, damaged = bytearray(), 0
    for line in lines.splitlines():
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            damaged += 1
            if damaged > _MOST_DAMAGED:
                return b""
    return bytes(out)
