"""Remnants of SMTP smuggling (S-60): a second mail behind a lone dot in the body.

Where a server ends DATA at a dot between bare line feeds and the next one does not, an attacker hands over two mails as one,
and the second comes with the first server's own address and results. What stays in sight is the attempt that failed: the dot, and behind
it the commands of SMTP or the header of the second mail. The mail that was smuggled in cannot be told from others: a border must
refuse bare line feeds (Postfix: smtpd_forbid_bare_newline).
"""

from __future__ import annotations

import re
from heapq import merge
from itertools import islice

from vigie.message.types import Defect

DOTS = 200
"""Lone dots that are looked behind."""
_LINES = 30
_REACH = 4_096

_DOTS = (re.compile(rb"\A\.(?=[\r\n])"), re.compile(rb"\n\.(?=[\r\n])"), re.compile(rb"\r\.(?=[\r\n])"))
"""Each begins with the same bytes, so that it is searched for as a string is: a third of the time of one pattern for all."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
_COMMAND = re.compile(
    rb"(?:MAIL FROM|RCPT TO):|(?:EHLO|HELO|LHLO) \S|(?:DATA|RSET|BDAT \d+(?: LAST)?)\Z", re.IGNORECASE
)
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")


def smuggling(body: bytes) -> Defect | None:
    """A structural defect where a lone dot in the body is followed by another mail; None where it is not. Linear."""
    ends = merge(*((dot.end() for dot in pattern.finditer(body)) for pattern in _DOTS))
    for end in islice(ends, DOTS):
        lines = _LINE_END.split(body[end : end + _REACH])[:_LINES]
        lines = [line for line in lines if line.strip()]
        if lines and (_COMMAND.match(lines[0]) or _is_header(lines)):
            return Defect("smuggled-message", "a lone dot in the body, and another mail behind it", structural=True)
    return None


def _is_header(lines: list[bytes]) -> bool:
    """They start with fields, From and two others among them."""
    names: set[bytes] = set()
    for line in lines:
        field = _FIELD.match(line)
        if field is None and not line.startswith((b" ", b"\t")):
            break
        if field is not None:
            names.add(field[1].lower())
    return b"from" in names and len(names) > 2
