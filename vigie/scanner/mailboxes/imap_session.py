"""A logged-in IMAP session: imapclient behind a thin typed adapter. One command, one answer, nothing left over."""

from __future__ import annotations

import base64
import binascii
import imaplib
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import imapclient
from imapclient import imap_utf7
from imapclient.response_parser import parse_response

from vigie.scanner import tls
from vigie.scanner.credentials import sasl
from vigie.scanner.credentials.faults import ProviderError, SecretError
from vigie.scanner.credentials.obtain import Credential, obtain
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.mailboxes.imap_faults import Lost, Refused, loss, refusal, unreachable
from vigie.scanner.mailboxes.imap_wire import Wire, text_of
from vigie.scanner.settings import AccountSettings

ATOM: Final = re.compile(r"\\?[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]]+")
"""A flag or keyword as the grammar has it (RFC 9051 section 9: flag)."""


class _Client(imapclient.IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """imapclient over our own wire."""

    def __init__(self, account: AccountSettings, context: ssl.SSLContext | None) -> None:
        self._wire_arguments = (account.host, account.port, context if account.tls == "implicit" else None)
        super().__init__(account.host, account.port, ssl=account.tls == "implicit", timeout=account.timeout_s)
        # imapclient makes imaplib write every answer to a log: mail does not belong there, and it takes time
        self._imap.debug = 0

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - imapclient's name
        host, port, context = self._wire_arguments
        return Wire(host, port, context=context, timeout=self._timeout.read)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of LIST: attributes in lower case, the hierarchy delimiter, the name as people read it and as the server wrote it."""

    attributes: frozenset[str]
    delimiter: str
    name: str
    wire_name: bytes


@dataclass(frozen=True, slots=True)
class Namespaces:
    """Prefix and hierarchy delimiter of the user's own folders; the prefixes under which other people's and shared ones lie."""

    prefix: str
    delimiter: str
    others: tuple[str, ...]


class Session:
    """Commands on one connection. Raises Refused and Lost; what surrounds it makes MailboxErrors of them."""

    def __init__(self, account: AccountSettings, client: _Client) -> None:
        self.host = account.host
        self.client = client
        self.wire: Wire = client._imap  # noqa: SLF001 - the object that _create_IMAP4 made
        self.capabilities: frozenset[str] = frozenset()
        self.utf8 = False
        """Folder names are UTF-8 (RFC 6855) instead of modified UTF-7."""
        self._namespaces: Namespaces | None = None

    def has(self, capability: str) -> bool:
        """The server announced it after login."""
        return capability in self.capabilities

    def command(self, name: str, *arguments: str | bytes, take: str = "") -> list[Any]:
        """Runs one command to its OK; gives the untagged responses or response codes called `take`."""
        self.wire.untagged_responses.clear()  # an answer to something earlier must never be taken for ours (I-05)
        try:
            self.wire._simple_command(name, *arguments)  # noqa: SLF001 - imaplib's own extension point (xatom) is the same
        except Refused as refused:
            if name == "UID":
                raise Refused(str(arguments[0]), refused.status, refused.text) from None
            raise
        return self.wire.untagged_responses.get(take, [])

    def code(self, name: str) -> bytes:
        """A response code or untagged response of the last command, also of a refused one; b"" when there was none."""
        found = self.wire.untagged_responses.get(name)
        return found[-1] if found and isinstance(found[-1], bytes) else b""

    def select(self, wire_name: bytes, *, read_only: bool) -> None:
        """SELECT or EXAMINE; the particulars are read with `code`."""
        self.wire.untagged_responses.clear()
        try:
            self.wire.select(quoted(wire_name), read_only)  # type: ignore[arg-type]  # bytes go out as they are
        except imaplib.IMAP4.readonly:
            self.wire.is_readonly = True  # I-17: a folder that can only be read is no fault
        except Refused:
            self.wire.state = "AUTH"  # RFC 9051 section 6.3.2: no folder is selected then
            raise

    def fetch(self, uid_set: str, items: str) -> list[dict[bytes, Any]]:
        """The answers to UID FETCH, item names in upper case. Those without UID are about something else (I-11)."""
        data = self.command("UID", "FETCH", uid_set, items, take="FETCH")
        parsed = parse_response(data) if data else ()
        found = []
        for answer in parsed[1::2]:
            pairs = {bytes(key).upper(): value for key, value in zip(answer[::2], answer[1::2], strict=True)}
            if isinstance(pairs.get(b"UID"), int):
                found.append(pairs)
        return found

    def search(self, criteria: str) -> list[int]:
        """UIDs, as the server orders them."""
        found: list[int] = []
        for line in self.command("UID", "SEARCH", criteria, take="SEARCH"):
            found.extend(int(word) for word in line.split(b"(")[0].split())  # "(MODSEQ n)" may follow
        return found

    def listing(self, pattern: str | bytes, *, special: bool = False) -> list[Listed]:
        """LIST "" pattern; names that are not proper modified UTF-7 are kept, too (I-15).

        `special`: with the uses of RFC 6154, which Cyrus names only when it is asked.
        """
        asked = ("RETURN", "(SPECIAL-USE)") if special and self.has("SPECIAL-USE") else ()
        parsed = parse_response(self.command("LIST", '""', pattern, *asked, take="LIST"))
        return [_listed(*parsed[at : at + 3], utf8=self.utf8) for at in range(0, len(parsed) - 2, 3)]

    def namespaces(self) -> Namespaces:
        """Where the user's own folders lie, and where other people's do (RFC 2342). Asked for once."""
        if self._namespaces is None:
            self._namespaces = self._asked_for_namespaces()
        return self._namespaces

    def _asked_for_namespaces(self) -> Namespaces:
        if self.has("NAMESPACE"):
            parsed = parse_response(self.command("NAMESPACE", take="NAMESPACE"))
            if parsed and parsed[0]:
                prefix, delimiter = parsed[0][0][:2]
                others = tuple(
                    decoded(_bytes(space[0]), utf8=self.utf8) for spaces in parsed[1:3] for space in spaces or ()
                )
                return Namespaces(decoded(_bytes(prefix), utf8=self.utf8), text_of(_bytes(delimiter)), others)
        listed = self.listing('""')
        return Namespaces("", listed[0].delimiter if listed else "/", ())

    def append(self, wire_name: bytes, raw: bytes, flags: Iterable[str], internaldate: str) -> None:
        """APPEND with the bytes exactly as they are (imaplib's own append rewrites line ends)."""
        self.wire.literal = raw  # type: ignore[assignment]  # typeshed says str; imaplib sends it as it is
        self.command("APPEND", quoted(wire_name), f"({' '.join(flags)})", f'"{internaldate}"')


def quoted(wire_name: bytes) -> bytes:
    """A folder name as a quoted string."""
    return b'"' + wire_name.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def encoded(folder: str, *, utf8: bool = False) -> bytes:
    """Modified UTF-7 (RFC 9051 appendix A.1), where control characters come out encoded, too; or UTF-8 (RFC 6855 section 3)."""
    if utf8 and folder.isprintable():
        return folder.encode()
    return bytes(imap_utf7.encode(folder))


def decoded(wire_name: bytes, *, utf8: bool = False) -> str:
    """The name as people read it."""
    try:
        if utf8:
            return wire_name.decode("utf-8")
        return str(imap_utf7.decode(wire_name)) if wire_name.isascii() else wire_name.decode("utf-8")
    except (UnicodeError, ValueError):
        return wire_name.decode("ascii", "backslashreplace")


def _bytes(value: object) -> bytes:
    """What the parser made a number or None of is a word again."""
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode("ascii")


def _listed(attributes: Iterable[object], delimiter: object, name: object, *, utf8: bool) -> Listed:
    wire_name = _bytes(name)
    return Listed(
        frozenset(text_of(_bytes(attribute)).lower() for attribute in attributes),
        text_of(_bytes(delimiter)),
        decoded(wire_name, utf8=utf8),
        wire_name,
    )


def open_session(account: AccountSettings) -> Session:
    """Connected, encrypted as the account wants it, and logged in. Raises MailboxError."""
    credential = _credential(account)
    try:
        return _opened(account, credential)
    except MailboxError as error:
        if error.kind != "auth" or error.temporary or not credential.old:
            raise
    # A token that was withdrawn before its time, or our clock is wrong: a fresh one decides (I-45). No password is at stake.
    return _opened(account, _credential(account, refused=credential))


def _credential(account: AccountSettings, refused: Credential | None = None) -> Credential:
    try:
        return obtain(account, refused=refused)
    except SecretError as error:
        away = isinstance(error, ProviderError) and error.temporary
        kind = "connect" if away else "auth"
        raise MailboxError(kind, str(error), temporary=error.temporary, retry_after_s=error.retry_after_s) from None


def _opened(account: AccountSettings, credential: Credential) -> Session:
    context = None if account.tls == "none" else tls_context(account)
    session = _connected(account, context)
    try:
        if account.tls == "starttls":
            _start_tls(session, account, context)
        _log_in(session, account, credential)
    except Refused as refused:
        session.wire.shutdown()
        told = Refused(refused.command, refused.status, _without(refused.text, account, credential))
        error = refusal(account.host, told, f"login as {account.username}")
        if credential.is_token:
            error.args = (str(error).replace("or the password", "or the token", 1),)
        raise error from None
    except Lost as lost:
        told_lost = Lost(lost.reason, _without(lost.text, account, credential))
        raise loss(account.host, told_lost, "login") from None
    except (imaplib.IMAP4.error, binascii.Error):
        session.wire.shutdown()
        raise MailboxError("protocol", f"{account.host}: login: the answer is not IMAP", temporary=True) from None
    except BaseException:
        session.wire.shutdown()
        raise
    return session


def tls_context(account: AccountSettings) -> ssl.SSLContext:
    """Verifies certificate and host name; TLS 1.2 at least. Raises MailboxError for an unusable ca_file."""
    try:
        return tls.verifying(account.ca_file)
    except OSError as error:
        text = f"account {account.name}: ca_file {account.ca_file} {tls.why_unusable(error)}"
        raise MailboxError("tls", text, temporary=False) from None


def _connected(account: AccountSettings, context: ssl.SSLContext | None) -> Session:
    try:
        return Session(account, _Client(account, context))
    except Lost as lost:
        if lost.reason == "garbled":
            raise _no_imap(account) from None
        raise loss(account.host, lost, "greeting") from None
    except Refused as refused:
        raise refusal(account.host, refused, "greeting") from None
    except imaplib.IMAP4.error as error:
        greeting = error.args[0] if error.args and isinstance(error.args[0], bytes) else b""
        if greeting.startswith(b"* BYE"):
            raise loss(account.host, Lost("bye", text_of(greeting[6:])), "greeting") from None
        raise _no_imap(account) from None
    except OSError as error:
        raise unreachable(account.host, account.port, error) from None
    except UnicodeError:  # the IDNA encoding of a host name that cannot be one
        raise MailboxError("connect", f"{account.host}: not a host name", temporary=False) from None


def _no_imap(account: AccountSettings) -> MailboxError:
    text = f"{account.host}:{account.port}: what answers there is not an IMAP4 server"
    return MailboxError("protocol", text, temporary=False)


def _start_tls(session: Session, account: AccountSettings, context: ssl.SSLContext | None) -> None:
    where = f"{account.host}:{account.port}"
    # I-28: a greeting PREAUTH or a list without STARTTLS must never make us speak in the clear
    if session.wire.state != "NONAUTH" or "STARTTLS" not in session.wire.capabilities:
        session.wire.shutdown()
        raise MailboxError("tls", f"{where}: the server offers no STARTTLS; nothing was sent", temporary=False)
    try:
        session.client.starttls(context)
    except OSError as error:
        raise unreachable(account.host, account.port, error) from None
    except Lost as lost:
        if lost.reason == "garbled":
            text = f"{where}: unencrypted data after STARTTLS: somebody may be interfering with the connection"
            raise MailboxError("tls", text, temporary=True) from None
        raise


def _log_in(session: Session, account: AccountSettings, credential: Credential) -> None:
    wire = session.wire
    secret = credential.secret.get_secret_value()
    if "\0" in secret or any(char in account.username for char in "\r\n\0\x01"):
        raise MailboxError(
            "auth", f"account {account.name}: a NUL or line end in user name or password", temporary=False
        )
    if wire.state == "NONAUTH":
        mechanisms = {capability.upper() for capability in wire.capabilities}
        wire.untagged_responses.clear()
        if credential.is_token:
            _show_token(session, account, mechanisms, secret)
        elif "AUTH=PLAIN" in mechanisms:
            # RFC 4616: UTF-8, so that a password may hold any character
            session.client.plain_login(account.username, secret)
        elif "LOGINDISABLED" in mechanisms:
            text = f"{account.host}: the server takes no password on this connection"
            raise MailboxError("tls" if account.tls == "none" else "auth", text, temporary=False)
        elif any(char in secret for char in "\r\n"):
            raise MailboxError("auth", f"account {account.name}: a line end in the password", temporary=False)
        else:
            wire._simple_command("LOGIN", *(quoted(word.encode()) for word in (account.username, secret)))  # noqa: SLF001 - login() takes ASCII only
            wire.state = "AUTH"
    session.client._cached_capabilities = None  # noqa: SLF001 - they may differ after login
    session.capabilities = frozenset(word.decode("ascii", "replace") for word in session.client.capabilities())
    if session.has("UTF8=ONLY"):
        # RFC 6855 section 6: until UTF8=ACCEPT is enabled such a server may refuse everything. Where it is a choice we do
        # without: enabling it changes how folders are named, and gains nothing for bytes that are read as they are.
        session.command("ENABLE", "UTF8=ACCEPT")
        session.utf8 = True


def _show_token(session: Session, account: AccountSettings, mechanisms: set[str], token: str) -> None:
    name = sasl.mechanism(mechanisms)
    if name is None:
        text = f"{account.host}: the server takes no OAuth token (neither OAUTHBEARER nor XOAUTH2)"
        raise MailboxError("auth", text, temporary=False)
    exchange = sasl.BearerAuth(name, account.username, account.host, account.port, token)
    try:
        session.wire.authenticate(name, exchange)
    except Refused as refused:
        if not exchange.status:
            raise
        raise Refused(refused.command, refused.status, f"{refused.text} ({exchange.status})") from None


def _without(text: str, account: AccountSettings, credential: Credential) -> str:
    """A server's words, should it repeat what was sent, without the secret."""
    secret = credential.secret.get_secret_value()
    sent = [secret.encode(), f"\0{account.username}\0{secret}".encode()]
    shown = (sasl.BearerAuth(name, account.username, account.host, account.port, secret) for name in sasl.MECHANISMS)
    sent += [one.sent for one in shown]
    for form in (secret, *(base64.b64encode(one).decode() for one in sent)):
        text = text.replace(form, "***") if form else text
    return text
