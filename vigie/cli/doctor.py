"""`vigie doctor`: looks at everything that the service needs, changes nothing in any mailbox, and says how to mend what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from rich.text import Text

from vigie.auth_checks.resolver import DnsFault, NoSuchName, resolver_from
from vigie.auth_checks.settings import TrustSettings
from vigie.cli.border_seen import Seen, border_seen
from vigie.cli.config import AccountSettings, Config, load
from vigie.cli.console import plain, screen
from vigie.cli.faults import mailbox_line
from vigie.cli.language import colon, decimal, say
from vigie.cli.status import Status
from vigie.ledger.store import Ledger, LedgerError
from vigie.rules import brand, trials
from vigie.scanner.credentials.obtain import secret_files
from vigie.scanner.credentials.secret import weakness
from vigie.scanner.decide import OURS
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import Mailbox, MailboxError
from vigie.scanner.settings import SecretError

ASKED = "ameli.fr"
"""A name that exists: its TXT records are asked for."""
LITTLE = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at. `remedy` "": nothing to mend."""

    good: bool
    text: str
    remedy: str = ""


def doctor(path: Path | None) -> Status:
    """Prints one line for each thing. Status 3 when something is wrong; a bad configuration ends it with 2."""
    config = load(path)
    out = screen()
    out.print(Text.assemble(("✓ ", "green"), say(f"configuration {config.path}", f"configuration {config.path}")))
    bad = 0
    for found in _everything(config):
        bad += not found.good
        out.print(Text.assemble(("✓ ", "green") if found.good else ("✗ ", "bold red"), plain(found.text)))
        if found.remedy:
            out.print(Text(f"    → {found.remedy}"))
    return Status.UNREACHED if bad else Status.DONE


def _everything(config: Config) -> Iterator[Found]:
    yield _ledger(config)
    yield _disk(config)
    yield _dns(config)
    yield _border(config)
    shipped = brand.names()
    for pack in config.judge.brands.packs():
        yield _pack(pack, datetime.now(UTC).date(), own=pack.name not in shipped)
    if not config.accounts:
        yield Found(good=False, text=say("aucun compte", "no account"), remedy="[[accounts]] (vigie init)")
    for account in config.accounts:
        yield from _secrets(account)
        yield from _account(account, config.judge.trust)


def _ledger(config: Config) -> Found:
    try:
        Ledger(config.ledger).close()
    except LedgerError as error:
        remedy = say(
            "vérifiez [ledger] url et les droits du dossier", "check [ledger] url and the folder's permissions"
        )
        return Found(good=False, text=str(error), remedy=remedy)
    return Found(good=True, text=say("registre : ouvert et inscriptible", "ledger: opened, writable"))


def _disk(config: Config) -> Found:
    free = shutil.disk_usage(config.base).free
    text = say(f"disque : {decimal(free / 1e9)} Go libres", f"disk: {decimal(free / 1e9)} GB free")
    return Found(good=free > LITTLE, text=text, remedy="" if free > LITTLE else say("faites de la place", "make room"))


def _dns(config: Config) -> Found:
    try:
        answers = resolver_from(config.judge.dns).session().txt(ASKED)
    except (DnsFault, NoSuchName) as fault:
        remedy = say(
            "sans DNS aucune signature ne se vérifie : [dns] nameservers, ou le résolveur du système",
            "without DNS no signature can be verified: [dns] nameservers, or the system's resolver",
        )
        return Found(
            good=False, text=say(f"DNS : pas de réponse pour {fault}", f"DNS: no answer for {fault}"), remedy=remedy
        )
    return Found(
        good=True, text=say(f"DNS : {ASKED} répond ({len(answers)} TXT)", f"DNS: {ASKED} answers ({len(answers)} TXT)")
    )


def _border(config: Config) -> Found:
    trust = config.judge.trust
    if trust.provider or trust.border_hosts or trust.authserv_ids:
        return Found(
            good=True, text=say("[trust] : le serveur de réception est nommé", "[trust]: the receiving server is named")
        )
    return Found(
        good=True,
        text=say("[trust] est vide : SPF ne sera pas évalué", "[trust] is empty: SPF cannot be evaluated"),
        remedy=say('border_hosts = ["votre MX"], ou provider', 'border_hosts = ["your MX"], or provider'),
    )


