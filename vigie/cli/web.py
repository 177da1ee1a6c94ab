"""`vigie web`: the pages of the quarantine review, in the foreground; and the first person who may sign in to them."""

from __future__ import annotations

import getpass
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vigie.cli import console
from vigie.cli.checkup.outside import outlook
from vigie.cli.config import Config, ConfigError, load
from vigie.cli.language import colon, current, say, when
from vigie.cli.person import at_the_keyboard
from vigie.cli.settings_shown import sections
from vigie.cli.status import Fault, Status
from vigie.cli.system import reason
from vigie.ledger.people import new_id
from vigie.ledger.people_types import ALL_RIGHTS, By, Invitation, Told, User
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner.channels import Takes
from vigie.scanner.credentials.secret import Source
from vigie.scanner.notify import Systemd
from vigie.scanner.reporting.known import CHANNELS, switched_on
from vigie.scanner.settings import AccountSettings, SecretError
from vigie.web import outlook_files, serving
from vigie.web.app import create_app
from vigie.web.cookies import fresh
from vigie.web.judging import Judging
from vigie.web.people import passwords
from vigie.web.people.invitation import NAME
from vigie.web.review.opening import Opener
from vigie.web.settings import WebSettings
from vigie.web.site import Channel, Mailbox, Site


def serve(path: Path | None) -> Status:
    """Serves until SIGTERM or Ctrl-C."""
    config = load(path)
    _check(config)
    try:
        listening = serving.bound(config.web)
    except OSError as error:
        raise Fault(f"web.listen {config.web.listen}: {reason(error)}", Status.USAGE) from None
    with listening:
        try:
            with Ledger(config.ledger, "web") as ledger, closing(Judging(config.judge)) as judging:
                site = Site(
                    ledger,
                    config.web,
                    _mailboxes(config),
                    sections(config),
                    _client_secret(config),
                    brands=config.judge.brands.packs(),
                    opener=Opener(config.judge.limits),
                    judging=judging,
                    channels=tuple(_channels(config)),
                    reporting_stopped=config.channels.stop,
                    release_on_request=config.operation.digest.release_on_request,
                )
                print(say(f"Les pages sont à {config.web.origin}", f"The pages are at {config.web.origin}"), flush=True)
                for found in outlook(config.web):
                    console.complain(f"{found.text}{colon()} {found.remedy}")
                if not ledger.people.users(By("web", ALL_RIGHTS)):
                    nobody = say("personne ne peut se connecter", "nobody can sign in")
                    console.complain(f"{nobody}{colon()} vigie web create-admin")
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, signal.SIG_IGN)  # the server takes them, and raises them once more at its end
                serving.server(create_app(site), config.web, _tell_systemd).run(sockets=[listening])
        except LedgerError as error:
            raise Fault(str(error)) from None
    return Status.DONE


def _tell_systemd(answers: bool) -> None:
    Systemd().tell("READY=1" if answers else "STOPPING=1")


def create_admin(path: Path | None, name: str, *, link: bool) -> Status:
    """Makes somebody who may do everything: with a password that is typed here, or by a link that chooses one."""
    config = load(path)
    name = " ".join(name.split())
    if not NAME.fullmatch(name):
        right = say(
            "60 lettres, chiffres, espaces ou . ' @ + - au plus", "60 letters, digits, spaces or . ' @ + - at most"
        )
        raise Fault(f"{console.plain(name)}: {right}", Status.USAGE)
    by, now = By(at_the_keyboard(), ALL_RIGHTS), datetime.now(UTC)
    try:
        with Ledger(config.ledger, by.who) as ledger:
            if ledger.people.named(name) is not None:
                raise _taken(name)
            if link:
                return _invited(ledger, config.web, by, name, now)
            user = User(new_id(), name, ALL_RIGHTS, current(), now, password=passwords.hashed(_password(name)))
            if ledger.people.add(user, by, at=now) is Told.NAME_TAKEN:
                raise _taken(name)
    except LedgerError as error:
        raise Fault(str(error)) from None
    print(say(f"{name} peut se connecter à {config.web.origin}", f"{name} can sign in at {config.web.origin}"))
    return Status.DONE


