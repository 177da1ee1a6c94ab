"""/verifier: anybody pastes a text or gives a mail's file, and is told what Vigie thinks of it. Off unless `[web] verifier`.

Nothing is stored or logged. Why is told in the words for people who read mail, the findings are for reviewers (W-33), and an
address asks so often an hour. What was given is not shown again, and attachments stay closed. It needs no script.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from vigie.rules.types import Case
from vigie.web import site, upload
from vigie.web.api.sent import without_marks
from vigie.web.judging import MOST_OF_ONE
from vigie.web.pages import language_of, render
from vigie.web.people.guessing import network
from vigie.web.people.sign_in import address_of

router = APIRouter(prefix="/verifier")
MOST_CHARS: Final = 50_000
FILE_BYTES: Final = 5 * 1024 * 1024
FILES_AT_ONCE: Final = 6
"""Of strangers, while they come in: programs with a token need room, too."""
_HEADER: Final = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){3}")
_OF_A_MAIL: Final = re.compile(r"^(?:from|received|return-path|dkim-signature):", re.IGNORECASE | re.MULTILINE)
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""[MS-CFB] section 2.2: how a .msg of Outlook begins; and a .doc, which nobody would take for a mail."""
_BOM: Final = b"\xef\xbb\xbf"
_FORM: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"text": {"type": "string", "maxLength": MOST_CHARS}},
}
_FILE: Final[dict[str, Any]] = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "content": {"application/x-www-form-urlencoded": {"schema": _FORM}, upload.MULTIPART: {"schema": _FILE}}
    }
}


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody wants judged; `wrong`: the key of why it cannot be."""

    raw: bytes = b""
    is_mail: bool = False
    wrong: str = ""


@router.get("")
def form(request: Request) -> Response:
    """Where one pastes, or drops a file."""
    _only_if_on(request)
    return render(request, "verifier.html.j2", case=None, wrong="", most=MOST_CHARS)


@router.post("", openapi_extra=_BODY)
async def judge(request: Request) -> Response:
    """The answer."""
    _only_if_on(request)
    here, uploads = site.of(request), upload.is_upload(request)
    pasted = "" if uploads else await _pasted(request)
    if not uploads and not pasted.strip():
        return await _page(request, wrong="empty", status=422)
    _count(request)
    whose, most = ("verifier file", FILES_AT_ONCE) if uploads else ("verifier", MOST_OF_ONE)
    with here.judging.place(whose, most=most) as place:
        if uploads:
            given = chosen(await upload.fields(request, largest=FILE_BYTES, grows=place.grows))
        else:
            given = of_text(pasted)
            place.grows(len(given.raw))
        if given.wrong:
            return await _page(request, wrong=given.wrong, status=422)
        if given.is_mail:
            case = await here.judging.case(without_marks(given.raw), place, opens=False)
        else:
            case = await here.judging.case(given.raw, place, text="guess")
    return await _page(request, case)


def chosen(fields: Mapping[str, upload.Part]) -> Given:
    """The file, where there is one; else the text."""
    file, text = fields.get("file"), fields.get("text")
    if file is not None and file.body.strip():
        return of_file(file.body)
    return of_text(text.text().replace("\r\n", "\n")) if text is not None else Given(wrong="empty")


def of_text(text: str) -> Given:
    """What was pasted: a text, or the source of a mail."""
    if not text.strip():
        return Given(wrong="empty")
    if len(text) > MOST_CHARS:
        return Given(wrong="long")
    is_mail = is_message(text)
    return Given((text.lstrip() if is_mail else text).encode("utf-8", "replace"), is_mail)


def of_file(raw: bytes) -> Given:
    """A mail's file, or a text's. What is neither is not judged as if it were: an answer about noise would calm somebody."""
    if raw.startswith(_OLE):
        return Given(wrong="msg")
    if len(raw) > FILE_BYTES:
        return Given(wrong="big")
    mail = without_marks(raw.removeprefix(_BOM).lstrip())
    if is_message(mail[:MOST_CHARS].decode("latin-1")):
        return Given(mail, is_mail=True)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Given(wrong="file")
    return Given(wrong="file") if "\0" in text or text.startswith("%PDF-") else of_text(text)


def is_message(text: str) -> bool:
    """It begins with header fields, one of them of those that every mail has: the source of a mail, not a text about one."""
    beginning = text[:MOST_CHARS].replace("\r\n", "\n")
    found = _HEADER.match(beginning)
    return found is not None and _OF_A_MAIL.search(beginning.partition("\n\n")[0]) is not None


async def _pasted(request: Request) -> str:
    """The gate has read it, and bounded it."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return form.get("text", [""])[0].replace("\r\n", "\n")


def _count(request: Request) -> None:
    """Before anything is read. Raises HTTPException (429)."""
    here = site.of(request)
    who = hashlib.sha256(network(address_of(request)).encode()).hexdigest()[:16]
    wait_s = here.visits.take(who, at=here.now())
    if wait_s > 0:
        raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait_s)), "Connection": "close"})


async def _page(request: Request, case: Case | None = None, *, wrong: str = "", status: int = 200) -> Response:
    language = language_of(request)
    told = {
        "case": case,
        "wrong": wrong,
        "most": MOST_CHARS,
        "explanation": case.explanation.get(language, "") if case is not None else "",
        "advice": case.advice.get(language, ()) if case is not None else (),
    }
    return await run_in_threadpool(lambda: render(request, "verifier.html.j2", status=status, **told))


def _only_if_on(request: Request) -> None:
    if not site.of(request).settings.verifier:
        raise HTTPException(404)
