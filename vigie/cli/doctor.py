"""`vigie doctor`: looks at everything that the service needs, changes nothing in any mailbox, and says how to mend what is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from rich.text import Text

from vigie.auth_checks.settings import TrustSettings
from vigie.cli.border_seen import Seen, border_seen
from vigie.cli.checkup.accounts import accounts, too_short
from vigie.cli.checkup.found import WEAK, Found, catalogue, note, wrong
from vigie.cli.checkup.machine import machine
from vigie.cli.checkup.names import names
from vigie.cli.checkup.outside import outside
from vigie.cli.checkup.pictures import pictures
from vigie.cli.config import AccountSettings, Config, load
from vigie.cli.console import plain, screen
from vigie.cli.example import PLACEHOLDER
from vigie.cli.faults import mailbox_line
from vigie.cli.language import colon, day, say
from vigie.cli.status import Status
from vigie.ledger.store import Ledger, LedgerError
from vigie.rules import brand, trials
from vigie.scanner.credentials.obtain import secret_files
from vigie.scanner.credentials.secret import weakness
from vigie.scanner.decide import OURS
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.mailboxes.imap import ImapMailbox
from vigie.scanner.settings import SecretError

SOON: Final = timedelta(days=14)
AHEAD: Final = timedelta(minutes=5)
"""A mail that came later than now by more than that: one of the two clocks is wrong."""


def doctor(path: Path | None) -> Status:
    """Prints one line for each thing. Status 3 when something is wrong; a bad configuration ends it with 2."""
    config = load(path)
    out = screen()
    out.print(Text.assemble(("✓ ", "green"), say(f"configuration {config.path}", f"configuration {config.path}")))
    bad = 0
    for found in _everything(config):
        bad += not found.good
        out.print(Text.assemble(("✓ ", "green") if found.good else ("✗ ", "bold red"), plain(found.text)))
        if found.why:
            out.print(Text(f"    {found.why}"))
        if found.remedy:
            out.print(Text(f"    → {plain(found.remedy)}"))
    return Status.UNREACHED if bad else Status.DONE


def _everything(config: Config) -> Iterator[Found]:
    yield _ledger(config)
    yield from machine(config)
    yield from names(config.judge.dns)
    yield _border(config)
    yield pictures(config)
    shipped = brand.names()
    for pack in config.judge.brands.packs():
        yield _pack(pack, datetime.now(UTC).date(), own=pack.name not in shipped)
    yield from accounts(config)
    yield from outside(config)
    for account in config.accounts:
        yield from _secrets(account)
        yield from _account(account, config.judge.trust)


def _ledger(config: Config) -> Found:
    try:
        Ledger(config.ledger).close()
    except LedgerError as error:
        return Found(
            good=False, text=str(error), remedy=say(*catalogue()["ledger-unusable"].mend), setup="ledger-unusable"
        )
    return Found(good=True, text=say("registre : ouvert et inscriptible", "ledger: opened, writable"))


def _border(config: Config) -> Found:
    trust = config.judge.trust
    keys = {"border_hosts": trust.border_hosts, "authserv_ids": trust.authserv_ids}
    left = [key for key, names in keys.items() if PLACEHOLDER in {name.lower().rstrip(".") for name in names}]
    if left:
        return wrong("trust-example", "", ", ".join(left))
    if trust.provider or trust.border_hosts or trust.authserv_ids:
        return Found(
            good=True, text=say("[trust] : le serveur de réception est nommé", "[trust]: the receiving server is named")
        )
    return note("trust-empty")


SHOWN_FACTS = 5


def _pack(pack: brand.Brand, today: date, *, own: bool) -> Found:
    """Facts that somebody should look at again are a reminder, never a fault. A pack of the admin's own has to pass its samples."""
    refused = trials.refused(pack) if own else None
    if refused:
        return Found(
            good=False,
            text=say(f"marque {refused.french}", f"brand {refused}"),
            remedy=say(*catalogue()["brand-refused"].mend),
            setup="brand-refused",
        )
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


def _secrets(account: AccountSettings) -> Iterator[Found]:
    """Files that hold a secret and are open to others."""
    for file in secret_files(account):
        if weak := weakness(file):
            text = f"{account.name}{colon()} {plain(str(file))}{colon()} {say(*WEAK[weak])}"
            yield Found(good=False, text=text, remedy=f"chmod 600 {plain(str(file))}", setup="secret-open")


