"""Metrics, alerts, digests, reports and the add-in of Outlook: whether they would arrive. Nothing is sent to anybody."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from vigie.cli.checkup.found import WEAK, Found, note, wrong
from vigie.cli.config import AccountSettings, Config
from vigie.cli.console import plain
from vigie.cli.language import colon, say
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner.channels import UnsentReportError
from vigie.scanner.credentials.secret import weakness
from vigie.scanner.operation import submission, ways
from vigie.scanner.operation.settings import AlertSettings, MetricsSettings, OperationSettings, ServerSettings
from vigie.scanner.reporting.known import CHANNELS, switched_on
from vigie.scanner.reporting.settings import ChannelSettings, ChannelsSettings
from vigie.web import outlook_files
from vigie.web.settings import WebSettings

SECRETS: Final = frozenset(("password_file", "token_file", "key_file", "url_file"))
LOOPBACK: Final = frozenset(("localhost", "127.0.0.1", "::1"))


def outside(config: Config) -> Iterator[Found]:
    """All of it."""
    yield from metrics(config.operation.metrics)
    yield from alerts(config.operation.alerts, config.accounts)
    if config.operation.digest.on:
        yield from digest(config.operation, config.accounts, _addresses(config))
    yield from channels(config.channels, config.channels.mail or config.operation.alerts.mail)
    yield from outlook(config.web)


def metrics(settings: MetricsSettings) -> Iterator[Found]:
    """A port that somebody else has; a running service has it rightly."""
    if settings.address is None or settings.address[1] == 0:
        return
    try:
        with socket.create_server(settings.address, family=_family(settings.address[0])):
            return
    except OSError:
        pass
    if not _is_ours(settings.address):
        yield wrong("metrics-port-taken", settings.listen or "")


def alerts(settings: AlertSettings, accounts: tuple[AccountSettings, ...]) -> Iterator[Found]:
    """Each way is tried up to where a message would be handed over."""
    if settings.mail is None and settings.webhook is None:
        if accounts:
            yield note("alerts-nowhere")
        return
    if settings.mail is not None:
        watched = {address.lower() for account in accounts for address in account.recipients}
        if into := sorted(watched & {address.lower() for address in settings.mail.recipients}):
            yield wrong("alerts-into-watched", "[alerts.mail]", ", ".join(into))
    setups = {"mail": "alert-mail-refused", "webhook": "alert-webhook-away"}
    for way in ways.ways(settings):
        try:
            way.try_out()
        except ways.AlertError as error:
            yield wrong(setups[way.name], f"[alerts.{way.name}]", str(error))
        else:
            text = say(f"[alerts.{way.name}] : joignable", f"[alerts.{way.name}]: can be reached")
            yield Found(good=True, text=text)


def digest(settings: OperationSettings, accounts: tuple[AccountSettings, ...], people: int) -> Iterator[Found]:
    """Of `[digest]` that is on. `people`: how many have said where their digest is to go."""
    if "reviewers" in settings.digest.to and not people:
        yield note("digest-nobody", "[digest]")
    if "owners" in settings.digest.to and (lost := [account.name for account in accounts if not account.recipients]):
        yield wrong("digest-no-address", "[digest]", ", ".join(lost))
    if urlsplit(settings.pages).hostname in LOOPBACK:
        yield note("digest-links-local", "[web] base_url", settings.pages)
    if settings.digest_server is None:
        return
    try:
        with submission.server(settings.digest_server) as there:
            there.noop()
    except submission.UnsentError as error:
        yield wrong("digest-mail-refused", "[digest]", str(error))
    else:
        yield Found(good=True, text=say("[digest] : joignable", "[digest]: can be reached"))


def outlook(settings: WebSettings) -> Iterator[Found]:
    """Pages that Outlook would look for at another address than ours. What was made is read, nobody is asked."""
    files = settings.outlook.files
    if files is None or not (made := outlook_files.elsewhere(files, settings.origin)):
        return
    where, ours = "[web.outlook] files", settings.base_url
    if ours is None:
        detail, mend = say("base_url manque", "base_url is not set"), f'[web] base_url = "{made}"'
    else:
        detail, mend = say(f"base_url est {ours}", f"base_url is {ours}"), f"make addins ORIGIN={ours}"
    yield note("outlook-elsewhere", where, f"{made}, {detail}", mend=mend)


def channels(settings: ChannelsSettings, server: ServerSettings | None) -> Iterator[Found]:
    """Each channel that is switched on is tried out; no report is sent. Their secrets, too: nobody else may read them."""
    for name in switched_on(settings):
        wanted, section = settings.of(name), f"[channels.{name.replace('-', '_')}]"
        if wanted is None:
            continue
        yield from _open_secrets(section, wanted)
        try:
            CHANNELS[name].try_out(wanted, server)
        except UnsentReportError as error:
            yield wrong("channel-away", section, str(error))
        else:
            yield Found(good=True, text=say(f"{section} : joignable", f"{section}: can be reached"))
    if settings.stop:
        yield note("channels-stopped", "[channels]")


def _open_secrets(section: str, wanted: ChannelSettings) -> Iterator[Found]:
    for key, file in wanted:
        if key in SECRETS and isinstance(file, Path) and (weak := weakness(file)):
            text = f"{section}{colon()} {plain(str(file))}{colon()} {say(*WEAK[weak])}"
            yield Found(good=False, text=text, remedy=f"chmod 600 {plain(str(file))}", setup="secret-open")


def _addresses(config: Config) -> int:
    """A ledger that does not open is told of elsewhere."""
    try:
        with Ledger(config.ledger) as ledger:
            return len(ledger.people.wanting_digests())
    except LedgerError:
        return 0


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _is_ours(address: tuple[str, int]) -> bool:
    """Vigie's own figures are there."""
    try:
        with socket.create_connection(address, timeout=5) as there:
            there.settimeout(5)
            there.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            got = b""
            while len(got) < 1 << 20 and (part := there.recv(65536)):
                got += part
    except OSError:
        return False
    return b"\nvigie_build{" in got
