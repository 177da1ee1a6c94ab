"""What a server's refusals mean: response codes of RFC 5530 and others, and the texts of servers that send no code."""

from __future__ import annotations

import re
import socket
import ssl
from typing import Final

from vigie.scanner.mailboxes.base import MailboxError

MAX_TEXT = 200
"""Characters of a server's own words that we repeat."""


class Refused(Exception):  # noqa: N818 - an answer of the server, not an error of ours
    """A tagged NO or BAD: the server understood and did not do it."""

    def __init__(self, command: str, status: str, text: str) -> None:
        super().__init__(f"{command}: {status}")
        self.command = command
        self.status = status
        self.text = text
        found = re.match(r"\[([A-Za-z0-9-]+)", text)
        self.code = found.group(1).upper() if found else ""


class Lost(Exception):  # noqa: N818 - the state of a connection
    """The connection is of no more use. `reason`: closed, timeout, bye, garbled, limit. `text`: the server's own words, if any."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text


# (kind, temporary). All of RFC 5530 section 3, then what others have added; the reaction to each is threats I-38.
CODES: Final[dict[str, tuple[str, bool]]] = {
    "UNAVAILABLE": ("connect", True),
    "AUTHENTICATIONFAILED": ("auth", False),
    "AUTHORIZATIONFAILED": ("auth", False),
    "EXPIRED": ("auth", False),
    "PRIVACYREQUIRED": ("tls", False),
    "CONTACTADMIN": ("refused", False),
    "NOPERM": ("refused", False),
    "INUSE": ("refused", True),
    "EXPUNGEISSUED": ("refused", True),
    "CORRUPTION": ("refused", True),
    "SERVERBUG": ("refused", True),
    "CLIENTBUG": ("protocol", False),
    "CANNOT": ("refused", False),
    "LIMIT": ("limit", True),
    "OVERQUOTA": ("limit", True),
    "ALREADYEXISTS": ("folder", False),
    "NONEXISTENT": ("folder", False),
    "TRYCREATE": ("folder", False),  # RFC 9051 section 7.1
    "READ-ONLY": ("refused", False),
    "BADCHARSET": ("protocol", False),
    "TOOBIG": ("limit", False),  # RFC 7889
    "THROTTLED": ("limit", True),  # Gmail
    "WEBALERT": ("auth", False),  # Gmail: a person must log in with a browser
    "TEMPFAIL": ("refused", True),  # RFC 5259
    "UNKNOWN-CTE": ("refused", False),  # RFC 3516
    "NOTSAVED": ("refused", True),  # RFC 5182
    "HASCHILDREN": ("folder", False),  # RFC 9051 section 7.1
    "USEATTR": ("refused", False),  # RFC 6154
    "MESSAGELIMIT": ("limit", True),  # RFC 9738
}

# The texts of servers that send no code, or a misleading one; the first that is found counts.
VENDORS: Final[tuple[tuple[re.Pattern[str], str, bool], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind, temporary)
    for pattern, kind, temporary in (
        (r"throttled|suggested backoff", "limit", True),  # I-39, Exchange
        (r"temporar\w* (authenticat|login|system|fail)", "connect", True),  # not the password's fault
        (r"authenticated but not connected", "auth", False),  # I-40, Exchange: LOGIN said OK to bad credentials
        (
            r"servers?(\(s\))? (is |are )?unavailable",
            "connect",
            True,
        ),  # I-41, Exchange: "NO Server Unavailable. 15"; Cyrus
        (r"command error\. \d", "refused", True),  # I-41, Exchange: BAD to a MOVE that would succeed later
        (r"too many (simultaneous |open |concurrent )?(connections|sessions|users|logins)", "limit", True),
        (r"maximum (number of )?connections?|connection limit", "limit", True),  # Dovecot, Courier
        (r"exceeded (command|bandwidth|.{0,20}limit)|rate limit", "limit", True),  # Gmail and Yahoo, also to a LOGIN
        (r"web (login|browser)|application-specific password", "auth", False),  # Gmail
        (
            r"session (expired|invalidated)",
            "connect",
            True,
        ),  # Gmail; Exchange: "AccessTokenExpired", the next one is fresh
        (r"auto-?logout|shutting down|going down|restart", "connect", True),
        (
            r"system error|lookup failed|i/o error|server error",
            "connect",
            True,
        ),  # Gmail, Cyrus, Yahoo: not the password's fault
        (
            r"invalid credentials|authenticat\w* fail|login fail|logon failure|(bad|wrong) (user|password)",
            "auth",
            False,
        ),
        (
            r"(mailbox|folder) (does(n't| not) exist|not found)|no such (mailbox|folder)|unknown mailbox|nonexistent namespace",
            "folder",
            False,
        ),
        (r"quota|mailbox (is )?full", "limit", True),
        (r"(mailbox|folder) is (locked|in use|being)|in transit", "refused", True),  # Cyrus, Exchange
        (r"temporar|try (again|later)|internal (server )?error|timed? ?out", "refused", True),
    )
)

# A refusal without code and without a known text, by command.
COMMANDS: Final[dict[str, tuple[str, bool]]] = {
    "LOGIN": ("auth", False),
    "AUTHENTICATE": ("auth", False),
    "STARTTLS": ("tls", False),
    "SELECT": ("folder", False),
    "EXAMINE": ("folder", False),
    "CREATE": ("folder", False),
    "STATUS": ("folder", False),
    "FETCH": ("refused", True),
    "SEARCH": ("refused", True),
    "NOOP": ("refused", True),
    "IDLE": ("refused", True),
}

LOGINS: Final = frozenset({"LOGIN", "AUTHENTICATE"})

KIND_TEXTS: Final[dict[str, str]] = {
    "auth": "the server refuses the user name or the password",
    "folder": "the server does not open that folder",
    "limit": "the server sets a limit",
    "tls": "the server demands encryption",
    "connect": "the server is not available",
    "protocol": "the server does not understand us",
    "refused": "the server refuses",
}


def clean(text: str) -> str:
    """A server's words as one printable line."""
    line = " ".join(text.split())
    line = "".join(char if char.isprintable() else "?" for char in line)
    return line if len(line) <= MAX_TEXT else f"{line[:MAX_TEXT]}..."


