"""One question to the identity provider over HTTPS: bounded in time and size, never redirected, nothing of it logged."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx

import vigie
from vigie.web.oidc.faults import ProviderError
from vigie.web.oidc.schemas import Answer, Refusal, ValidationError

LARGEST: Final = 1024 * 1024
Model = TypeVar("Model", bound=Answer)

# httpx tells each request at INFO, httpcore its headers at DEBUG: an Authorization header does not belong in a log.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def ask(
    url: str,
    model: type[Model],
    *,
    ca_file: Path | None,
    timeout_s: float,
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
) -> Model:
    """The JSON at `url`, or the answer to a form. Raises ProviderError."""
    where = urlsplit(url).netloc
    status, body = _reply(url, _tls(ca_file), timeout_s, form, basic)
    if status != 200:
        raise _refused(where, status, body)
    try:
        return model.model_validate(body)
    except ValidationError as error:
        fields = ", ".join(sorted({str((fault["loc"] or ("?",))[0]) for fault in error.errors(include_input=False)}))
        raise ProviderError(f"{where}: the answer is not understood ({fields})", temporary=False) from None


def _reply(
    url: str, tls: ssl.SSLContext, timeout_s: float, form: Mapping[str, str] | None, basic: tuple[str, str] | None
) -> tuple[int, object]:
    where, deadline = urlsplit(url).netloc, time.monotonic() + 2 * timeout_s
    told = {"User-Agent": f"vigie/{vigie.__version__}", "Accept": "application/json"}
    method, auth = "GET" if form is None else "POST", httpx.BasicAuth(*basic) if basic else None
    try:
        # No cookie is kept, no redirect is followed: what we send is for that address alone.
        with (
            httpx.Client(verify=tls, timeout=timeout_s, follow_redirects=False, headers=told) as client,
            client.stream(method, url, data=form, auth=auth) as response,
        ):
            data = bytearray()
            for part in response.iter_bytes(16 * 1024):
                data += part
                if len(data) > LARGEST:
                    raise ProviderError(f"{where}: the answer is larger than it may be", temporary=False)
                if time.monotonic() > deadline:
                    raise ProviderError(f"{where}: no answer in time", temporary=True)
            return response.status_code, _json(bytes(data))
    except httpx.TimeoutException:
        raise ProviderError(f"{where}: no answer in time", temporary=True) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # its text may quote what was sent: it goes no further
        raise ProviderError(f"{where}: {type(error).__name__}", temporary=True) from None


def _refused(where: str, status: int, body: object) -> ProviderError:
    """By its error code (RFC 6749 section 5.2), which is for a log; its description may quote what was sent."""
    try:
        code = Refusal.model_validate(body).error
    except ValidationError:
        code = ""
    words = f" ({code})" if code.isascii() and code.isprintable() and code else ""
    return ProviderError(f"{where}: HTTP status {status}{words}", temporary=status == 429 or status >= 500)


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """The system's authorities, or one of our own; TLS 1.2 at least."""
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError:
        raise ProviderError(f"web.oidc ca_file {ca_file} cannot be used", temporary=False) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
