"""One question to an identity provider over HTTPS: bounded in time and size, never redirected, nothing of it logged."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

import httpx

import vigie
from vigie.scanner import tls
from vigie.scanner.credentials.faults import ProviderError
from vigie.scanner.credentials.schemas import Answer, Refusal, ValidationError

LARGEST: Final = 1024 * 1024
MAX_TEXT: Final = 200
LONGEST_WISH_S: Final = 86400.0

TEMPORARY: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down", "authorization_pending"})
"""Error codes that say nothing about the grant (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5); every other is for good."""

MEANINGS: Final[dict[str, str]] = {
    "invalid_grant": "the login has expired or was withdrawn",
    "invalid_client": "the provider does not know the client_id, or refuses its secret",
    "unauthorized_client": "the application may not log in this way",
    "unsupported_grant_type": "the provider does not support this way to log in",
    "invalid_scope": "the provider refuses the scopes",
    "invalid_request": "the provider does not understand the request",
    "access_denied": "the login was refused",
    "expired_token": "nobody logged in before the code expired",
    "interaction_required": "the provider wants somebody to log in again",
    "consent_required": "the provider wants somebody to consent again",
    "login_required": "the provider wants somebody to log in again",
    "temporarily_unavailable": "the provider is not available",
    "server_error": "the provider is not available",
}

# httpx tells each request at INFO, httpcore its headers at DEBUG: an Authorization header does not belong in a log.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

Model = TypeVar("Model", bound=Answer)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status, the JSON object ({} where it was none), and how long we were asked to stay away."""

    status: int
    body: Mapping[str, Any]
    retry_after_s: float | None


class Asker:
    """A connection to one provider; a context manager. `account` is named in every fault."""

    def __init__(self, account: str, *, ca_file: Path | None = None, timeout_s: float = 20.0) -> None:
        """Raises ProviderError for an unusable ca_file."""
        self._account = account
        self._timeout_s = timeout_s
        # netrc is not read, cookies are not kept, a redirect is not followed: what we send is for that address alone.
        self._client = httpx.Client(
            verify=_tls(account, ca_file),
            timeout=timeout_s,
            follow_redirects=False,
            headers={"User-Agent": f"vigie/{vigie.__version__}", "Accept": "application/json"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str, model: type[Model]) -> Model:
        """The JSON at `url`. Raises ProviderError."""
        return self._understood(url, self._reply("GET", url), model)

    def post(
        self, url: str, form: Mapping[str, str], model: type[Model], *, basic: tuple[str, str] | None = None
    ) -> Model:
        """The answer to a form; `basic`: client_id and client_secret as HTTP Basic (RFC 6749 section 2.3.1)."""
        return self._understood(url, self._reply("POST", url, form, basic), model, form)

    def tell(self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None) -> None:
        """A form whose answer holds nothing (RFC 7009 section 2.2). Raises ProviderError unless it was accepted."""
        reply = self._reply("POST", url, form, basic)
        if reply.status != 200:
            raise self._refused(url, reply, form)

    def _reply(
        self, method: str, url: str, form: Mapping[str, str] | None = None, basic: tuple[str, str] | None = None
    ) -> Reply:
        where = urlsplit(url).netloc
        deadline = time.monotonic() + 2 * self._timeout_s
        auth = httpx.BasicAuth(*basic) if basic else None
        try:
            with self._client.stream(method, url, data=form, auth=auth) as response:
                data = bytearray()
                for part in response.iter_bytes(16 * 1024):
                    data += part
                    if len(data) > LARGEST:
                        raise self._fault(f"{where}: the answer is larger than it may be")
                    if time.monotonic() > deadline:
                        raise self._fault(f"{where}: no answer in time", temporary=True)
                return Reply(response.status_code, _object(bytes(data)), _seconds(response.headers.get("retry-after")))
        except httpx.TimeoutException:
            raise self._fault(f"{where}: no answer in time", temporary=True) from None
        except httpx.ConnectError as error:
            raise self._unreachable(where, error) from None
        except (httpx.HTTPError, httpx.InvalidURL):  # its text may quote what was sent: it goes no further
            raise self._fault(f"{where}: the connection was closed", temporary=True) from None

    def _understood(
        self, url: str, reply: Reply, model: type[Model], form: Mapping[str, str] = MappingProxyType({})
    ) -> Model:
        if reply.status != 200:
            raise self._refused(url, reply, form)
        try:
            return model.model_validate(reply.body)
        except ValidationError as error:
            fields = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors(include_input=False)}))
            raise self._fault(f"{urlsplit(url).netloc}: the answer is not understood ({fields})") from None

    def _refused(self, url: str, reply: Reply, form: Mapping[str, str]) -> ProviderError:
        """An error of RFC 6749 section 5.2, else by the HTTP status: 429 and 5xx pass, anything else is for good."""
        where = urlsplit(url).netloc
        try:
            told = Refusal.model_validate(reply.body)
        except ValidationError:
            passing = reply.status == 429 or reply.status >= 500 or reply.status == 408
            text = f"{where}: HTTP status {reply.status}"
            return self._fault(text, temporary=passing, retry_after_s=reply.retry_after_s)
        code = told.error if told.error.isascii() and told.error.isprintable() else "?"
        passing = code in TEMPORARY or reply.status == 429 or reply.status >= 500
        words = _told(told.error_description, form)
        text = f"{where}: {MEANINGS.get(code, 'the provider refuses')} ({code}{': ' if words else ''}{words})"
        return self._fault(text, code=code, temporary=passing, retry_after_s=reply.retry_after_s)

    def _unreachable(self, where: str, error: httpx.ConnectError) -> ProviderError:
        cause = error.__cause__ or error.__context__
        while cause is not None and not isinstance(cause, ssl.SSLError):
            cause = cause.__cause__ or cause.__context__
        if isinstance(cause, ssl.SSLCertVerificationError):
            return self._fault(f"{where}: the provider's certificate is not valid: {cause.verify_message}")
        if isinstance(cause, ssl.SSLError):
            return self._fault(f"{where}: the TLS handshake failed", temporary=True)
        return self._fault(f"{where}: the provider cannot be reached", temporary=True)

    def _fault(
        self, text: str, *, code: str = "", temporary: bool = False, retry_after_s: float | None = None
    ) -> ProviderError:
        words = f"account {self._account}: {text}"
        return ProviderError(words, code=code, temporary=temporary, retry_after_s=retry_after_s)


def _tls(account: str, ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities, or one of our own; TLS 1.2 at least."""
    try:
        return tls.verifying(ca_file)
    except OSError as error:
        text = f"account {account}: oauth ca_file {ca_file} {tls.why_unusable(error)}"
        raise ProviderError(text, temporary=False) from None


def _told(description: str, form: Mapping[str, str]) -> str:
    """The provider's own words, cut, on one line, without anything that was sent to it: it may quote a token."""
    for name, value in form.items():
        if name not in {"grant_type", "scope"} and value:
            description = description.replace(value, "***")
    line = " ".join("".join(char if char.isprintable() else " " for char in description).split())
    return line if len(line) <= MAX_TEXT else f"{line[:MAX_TEXT]}..."


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(header: str | None) -> float | None:
    """Retry-After as a number (RFC 9110 section 10.2.3); as a date it is left to the back-off."""
    return min(float(header), LONGEST_WISH_S) if header and header.isascii() and header.isdecimal() else None