SHOWN_FACTS = 5


def _pack(pack: brand.Brand, today: date, *, own: bool) -> Found:
    """Facts that somebody should look at again are a reminder, never a fault. A pack of the admin's own has to pass its samples."""
    wrong = trials.refused(pack) if own else ""
    if wrong:
        remedy = say(
            "corrigez-la : docs/brands.md, vigie catalog --verify", "mend it: docs/brands.md, vigie catalog --verify"
        )
        return Found(good=False, text=say(f"marque {wrong}", f"brand {wrong}"), remedy=remedy)
    old = pack.expired(today)
    if not old:
        return Found(good=True, text=say(f"marque {pack.name} : faits à jour", f"brand {pack.name}: facts up to date"))
    named = ", ".join(old[:SHOWN_FACTS]) + (", ..." if len(old) > SHOWN_FACTS else "")
    remedy = say(
        f"à revérifier (les verdicts n'en dépendent pas) : {named}",
        f"to be looked at again (no verdict depends on it): {named}",
    )
    text = say(f"marque {pack.name} : {len(old)} faits anciens", f"brand {pack.name}: {len(old)} old facts")
    return Found(good=True, text=text, remedy=remedy)


_WEAK = {
    "others may read it": ("lisible par tous", "everybody may read it"),
    "others may change it": ("modifiable par d'autres", "others may change it"),
    "owned by somebody else": ("appartient à quelqu'un d'autre", "owned by somebody else"),
}


def _secrets(account: AccountSettings) -> Iterator[Found]:
    """Files that hold a secret and are open to others."""
    for file in secret_files(account):
        if weak := weakness(file):
            text = f"{account.name}{colon()} {plain(str(file))}{colon()} {say(*_WEAK[weak])}"
            yield Found(good=False, text=text, remedy=f"chmod 600 {plain(str(file))}")


def _account(account: AccountSettings, trust: TrustSettings) -> Iterator[Found]:
    name = account.name
    try:
        with closing(imap.connect(account)) as mailbox:
            yield Found(
                good=True, text=f"{name}{colon()} {say('connecté à', 'logged in at')} {account.host}:{account.port}"
            )
            yield _capabilities(account, mailbox.capabilities)
            for folder in account.folders:
                yield from _folder(account, mailbox, folder, trust)
            yield _quarantine(account, mailbox)
    except (MailboxError, SecretError) as error:
        kind = "password" if isinstance(error, SecretError) else error.kind
        kind = "token" if kind == "auth" and account.oauth is not None else kind
        yield Found(good=False, text=mailbox_line(name, error), remedy=_remedy(kind))


def _capabilities(account: AccountSettings, known: frozenset[str]) -> Found:
    """MOVE or UIDPLUS is what a quarantine needs; IDLE is what makes the service notice at once."""
    text = f"{account.name}{colon()} " + ", ".join(
        f"{name} {'✓' if name in known else '✗'}" for name in ("MOVE", "UIDPLUS", "IDLE")
    )
    remedy = ""
    if not {"MOVE", "UIDPLUS"} & known:
        remedy = say(
            "ce serveur ne sait que copier : l'original restera dans sa boîte, étiqueté",
            "this server can only copy: the original stays in its folder, tagged",
        )
    elif account.idle and "IDLE" not in known:
        remedy = say(
            f"sans IDLE, la boîte est regardée toutes les {account.schedule}",
            f"without IDLE the mailbox is looked at every {account.schedule}",
        )
    return Found(good=True, text=text, remedy=remedy)