def _account(account: AccountSettings, trust: TrustSettings) -> Iterator[Found]:
    name = account.name
    begun = time.monotonic()
    try:
        with closing(imap.connect(account)) as mailbox:
            yield Found(
                good=True, text=f"{name}{colon()} {say('connecté à', 'logged in at')} {account.host}:{account.port}"
            )
            yield from certificate(name, mailbox.certificate_ends, datetime.now(UTC))
            yield from _capabilities(account, mailbox.capabilities)
            for folder in account.folders:
                yield from _folder(account, mailbox, folder, trust)
            yield from _quarantine(account, mailbox)
            for folder in account.buttons:
                yield from _button(account, mailbox, folder)
    except (MailboxError, SecretError) as error:
        yield _unreached(account, error)
    else:
        yield from too_short(account, time.monotonic() - begun)


def _unreached(account: AccountSettings, error: MailboxError | SecretError) -> Found:
    """Why there is no mailbox to look at."""
    kind = "" if isinstance(error, SecretError) or not _has_secret(account) else error.kind
    setup = {
        "": "no-secret",
        "auth": "login-refused" if account.oauth is None else "token-refused",
        "tls": "tls-refused",
        "connect": "unreachable",
    }.get(kind, "")
    remedy = say(*catalogue()[setup].mend) if setup else ""
    return Found(good=False, text=mailbox_line(account.name, error), remedy=remedy, setup=setup)


def _has_secret(account: AccountSettings) -> bool:
    """False where there is no password to try. Of an OAuth account the login itself says it."""
    if account.oauth is not None:
        return True
    try:
        account.password()
    except SecretError:
        return False
    return True


def certificate(name: str, ends: datetime | None, now: datetime) -> Iterator[Found]:
    """Whether somebody has to think of the server's certificate."""
    if ends is not None and ends - now < SOON:
        yield wrong("certificate-ends", name, day(ends))


def _capabilities(account: AccountSettings, known: frozenset[str]) -> Iterator[Found]:
    """MOVE or UIDPLUS is what a quarantine needs; IDLE is what makes the service notice at once."""
    text = ", ".join(f"{name} {'✓' if name in known else '✗'}" for name in ("MOVE", "UIDPLUS", "IDLE"))
    yield Found(good=True, text=f"{account.name}{colon()} {text}")
    if not {"MOVE", "UIDPLUS"} & known:
        yield note("no-move", account.name)
    if account.idle and "IDLE" not in known:
        yield note("no-idle", account.name, account.schedule)


def _folder(account: AccountSettings, mailbox: ImapMailbox, folder: str, trust: TrustSettings) -> Iterator[Found]:
    where = f"{account.name}/{folder}"
    try:
        status = mailbox.select(folder, read_only=False)
    except MailboxError as error:
        if error.kind != "folder":
            raise
        there = ", ".join(list(mailbox.folders())[:10])
        remedy = f"folders = [...] : {plain(there)}"
        yield Found(good=False, text=mailbox_line(where, error), remedy=remedy, setup="folder-missing")
        return
    if status.read_only and account.mode != "observe":
        yield wrong("read-only", where)
    else:
        yield Found(good=True, text=f"{where}{colon()} {status.exists} messages")
    lost = [keyword for keyword in OURS if not status.keeps(keyword)]
    if lost and account.mode != "observe":
        yield note("no-keywords", where, " ".join(lost))
    wanted = {"observe": "r", "tag": "rw", "enforce": "rwte"}[account.mode]
    yield from rights(where, mailbox.rights(folder), wanted)
    seen = border_seen(mailbox, trust)
    yield from _received(where, seen, trust)
    yield from clock(where, seen.newest, datetime.now(UTC))


def rights(where: str, there: str | None, wanted: str) -> Iterator[Found]:
    """`there`: as MYRIGHTS gives them. `d` of RFC 2086 stands for `t` and `e` of RFC 4314 section 2.1.1."""
    if there is None:
        return
    lacking = [one for one in wanted if one not in there and not (one in "te" and "d" in there)]
    if lacking:
        yield wrong("rights-missing", where, f"{there} - {' '.join(lacking)}")


