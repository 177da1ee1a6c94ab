"""`vigie login`: a person logs in at the mailbox's identity provider, once; the service refreshes the token from then on."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vigie.cli.accounts import chosen
from vigie.cli.cases import opened
from vigie.cli.config import AccountSettings
from vigie.cli.console import plain
from vigie.cli.faults import mailbox_line, secret_line
from vigie.cli.language import colon, say
from vigie.cli.status import Fault, Status
from vigie.cli.system import reason
from vigie.ledger.audit import What
from vigie.ledger.store import Ledger
from vigie.scanner.credentials.browser import Talk
from vigie.scanner.credentials.login import Person, log_in, log_out
from vigie.scanner.credentials.schemas import Device
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.settings import SecretError


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line, as typed."""

    account: str
    port: int
    revoke: bool


def login(path: Path | None, wanted: Wanted) -> Status:
    """Logs in and tries the mailbox, or withdraws the login. Raises Fault."""
    with opened(path) as (config, ledger):
        (account,) = chosen(config, wanted.account)
        return _told(account, ledger, wanted)


def _told(account: AccountSettings, ledger: Ledger, wanted: Wanted) -> Status:
    """Who logged in, or withdrew a login, stands in the audit log as soon as it is so."""
    if account.oauth is None:
        text = say(
            "ce compte a un mot de passe ; [accounts.oauth] décrit une connexion OAuth (docs/login.fr.md)",
            "this account has a password; [accounts.oauth] describes an OAuth login (docs/login.md)",
        )
        raise Fault(f"{account.name}{colon()} {text}", Status.USAGE)
    try:
        if wanted.revoke:
            status = _revoke(account, account.oauth)
            ledger.note(What.LOGIN, account=account.name, event="withdrawn")
            return status
        _log_in(account, account.oauth, wanted.port)
        ledger.note(What.LOGIN, account=account.name, event="in")
        return _tried(account)
    except SecretError as error:
        raise Fault(secret_line(account.name, error)) from None


def _log_in(account: AccountSettings, oauth: OAuthSettings, port: int) -> None:
    typed = sys.stdin if sys.stdin.isatty() else None
    person = Person(_show_code, Talk(_show_address, _pages(), typed, port))
    try:
        log_in(account.name, account.username, oauth, person)
    except OSError as error:
        raise Fault(f"--port {port}{colon()} {reason(error)}", Status.USAGE) from None
    print(say(f"Connecté ; le jeton est dans {oauth.token_file}", f"Logged in; the token is in {oauth.token_file}"))


def _tried(account: AccountSettings) -> Status:
    """The mailbox opens with it. Raises Fault."""
    try:
        with closing(imap.connect(account)):
            pass
    except MailboxError as error:
        raise Fault(f"{mailbox_line(account.name, error)} ; {_who(account)}") from None
    done = say(
        f"{account.host} accepte {account.username}. Un service déjà lancé le prend en compte : systemctl reload vigie",
        f"{account.host} accepts {account.username}. A running service takes it up: systemctl reload vigie",
    )
    print(done)
    return Status.DONE


def _revoke(account: AccountSettings, oauth: OAuthSettings) -> Status:
    if log_out(account.name, oauth):
        print(
            say(
                "Connexion retirée chez le fournisseur, et oubliée ici.",
                "Login withdrawn at the provider, and forgotten here.",
            )
        )
    else:
        told = say(
            "Connexion oubliée ici ; retirez-la aussi sur la page du fournisseur (il n'offre pas de quoi le faire d'ici).",
            "Login forgotten here; withdraw it on the provider's own pages, too (it offers no way to do so from here).",
        )
        print(told)
    return Status.DONE


def _who(account: AccountSettings) -> str:
    return say(f"vous êtes-vous connecté en tant que {account.username} ?", f"did you log in as {account.username}?")


def _show_code(device: Device) -> None:
    print(
        say(
            f"Sur n'importe quel appareil, ouvrez {plain(device.verification_uri)}\net saisissez le code : {plain(device.user_code)}",
            f"On any device, open {plain(device.verification_uri)}\nand type the code: {plain(device.user_code)}",
        ),
        flush=True,
    )
    if device.verification_uri_complete is not None:
        print(say("Ou directement : ", "Or at once: ") + plain(device.verification_uri_complete), flush=True)


def _show_address(address: str, redirect: str) -> None:
    port = redirect.rstrip("/").rpartition(":")[2]
    print(
        say(
            f"Dans un navigateur de cette machine, ouvrez :\n{address}\n"
            f"Navigateur sur une autre machine ? Ouvrez-y d'abord : ssh -L {port}:127.0.0.1:{port} CE-SERVEUR\n"
            f"ou collez ici l'adresse (http://127.0.0.1:{port}/?...) où il finit par échouer.",
            f"In a browser on this machine, open:\n{address}\n"
            f"Is the browser on another machine? Open there first: ssh -L {port}:127.0.0.1:{port} THIS-SERVER\n"
            f"or paste here the address (http://127.0.0.1:{port}/?...) at which it ends up failing.",
        ),
        flush=True,
    )


def _pages() -> tuple[str, str]:
    page = "<!doctype html><meta charset=utf-8><title>Vigie</title><p>{}"
    return (
        page.format(say("C'est noté. Vous pouvez fermer cette page.", "Noted. You may close this page.")),
        page.format(
            say(
                "Cette adresse ne répond pas à la connexion en cours.",
                "This address does not answer the login under way.",
            )
        ),
    )
