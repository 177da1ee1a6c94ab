"""A form with a file, as browsers send it (RFC 7578): read whole and within bounds, in memory alone, its token looked at.

The framework's own reader lets a file grow without bound, on the disk. Few pages need one, so what is understood is little: each part
a name, perhaps a file's name, and its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from vigie.web import cookies
from vigie.web.body import RefusedError, media_type, whole

MULTIPART: Final = "multipart/form-data"
PATHS: Final = frozenset(("/verifier",))
"""Pages with such a form: the gate checks where it comes from, `fields` its size and its token."""
MOST_PARTS: Final = 10
LONGEST_HEAD: Final = 4096
AROUND: Final = 64 * 1024
"""Bytes of a form beside its file."""
UPLOAD_S: Final = 60.0
_BOUNDARY: Final = re.compile(r"""boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))""", re.IGNORECASE)
_DISPOSITION: Final = re.compile(rb"^content-disposition:[ \t]*form-data([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_NAME: Final = re.compile(rb';[ \t]*name="([^"\r\n]*)"', re.IGNORECASE)
_FILE_NAME: Final = re.compile(rb';[ \t]*filename="([^"\r\n]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form."""

    body: bytes
    file_name: str | None
    """None: no file."""

    def text(self) -> str:
        """As people typed it."""
        return self.body.decode("utf-8", "replace")


async def fields(request: Request, *, largest: int, grows: Callable[[int], None]) -> Mapping[str, Part]:
    """The form by the names of its fields. `largest`: bytes of its file; `grows`: see body.whole. Raises RefusedError."""
    body = await whole(request, most=largest + AROUND, seconds=UPLOAD_S, grows=grows)
    found = await run_in_threadpool(parts, body, request.headers.get("content-type", ""))
    bound_to, token = cookies.bound_to(request), found.get(cookies.FIELD)
    if bound_to is None or token is None or not cookies.is_form_token(bound_to, token.text()):
        raise RefusedError(403, "form")
    return found


def parts(body: bytes, content_type: str) -> Mapping[str, Part]:
    """The same, unchecked. A name that comes twice, or a form of another shape than browsers write, is refused (RefusedError)."""
    told = _BOUNDARY.search(content_type)
    if told is None:
        raise RefusedError(400)
    line = b"\r\n--" + (told[1] or told[2]).encode("latin-1", "replace")
    # RFC 2046 section 5.1.1: the line break before a boundary belongs to it
    begun, *pieces = (b"\r\n" + body).split(line, MOST_PARTS + 2)
    if begun or not pieces or len(pieces) > MOST_PARTS + 1 or not pieces[-1].startswith(b"--"):
        raise RefusedError(400)
    found: dict[str, Part] = {}
    for piece in pieces[:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        disposition = _DISPOSITION.search(head) if len(head) <= LONGEST_HEAD else None
        name = _NAME.search(disposition[1]) if disposition is not None else None
        if not head.startswith(b"\r\n") or not blank or disposition is None or name is None:
            raise RefusedError(400)
        key, file_name = name[1].decode("utf-8", "replace"), _FILE_NAME.search(disposition[1])
        if key in found:
            raise RefusedError(400)
        found[key] = Part(content, None if file_name is None else file_name[1].decode("utf-8", "replace"))
    return found


def is_upload(request: Request) -> bool:
    """A form with a file, on a page that has one."""
    return request.url.path in PATHS and media_type(request) == MULTIPART