def clock(where: str, newest: datetime | None, now: datetime) -> Iterator[Found]:
    """The server wrote the newest mail's date when it came: it cannot lie ahead."""
    if newest is not None and newest - now > AHEAD:
        yield wrong("clock-off", where, f"{newest - now}".partition(".")[0])


def _received(where: str, seen: Seen, trust: TrustSettings) -> Iterator[Found]:
    """Whether `[trust]` fits the mails that came last, and else which names stand in them."""
    if not seen.mails:
        return
    hosts = ", ".join(f"{host} ({count})" for host, count in seen.hosts.most_common(4))
    remedy = say(f"noms vus derrière « by » : {hosts}", f'names seen behind "by": {hosts}') if hosts else ""
    if trust == TrustSettings():
        yield Found(good=True, text=f"{where}{colon()} {say('[trust] est vide', '[trust] is empty')}", remedy=remedy)
        return
    text = say(
        f"[trust] reconnaît le serveur de réception dans {seen.found} des {seen.mails} derniers messages",
        f"[trust] finds the receiving server in {seen.found} of the last {seen.mails} messages",
    )
    lost = f" ({plain(seen.reason)})" if seen.reason and not seen.found else ""
    setup = "" if seen.found else "border-not-seen"
    text = f"{where}{colon()} {text}{lost}"
    yield Found(good=seen.found > 0, text=text, remedy="" if seen.found else remedy, setup=setup)
    yield from results(where, seen, trust)
    if 2 * seen.forged > seen.mails:
        text = say(
            f"{seen.forged} messages portent des résultats à votre nom sous la ligne Received de votre serveur",
            f"{seen.forged} messages carry results in your name below your server's Received line",
        )
        remedy = say(
            "s'ils sont de votre propre filtre (rspamd) : results_below = true dans [trust]",
            "if your own filter wrote them (rspamd): results_below = true in [trust]",
        )
        yield Found(good=False, text=f"{where}{colon()} {text}", remedy=remedy, setup="results-below")


def results(where: str, seen: Seen, trust: TrustSettings) -> Iterator[Found]:
    """Whether our servers' own results are named, and named rightly."""
    if trust.provider is not None or not seen.found:
        return
    ours = {name.lower() for name in trust.authserv_ids}
    if ours and seen.authserv_ids and not ours & seen.authserv_ids.keys():
        yield wrong("authserv-not-seen", where, ", ".join(list(seen.authserv_ids)[:4]))
    elif not ours and seen.authserv_ids:
        name = seen.authserv_ids.most_common(1)[0][0]
        yield note("no-authserv-id", where, name)


def _button(account: AccountSettings, mailbox: ImapMailbox, wanted: str) -> Iterator[Found]:
    """A folder into which people move a mail to ask or to report: out of it, and into INBOX, something has to be put."""
    where = f"{account.name}/{wanted}"
    real = _real(mailbox, wanted)
    if not real:
        yield note("button-missing", where)
    else:
        yield Found(good=True, text=f"{where}{colon()} {say('existe', 'exists')}")
        yield from rights(where, mailbox.rights(real[0]), "rwte")
    yield from rights(f"{account.name}/INBOX", mailbox.rights("INBOX"), "i")
    if not mailbox.takes_away:
        yield note("button-copies", where)


def _real(mailbox: ImapMailbox, wanted: str) -> list[str]:
    """Folders that the server may make of that name, by its namespace."""
    return [name for name in mailbox.folders() if name == wanted or name.endswith((f"/{wanted}", f".{wanted}"))]


def _quarantine(account: AccountSettings, mailbox: ImapMailbox) -> Iterator[Found]:
    wanted = account.quarantine_folder
    where = f"{account.name}/{wanted}"
    real = _real(mailbox, wanted)
    if real:
        yield Found(good=True, text=f"{where}{colon()} {say('existe', 'exists')}")
        if account.mode == "enforce":
            yield from rights(where, mailbox.rights(real[0]), "i")
    elif account.mode == "enforce":
        yield note("quarantine-missing", where)
    else:
        yield Found(good=True, text=f"{where}{colon()} {say('sera créé au besoin', 'is created when it is needed')}")