def meaning(refused: Refused) -> tuple[str, bool]:
    """(kind, temporary) of a refusal: by code, else by the vendor's text, else by the command."""
    kind, temporary = _said(refused)
    if refused.command in LOGINS and not temporary and kind in {"refused", "folder"}:
        # CONTACTADMIN, NOPERM: an account that is locked or barred. Whoever goes on trying makes it worse (I-38).
        return "auth", False
    return kind, temporary


def _said(refused: Refused) -> tuple[str, bool]:
    if refused.code in CODES:
        return CODES[refused.code]
    for pattern, kind, temporary in VENDORS:
        if pattern.search(refused.text):
            return kind, temporary
    if refused.status == "BAD":
        return "protocol", False
    return COMMANDS.get(refused.command, ("refused", False))


def backoff_s(text: str) -> float | None:
    """Seconds that the server asks us to wait: "Suggested Backoff Time: 299961 milliseconds" (I-39)."""
    found = re.search(r"backoff time: (\d{1,9}) milliseconds", text, re.IGNORECASE)
    return int(found.group(1)) / 1000 if found else None


def refusal(host: str, refused: Refused, doing: str) -> MailboxError:
    """The fault behind a tagged NO or BAD."""
    kind, temporary = meaning(refused)
    words = clean(refused.text)
    text = f"{host}: {doing}: {KIND_TEXTS[kind]}" + (f' ("{words}")' if words else "")
    return MailboxError(kind, text, temporary=temporary, retry_after_s=backoff_s(refused.text))


