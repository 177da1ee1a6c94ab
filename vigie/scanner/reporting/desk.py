"""One question to a desk over HTTP: bounded in time and size as a whole, never redirected, nothing of it logged."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

import httpx

import vigie
from vigie.scanner import tls
from vigie.scanner.channels import UnsentReportError

LARGEST: Final = 64 * 1024
"""Bytes of an answer that are read; a receipt stands at its beginning."""
TRANSIENT: Final = frozenset({408, 425, 429})
"""Of the 4xx those that are no word about the report (RFC 9110 section 15.5.9, RFC 8470, RFC 6585 section 4)."""
AUTHORITY: Final = frozenset({401, 403, 404, 405, 407})
"""Something is wrong with our settings: a person mends it, and the report is still wanted."""

# httpx tells each request at INFO, httpcore its headers at DEBUG: an Authorization header does not belong in a log.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent, and where to. `url` may be a secret: no fault repeats it."""

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] | None = None
    basic: tuple[str, str] | None = None
    """User name and password (RFC 7617)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `body` is empty where it is larger than 64 KiB."""

    status: int
    body: bytes
    wait_s: float | None

    @property
    def done(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300


def ask(question: Question, *, ca_file: Path | None, timeout_s: float) -> Reply:
    """The answer, whatever it says, within `timeout_s` as a whole: a desk that trickles keeps no other report waiting.

    Raises UnsentReportError where there is none.
    """
    try:
        context = tls.verifying(ca_file)
    except OSError as error:
        raise UnsentReportError(f"ca_file {ca_file} {tls.why_unusable(error)}", away=True) from None
    try:
        return asyncio.run(_within(question, context, timeout_s))
    except TimeoutError:
        raise UnsentReportError("no answer in time", away=True) from None
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        OSError,
    ) as error:  # its text may hold the address, which may be a secret
        raise UnsentReportError(_told(error), away=True) from None


def refuse(reply: Reply) -> UnsentReportError:
    """What an answer that is no 2xx means: it is tried again, unless the desk has judged the report itself."""
    lasting = 400 <= reply.status < 500 and reply.status not in TRANSIENT | AUTHORITY
    return UnsentReportError(f"refused (HTTP {reply.status})", refused=lasting, away=not lasting, wait_s=reply.wait_s)


async def _within(question: Question, context: ssl.SSLContext, timeout_s: float) -> Reply:
    headers = {"User-Agent": f"vigie/{vigie.__version__}", "Accept-Encoding": "identity", **(question.headers or {})}
    auth = httpx.BasicAuth(*question.basic) if question.basic else None
    # netrc and proxies of the environment are not read, a redirect is not followed: what we send is for that address alone.
    async with (
        asyncio.timeout(timeout_s),
        httpx.AsyncClient(verify=context, timeout=2 * timeout_s, follow_redirects=False, trust_env=False) as client,
        client.stream(question.method, question.url, content=question.body, headers=headers, auth=auth) as answer,
    ):
        body = bytearray()
        async for part in answer.aiter_raw(16 * 1024):  # as it comes: a compressed answer could grow without end
            body += part
            if len(body) > LARGEST:
                body.clear()
                break
        return Reply(answer.status_code, bytes(body), wished(answer.headers.get("retry-after"), datetime.now(UTC)))


def wished(header: str | None, now: datetime) -> float | None:
    """Retry-After, in seconds or as a date (RFC 9110 section 10.2.3); None where there is none that is understood."""
    text = (header or "").strip()
    if text.isascii() and text.isdecimal() and len(text) <= 9:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _told(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the server's certificate is not valid ({cause.verify_message})"
    return f"not delivered ({type(error).__name__})"


def read(reply: Reply) -> object:
    """The JSON of an answer; {} where it is none."""
    try:
        found: object = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return found


def member(value: object, *keys: str) -> str:
    """What stands in nested objects under those keys, where it looks like a number or a name of a report; else ""."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if len(text) <= 64 and text.replace("-", "").isalnum() and text.isascii() else ""
