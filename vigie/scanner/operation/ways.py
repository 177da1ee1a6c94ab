"""How an alert leaves this machine: by mail, or as JSON to a webhook. Secrets are read anew each time and shown nowhere."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Protocol

import httpx

import vigie
from vigie.scanner import tls
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.operation import submission, wording
from vigie.scanner.operation.alarms import Notice
from vigie.scanner.operation.settings import AlertSettings, MailSettings, WebhookSettings, is_safe
from vigie.scanner.operation.wording import Language


class AlertError(Exception):
    """The alert did not arrive: one line, free of secrets."""


class _RefusedError(AlertError):
    """The server answered, and refused."""


class Way(Protocol):
    """One way out."""

    name: str

    def send(self, notice: Notice) -> None:
        """Hands it over; blocks for the time-out at most. Raises AlertError."""
        ...

    def try_out(self) -> None:
        """As far as can be gone without sending anything. Raises AlertError."""
        ...


class Mail:
    """By SMTP. An authority, a password or a recipient that is refused is an AlertError; some refused recipients are not."""

    name = "mail"

    def __init__(self, settings: MailSettings, language: Language) -> None:
        self._settings = settings
        self._language = language

    def send(self, notice: Notice) -> None:
        """See Way."""
        wanted = self._settings
        message = EmailMessage()
        message["Subject"] = wording.subject(notice, socket.gethostname(), self._language)
        message["From"] = wanted.sender
        message["To"] = ", ".join(wanted.recipients)
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = make_msgid(domain=wanted.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5: nobody answers it automatically
        message.set_content(wording.text(notice, self._language) + "\n")
        with self._server() as server:
            server.send_message(message, wanted.sender, wanted.recipients)

    def try_out(self) -> None:
        """Up to the login."""
        with self._server() as server:
            server.noop()

    @contextlib.contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        try:
            with submission.server(self._settings) as server:
                yield server
        except submission.UnsentError as error:
            raise AlertError(str(error)) from None


class Webhook:
    """By HTTP POST of one JSON object; any 2xx is an arrival. Not redirected: what we send is for that address alone."""

    name = "webhook"

    def __init__(self, settings: WebhookSettings, language: Language) -> None:
        self._settings = settings
        self._language = language

    def send(self, notice: Notice) -> None:
        """See Way."""
        wanted = self._settings
        try:
            url, token = wanted.address(), wanted.token()
        except SecretError as error:
            raise AlertError(str(error)) from None
        self._ask("POST", url, self._body(notice), token)

    def try_out(self) -> None:
        """A HEAD without the token: whatever the server answers, it is there and proven."""
        try:
            url = self._settings.address()
            self._settings.token()
        except SecretError as error:
            raise AlertError(str(error)) from None
        with contextlib.suppress(_RefusedError):
            self._ask("HEAD", url, None, None)

    def _ask(self, method: str, url: str, body: object, token: str | None) -> None:
        wanted = self._settings
        if not is_safe(url):
            raise AlertError("url_file holds no https address")
        headers = {"User-Agent": f"vigie/{vigie.__version__}"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            with httpx.Client(
                verify=_tls(wanted.ca_file), timeout=wanted.timeout_s, follow_redirects=False, trust_env=False
            ) as client:
                status = client.request(method, url, json=body, headers=headers).status_code
        except OSError as error:
            raise AlertError(submission.told(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:  # its text may hold the address, which may be a secret
            raise AlertError(f"not delivered ({type(error).__name__})") from None
        if not 200 <= status < 300:
            raise _RefusedError(f"refused (HTTP {status})")

    def _body(self, notice: Notice) -> dict[str, object]:
        """`text` is what chat servers show; `alerts` is for programs (docs/operation.md)."""
        alerts = [
            {"kind": trouble.kind.value, "subject": trouble.subject, "state": state, "detail": trouble.detail}
            for state, troubles in (("raised", notice.raised), ("still", notice.still))
            for trouble in troubles
        ]
        for key in notice.over:
            kind, _, where = key.partition(" ")
            alerts.append({"kind": kind, "subject": where, "state": "over", "detail": ""})
        host = socket.gethostname()
        lines = wording.text(notice, self._language)
        return {
            "program": "vigie",
            "version": vigie.__version__,
            "host": host,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "text": f"[Vigie {host}] {lines}",
            "alerts": alerts,
        }


def ways(settings: AlertSettings) -> tuple[Way, ...]:
    """The ways that are configured."""
    found: list[Way] = []
    if settings.mail is not None:
        found.append(Mail(settings.mail, settings.language))
    if settings.webhook is not None:
        found.append(Webhook(settings.webhook, settings.language))
    return tuple(found)


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """Verifying, TLS 1.2 or later. Raises AlertError for a ca_file that is none."""
    try:
        return tls.verifying(ca_file)
    except OSError:
        raise AlertError(f"ca_file {ca_file} is no certificate") from None