def loss(host: str, lost: Lost, doing: str) -> MailboxError:
    """The fault behind a connection that is of no more use."""
    words = clean(lost.text)
    quoted = f' ("{words}")' if words else ""
    if lost.reason == "timeout":
        return MailboxError("connect", f"{host}: {doing}: no answer in time", temporary=True)
    if lost.reason == "limit":
        # Of the connection, which was closed in the middle of it; who asked looks for the message that is to blame.
        return MailboxError(
            "protocol", f"{host}: {doing}: the answer is larger than it may be", temporary=True, cut=True
        )
    if lost.reason == "garbled":
        return MailboxError("protocol", f"{host}: {doing}: the answer is not IMAP", temporary=True, cut=True)
    if lost.reason == "bye":
        kind, temporary = meaning(Refused("BYE", "BYE", lost.text))
        if kind not in {"connect", "limit", "auth"}:
            kind, temporary = "connect", True  # a goodbye without a known reason: a restart, most likely (I-24)
        text = f"{host}: {doing}: the server ended the session{quoted}"
        # Dovecot says goodbye over a message that it cannot read: "FETCH failed".
        cut = kind == "connect"
        return MailboxError(kind, text, temporary=temporary, retry_after_s=backoff_s(lost.text), cut=cut)
    return MailboxError("connect", f"{host}: {doing}: the connection was closed", temporary=True, cut=True)


# OpenSSL's X509_V_ERR numbers
_CERTIFICATES: Final[dict[int, str]] = {
    9: "the server's certificate is not valid yet",
    10: "the server's certificate has expired",
    18: "the server's certificate is self-signed; if it is yours, name it with ca_file",
    19: "the server's certificate comes from an authority that is not known here; if it is yours, name it with ca_file",
    20: "the server's certificate comes from an authority that is not known here; if it is yours, name it with ca_file",
    21: "the server's certificate comes from an authority that is not known here; if it is yours, name it with ca_file",
    62: "the server's certificate belongs to another host name",
    64: "the server's certificate belongs to another address",
}


def unreachable(host: str, port: int, error: OSError) -> MailboxError:
    """The fault behind a connection that could not be made."""
    where = f"{host}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        text = _CERTIFICATES.get(error.verify_code, f"the server's certificate is not valid: {error.verify_message}")
        return MailboxError("tls", f"{where}: {text}", temporary=False)
    if isinstance(error, ssl.SSLError):
        return _handshake(where, error)
    if isinstance(error, socket.gaierror):
        again = error.errno == socket.EAI_AGAIN
        text = "the name cannot be looked up at the moment" if again else "unknown host"
        return MailboxError("connect", f"{host}: {text}", temporary=again)
    if isinstance(error, TimeoutError):
        return MailboxError("connect", f"{where}: no answer in time", temporary=True)
    if isinstance(error, ConnectionRefusedError):
        return MailboxError("connect", f"{where}: connection refused: nothing listens there", temporary=True)
    return MailboxError("connect", f"{where}: {(error.strerror or 'no connection').lower()}", temporary=True)


def _handshake(where: str, error: ssl.SSLError) -> MailboxError:
    reason = (error.reason or "").upper()
    if reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_MESSAGE", "RECORD_LAYER_FAILURE"}:
        text = f'{where}: no TLS on this port; is it tls = "starttls" or another port?'
        return MailboxError("tls", text, temporary=False)
    if "PROTOCOL_VERSION" in reason or "UNSUPPORTED_PROTOCOL" in reason:
        return MailboxError("tls", f"{where}: the server knows no TLS 1.2 or later", temporary=False)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or "EOF" in reason:
        return MailboxError("tls", f"{where}: the connection was closed during the TLS handshake", temporary=True)
    return MailboxError(
        "tls", f"{where}: the TLS handshake failed: {reason.lower().replace('_', ' ')}", temporary=False
    )