def _invited(ledger: Ledger, settings: WebSettings, by: By, name: str, now: datetime) -> Status:
    token, ends = fresh(), now + timedelta(hours=settings.invitation_hours)
    ledger.people.invite(Invitation(new_id(), ALL_RIGHTS, by.who, now, ends, note=name), token, by)
    print(f"{settings.origin}/invitation/{token}", flush=True)
    until = when(ends)
    console.complain(
        say(
            f"ce lien crée un compte qui peut tout faire, une fois, jusqu'au {until}",
            f"this link makes an account that may do everything, once, until {until}",
        )
    )
    return Status.DONE


def _taken(name: str) -> Fault:
    why = say(
        "ce nom est déjà pris ; un nouveau mot de passe se donne dans la page Personnes",
        "somebody has that name; a new password is given on the page People",
    )
    return Fault(f"{name}: {why}", Status.USAGE)


def _password(name: str) -> str:
    """Typed twice where somebody is there, else the first line of the standard input. Raises Fault."""
    if sys.stdin.isatty():
        password = getpass.getpass(say("Mot de passe : ", "Password: "))
        if getpass.getpass(say("Encore une fois : ", "Once more: ")) != password:
            raise Fault(say("ce n'est pas le même", "it is not the same"), Status.USAGE)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    why = {
        "short": say(f"au moins {passwords.SHORTEST} caractères", f"at least {passwords.SHORTEST} characters"),
        "long": say("trop long", "too long"),
        "simple": say("trop facile à deviner", "too easy to guess"),
        "name": say("il contient le nom", "it holds the name"),
        "": "",
    }[passwords.weakness(password, name)]
    if why:
        raise Fault(f"{say('mot de passe', 'password')}: {why}", Status.USAGE)
    return password


def _check(config: Config) -> None:
    """What the settings of one section alone cannot see. Raises ConfigError."""
    files = config.web.outlook.files
    if files is not None and not outlook_files.is_made(files):
        wrong = _not_made(files, config.web.origin)
        raise ConfigError(config.path or Path("vigie.toml"), None, "web.outlook.files", wrong)
    names, oidc, entra = {account.name for account in config.accounts}, config.web.oidc, config.web.api.entra
    named = [(f"web.oidc.groups[{group.name}]", group.accounts) for group in (oidc.groups if oidc else ())]
    named += [(f"web.api.entra.tenants[{one.id}]", one.accounts) for one in (entra.tenants if entra else ())]
    for section, accounts in named:
        if unknown := sorted(set(accounts or ()) - names):
            wrong = say("aucun compte de ce nom", "no account of that name")
            key = f"{section}.accounts"
            raise ConfigError(config.path or Path("vigie.toml"), None, key, f"{wrong}: {', '.join(unknown)}")


def _not_made(files: Path, origin: str) -> str:
    """Why that folder is not handed out, and what to do."""
    made, below = f"make addins ORIGIN={origin}", files / "outlook"
    if outlook_files.is_made(below):
        return say(f"{files} : donnez {below}", f"{files}: give {below}")
    if not outlook_files.may_be_read(files):
        return say(
            f"{files} n'existe pas, ou n'est pas lisible : {made}", f"{files} does not exist, or cannot be read: {made}"
        )
    return say(f"{files} n'est pas ce que fait {made}", f"{files} is not what {made} makes")


def _client_secret(config: Config) -> str | None:
    """Of the identity provider; read once: a new one wants a restart. Raises Fault."""
    if config.web.oidc is None or config.web.oidc.client_secret_file is None:
        return None
    try:
        return Source("web.oidc", "client_secret", config.web.oidc.client_secret_file).read()
    except SecretError as error:
        raise Fault(str(error), Status.USAGE) from None


def _channels(config: Config) -> Iterator[Channel]:
    """Those that are switched on and can be sent to."""
    server = config.channels.mail or config.operation.alerts.mail
    for name in switched_on(config.channels):
        channel, settings = CHANNELS[name], config.channels.of(name)
        if settings is None or (channel.BY_MAIL and server is None):
            continue
        # A setting of the channels that leave something out; the others want the message as it came.
        redacted = channel.TAKES is Takes.REDACTED and bool(getattr(settings, "redact", True))
        yield Channel(name, redacted, settings.automatic)


def _mailboxes(config: Config) -> tuple[Mailbox, ...]:
    return tuple(_mailbox(account) for account in config.accounts)


def _mailbox(account: AccountSettings) -> Mailbox:
    return Mailbox(
        account.name,
        account.host,
        account.username,
        account.watched,
        account.mode,
        account.quarantine_folder,
        account.cron or account.schedule,
        account.addresses,
    )