def _folder(account: AccountSettings, mailbox: Mailbox, folder: str, trust: TrustSettings) -> Iterator[Found]:
    where = f"{account.name}/{folder}"
    try:
        status = mailbox.select(folder, read_only=False)
    except MailboxError as error:
        if error.kind != "folder":
            raise
        names = ", ".join(list(mailbox.folders())[:10])
        yield Found(good=False, text=mailbox_line(where, error), remedy=f"folders = [...] : {plain(names)}")
        return
    if status.read_only and account.mode != "observe":
        remedy = say('donnez le droit d\'écrire, ou mode = "observe"', 'grant the right to write, or mode = "observe"')
        yield Found(good=False, text=f"{where}{colon()} {say('lecture seule', 'read-only')}", remedy=remedy)
    else:
        yield Found(good=True, text=f"{where}{colon()} {status.exists} messages")
    lost = [keyword for keyword in OURS if not status.keeps(keyword)]
    if lost and account.mode != "observe":
        text = say("le serveur ne garde pas", "the server does not keep") + f" {' '.join(lost)}"
        remedy = say(
            "les étiquettes manqueront ; la quarantaine marche quand même",
            "tags will be missing; the quarantine works all the same",
        )
        yield Found(good=True, text=f"{where}{colon()} {text}", remedy=remedy)
    yield from _received(where, border_seen(mailbox, trust), named=trust != TrustSettings())


def _received(where: str, seen: Seen, *, named: bool) -> Iterator[Found]:
    """Whether `[trust]` fits the mails that came last, and else which names stand in them."""
    if not seen.mails:
        return
    hosts = ", ".join(f"{host} ({count})" for host, count in seen.hosts.most_common(4))
    remedy = say(f"noms vus derrière « by » : {hosts}", f'names seen behind "by": {hosts}') if hosts else ""
    if not named:
        yield Found(good=True, text=f"{where}{colon()} {say('[trust] est vide', '[trust] is empty')}", remedy=remedy)
        return
    text = say(
        f"[trust] reconnaît le serveur de réception dans {seen.found} des {seen.mails} derniers messages",
        f"[trust] finds the receiving server in {seen.found} of the last {seen.mails} messages",
    )
    lost = f" ({plain(seen.reason)})" if seen.reason and not seen.found else ""
    yield Found(good=seen.found > 0, text=f"{where}{colon()} {text}{lost}", remedy="" if seen.found else remedy)
    if 2 * seen.forged > seen.mails:
        text = say(
            f"{seen.forged} messages portent des résultats à votre nom sous la ligne Received de votre serveur",
            f"{seen.forged} messages carry results in your name below your server's Received line",
        )
        remedy = say(
            "s'ils sont de votre propre filtre (rspamd) : results_below = true dans [trust]",
            "if your own filter wrote them (rspamd): results_below = true in [trust]",
        )
        yield Found(good=False, text=f"{where}{colon()} {text}", remedy=remedy)


def _quarantine(account: AccountSettings, mailbox: Mailbox) -> Found:
    wanted = account.quarantine_folder
    there = any(name == wanted or name.endswith((f"/{wanted}", f".{wanted}")) for name in mailbox.folders())
    word = say("existe", "exists") if there else say("sera créé au besoin", "is created when it is needed")
    return Found(good=True, text=f"{account.name}/{wanted}{colon()} {word}")


def _remedy(kind: str) -> str:
    return {
        "password": say(
            "vérifiez password_file (le chemin part du dossier de vigie.toml), password_env ou password_command",
            "check password_file (its path starts at vigie.toml's folder), password_env or password_command",
        ),
        "auth": say(
            "vérifiez username et le mot de passe (password_file part du dossier de vigie.toml)",
            "check username and the password (password_file starts at vigie.toml's folder)",
        ),
        "token": say(
            "vigie login ACCOUNT (docs/login.fr.md) ; vérifiez username et [accounts.oauth]",
            "vigie login ACCOUNT (docs/login.md); check username and [accounts.oauth]",
        ),
        "connect": say("vérifiez host, port, le pare-feu", "check host, port, the firewall"),
        "tls": say(
            "certificat, nom du serveur, ou ca_file pour une autorité interne",
            "certificate, host name, or ca_file for an internal authority",
        ),
    }.get(kind, "")
