"""The ways in which a message can be moved, each with the mailbox that makes it hard, and what a kill may leave of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.scanner.lives import Life, Lives
from tests.scanner.test_supervisor import until
from tests.scanner.world import CHECK, NOW, QUARANTINE, REPORT, is_reply, look, mail, scan, sha
from tests.servers.dovecot import append, client, hashes
from vigie.ledger.review import plan_release
from vigie.ledger.store import Ledger
from vigie.ledger.types import Intent
from vigie.scanner.settings import AccountSettings

FALSE = mail("faux", "impersonation")
DOUBTFUL = mail("douteux", "suspicious")
BILL = mail("facture")
MARKED = mail("marque")
"""Somebody else has marked it as deleted and not expunged it: that is his to do."""


class Server(Protocol):
    """Dovecot, pymap."""

    port: int

    def account(self, user: str = "user", **changes: object) -> AccountSettings:
        """A fresh user."""
        ...


def incoming(account: AccountSettings, _: Path) -> None:
    """New mail, and a copy of the false one that the user keeps in quarantine himself."""
    with client(account) as connection:
        connection.create_folder(QUARANTINE)
    append(account, FALSE, folder=QUARANTINE, flags=("\\Seen",))
    append(account, MARKED, flags=("\\Deleted",))
    append(account, FALSE, DOUBTFUL, BILL, flags=("\\Flagged",))


def one(account: AccountSettings, _: Path) -> None:
    """One false mail, and the copy of it that the user keeps in quarantine."""
    with client(account) as connection:
        connection.create_folder(QUARANTINE)
    append(account, FALSE, folder=QUARANTINE, flags=("\\Seen",))
    append(account, FALSE, flags=("\\Flagged",))


def first(account: AccountSettings, _: Path) -> None:
    """The first false mail of a mailbox that has no quarantine yet."""
    append(account, FALSE, flags=("\\Flagged",))


def released(account: AccountSettings, ledger: Path) -> None:
    """A release that somebody asked for; meanwhile the same mail came once more."""
    append(account, FALSE, flags=("\\Flagged",))
    with Ledger(f"sqlite:///{ledger}") as opened:
        assert scan(account, opened).quarantined == 1
        (record,) = opened.records(held=True)
        intent = plan_release(record, opened.outcomes(record.id), at=NOW)
        assert isinstance(intent, Intent)
        opened.release(intent, NOW)
    append(account, FALSE, flags=("\\Seen",))


def renumbered(account: AccountSettings, ledger: Path) -> None:
    """A folder that was judged, and then replaced by another one of its name with the same mail (I-08), and new mail."""
    with client(account) as connection:
        connection.create_folder("Boite")
    append(account, DOUBTFUL, BILL, folder="Boite")
    with Ledger(f"sqlite:///{ledger}") as opened:
        scan(account, opened, folder="Boite")
    with client(account) as connection:
        connection.rename_folder("Boite", "Ancienne")
        connection.create_folder("Boite")
        connection.select_folder("Ancienne")
        connection.copy(connection.search(), "Boite")
    append(account, FALSE, folder="Boite")


def full(account: AccountSettings, _: Path) -> None:
    """A false mail that fits into the mailbox once."""
    append(account, mail("faux", "impersonation", body="x" * 40_000))


def asked(account: AccountSettings, ledger: Path) -> None:
    """A mail whose answer is a reply, moved out of INBOX, where it was judged, by somebody who wants to know."""
    append(account, BILL, flags=("\\Flagged",))
    with Ledger(f"sqlite:///{ledger}") as opened:
        scan(account, opened)
    _moved(account, CHECK)


def reported(account: AccountSettings, _: Path) -> None:
    """A fraud that goes into quarantine."""
    append(account, FALSE, flags=("\\Flagged",))
    _moved(account, REPORT)


def _moved(account: AccountSettings, folder: str) -> None:
    with client(account) as connection:
        connection.create_folder(folder)
        connection.select_folder("INBOX")
        uids = connection.search()
        connection.copy(uids, folder)  # as a client moves where there is no MOVE
        connection.delete_messages(uids, silent=True)
        connection.expunge()


@dataclass(frozen=True, slots=True)
class Scenario:
    """What lies there before the pass that is killed."""

    prepare: Callable[[AccountSettings, Path], None]
    folder: str = "INBOX"
    copied_only: bool = False
    """The server can only copy: the end has one message more than the beginning."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of the account."""
    replies: int = 0
    """Of ours, that the end has more than the beginning."""


