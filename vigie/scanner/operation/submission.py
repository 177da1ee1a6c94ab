"""Handing a mail to a mail server (RFC 6409): a connection that is logged in, and every fault of it as one line free of secrets."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator

from vigie.scanner import tls
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.operation.settings import ServerSettings

REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException)
"""Inside the block of `server`: the server has answered that it does not take the mail."""


class UnsentError(Exception):
    """The mail was not handed over: one line, free of secrets. `refused`: the server has answered so, it has nothing of it."""

    def __init__(self, text: str, *, refused: bool = False) -> None:
        super().__init__(text)
        self.refused = refused


@contextlib.contextmanager
def server(settings: ServerSettings) -> Iterator[smtplib.SMTP]:
    """Logged in. Whatever goes wrong with it, also inside the block, becomes an UnsentError."""
    try:
        with _connected(settings) as there:
            if settings.username is not None:
                there.login(settings.username, settings.secret_source().read())
            yield there
    except SecretError as error:
        raise UnsentError(str(error)) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = ", ".join(sorted({str(code) for code, _ in error.recipients.values()}))
        raise UnsentError(f"{settings.host}: recipients refused ({codes})", refused=True) from None
    except smtplib.SMTPResponseException as error:
        # the text of the refusal may repeat what was sent: its number is enough
        code = f"{type(error).__name__} {error.smtp_code}"
        raise UnsentError(f"{settings.host}: refused ({code})", refused=True) from None
    except (smtplib.SMTPException, OSError) as error:
        raise UnsentError(f"{settings.host}: {told(error)}") from None


def _connected(settings: ServerSettings) -> smtplib.SMTP:
    context = _tls(settings) if settings.tls != "none" else None
    if settings.tls == "implicit":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_s, context=context)
    there = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
    try:
        if settings.tls == "starttls":
            there.starttls(context=context)
    except BaseException:
        there.close()
        raise
    return there


def _tls(settings: ServerSettings) -> ssl.SSLContext:
    """Verifying, TLS 1.2 or later. Raises UnsentError for a ca_file that is none."""
    try:
        return tls.verifying(settings.ca_file)
    except OSError:
        raise UnsentError(f"ca_file {settings.ca_file} is no certificate") from None


def told(error: Exception) -> str:
    """A fault of the connection in a few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not valid ({error.verify_message})"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