SCENARIOS = {
    "incoming": Scenario(incoming),
    "one": Scenario(one),
    "first": Scenario(first),
    "released": Scenario(released),
    "renumbered": Scenario(renumbered, folder="Boite"),
    "full": Scenario(full),
    "copied": Scenario(incoming, copied_only=True),
    "asked": Scenario(asked, folder=CHECK, settings={"check_folder": CHECK}, replies=1),
    "reported": Scenario(reported, folder=REPORT, settings={"report_folder": REPORT}, replies=1),
}

REPLY = "a reply"
Picture = list[tuple[str, str, str, tuple[str, ...]]]


def picture(account: AccountSettings) -> Picture:
    """Folder, subject, content and flags of everything; every reply of ours has a Message-ID of its own."""
    return [(s.folder, s.subject, REPLY if is_reply(s) else s.sha256, s.flags) for s in look(account)]


class Harness:
    """One scenario on one server: lives it undisturbed, then with a death at one step, and compares."""

    def __init__(self, lives: Lives, server: Server, scenario: Scenario, folder: Path) -> None:
        self._lives = lives
        self._server = server
        self._scenario = scenario
        self._folder = folder
        account = self._prepared("whole")
        self._before = hashes(account)
        self.whole = self._lived("whole", account, None)
        assert not self.whole.killed
        self._wanted = picture(account)
        replies = Counter({REPLY: scenario.replies}) if scenario.replies else Counter()
        copies = Counter({sha(FALSE): 1}) if scenario.copied_only else Counter()
        assert Counter(content for _, _, content, _ in self._wanted) == self._before + copies + replies

    def check(self, last: int) -> None:
        """Dies at that step, resumes, runs once more."""
        step = f"step {last} ({self.whole.steps[last - 1]})"
        account = self._prepared(str(last))
        assert self._lived(str(last), account, last).killed, step
        # the server may still be at what the dead one asked of it
        assert until(lambda: not self._before - hashes(account)), f"{step}: lost at once"
        with Ledger(f"sqlite:///{self._folder / str(last)}") as ledger:
            scan(account, ledger, folder=self._scenario.folder)
            assert picture(account) == self._wanted, f"{step}: another end than without a kill"
            ended = self._told(ledger, account)
            again = scan(account, ledger, folder=self._scenario.folder)
            assert (again.judged, again.recovered, again.quarantined, again.tagged) == (0, 0, 0, 0), step
            assert self._told(ledger, account) == ended, f"{step}: one more run changes something"
            assert picture(account) == self._wanted, f"{step}: one more run changes something"
            if self._scenario.settings:
                left = scan(account, ledger)  # what came back is no news in INBOX, nor is the reply
                assert (left.judged, left.quarantined, picture(account)) == (0, 0, self._wanted), step
            places = [record.place for record in ledger.records()]
            assert len(places) == len(set(places)), step

    def _prepared(self, name: str) -> AccountSettings:
        # In the clear over loopback: six logins a step, and what they are about is not TLS.
        account = self._server.account(tls="none", port=self._server.port, **self._scenario.settings)
        self._scenario.prepare(account, self._folder / name)
        return account

    def _lived(self, name: str, account: AccountSettings, last: int | None) -> Life:
        return self._lives.live(account, self._folder / name, last, folder=self._scenario.folder)

    def _told(self, ledger: Ledger, account: AccountSettings) -> list[Intent]:
        """What was wanted, with how it ended; nothing of it is open but what the server has refused for a while."""
        refused = ledger.sendings(account.name)
        assert all(intent.id in refused for intent in ledger.open_intents(account.name))
        return [intent for record in ledger.records() for intent, _ in ledger.outcomes(record.id)]
