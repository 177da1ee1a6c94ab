"""`vigie review` in one process, against a real Dovecot: lists, decisions, campaigns, and the way back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import JUDGING, account_toml
from tests.scanner.world import mail, scan
from tests.servers.dovecot import Dovecot, append, contents
from tests.web.review import seeded
from vigie.cli import language, main
from vigie.ledger.store import Ledger
from vigie.scanner.mailboxes import imap
from vigie.scanner.settings import AccountSettings

COPIES = 3


SHAPE = "0123456789abcdef"


@pytest.fixture
def account(dovecot: Dovecot) -> AccountSettings:
    fresh = dovecot.account("accueil", mode="enforce")
    for number in range(COPIES):
        append(fresh, mail(f"Remboursement {number}", "impersonation", campaign=SHAPE))
    return fresh


@pytest.fixture
def here(tmp_path: Path, account: AccountSettings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a vigie.toml; its mailbox was scanned."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vigie.toml").write_text(JUDGING + account_toml(account))
    with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}", "service") as ledger:
        assert scan(account, ledger).quarantined == COPIES
    return tmp_path


class Program:
    """The command line."""

    def __init__(self, capsys: Any) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str, status: int = 0) -> str:
        done = main.run(["review", *arguments])
        told = self._capsys.readouterr()
        assert done == status, told
        return str(told.out + told.err)

    def objects(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self(*arguments, "--json").splitlines()]


@pytest.fixture
def review(capsys: Any, here: Path) -> Program:
    return Program(capsys)


def lying(account: AccountSettings) -> tuple[int, int]:
    """How many in INBOX, how many in quarantine."""
    boxes = contents(account)
    return len(boxes["INBOX"]), len(boxes["Quarantaine"])


def test_one_case_there_and_back(review: Program, account: AccountSettings) -> None:
    assert lying(account) == (0, COPIES)
    newest, *others = review.objects("list")
    assert len(others) == COPIES - 1
    assert (newest["standing"], newest["decision"], newest["version"], newest["theme"]) == ("held", None, 0, "refund")
    case = newest["id"]

    assert "fraude confirmée" in review("confirm", case[:6])
    assert "déjà confirmé" in review("confirm", case)
    refused = review("release", case, "--seen", "0", status=3)
    assert "fraude confirmée ; rien n'a été changé" in refused
    assert "cli:" in refused
    assert review("list", "--pile", "waiting").count("\n") == COPIES - 1
    assert "[fraude confirmée]" in review("list")

    assert "décision reprise" in review("undo", case)
    assert "personne n'a rien décidé" in review("undo", case)
    assert "remis dans INBOX" in review("release", case, "--seen", "2")
    assert lying(account) == (1, COPIES - 1)
    assert "remis dans Quarantaine" in review("undo", case)
    assert lying(account) == (0, COPIES)

    shown = review("show", case)
    assert shown.count("décision reprise (cli:") == 2
    assert "état : en quarantaine" in shown
    (told,) = review.objects("show", case)
    assert (told["version"], told["can"], told["case"]["verdict"]) == (4, ["confirm", "release"], "impersonation")


def test_lists_for_people_and_programs(review: Program) -> None:
    case = review.objects("list")[0]["id"]
    assert "La quarantaine est vide." not in review("list", "--search", "REMBOURSEMENT")
    assert "Rien de tel" in review("list", "--search", "introuvable")
    assert [one["id"] for one in review.objects("list", "--search", case)] == [case]
    assert len(review.objects("list", "--theme", "refund", "--verdict", "impersonation", "--since", "1d")) == COPIES
    assert [one["id"] for one in review.objects("list", "--sort", "oldest")][-1] == case
    assert review("list", "--all").count("[en quarantaine]") == COPIES
    head, *rows = csv.reader(io.StringIO(review("list", "--csv").removeprefix("\ufeff"), newline=""))
    assert head[0] == "id"
    assert {len(row) for row in rows} == {len(head)}
    assert len(rows) == COPIES


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list", "--pile", "tas"], "waiting, requested, held"),
        (["list", "--verdict", "faux"], "impersonation"),
        (["list", "--theme", "météo"], "refund"),
        (["list", "--sort", "taille"], "newest"),
        (["list", "--since", "demain"], "AAAA-MM-JJ"),
        (["release"], "--campaign"),
        (["confirm", "abcdef", "--campaign", "abcd"], "--campaign"),
        (["confirm", "--campaign", "zzzz"], "aucune campagne"),
        (["undo"], "--bulk"),
        (["undo", "--bulk", "zzzz"], "vigie review bulks"),
        (["purge"], "ID"),
        (["confirm", "zzzzzz"], "aucun cas"),
    ],
)
def test_what_is_typed_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vigie.toml").write_text(JUDGING)
    told = Program(capsys)(*arguments, status=2)
    assert words in told
    assert len(told.splitlines()) == 1


def test_a_campaign_there_and_back(review: Program, account: AccountSettings) -> None:
    (campaign,) = review.objects("campaigns")
    assert (campaign["waiting"], campaign["senders"]) == (COPIES, 1)
    assert f"{COPIES} en attente sur {COPIES}" in review("campaigns")
    done = review("release", "--campaign", campaign["id"][:6], "--yes")
    assert f"remettre en place, {COPIES} : {COPIES} décidés, {COPIES} déplacés" in done
    assert lying(account) == (COPIES, 0)
    assert "Aucune campagne n'attend." in review("campaigns")
    language.use("en")
    try:
        assert "No campaign waits." in review("campaigns")
    finally:
        language.use("fr")
    assert "plus rien n'attend" in review("release", "--campaign", campaign["id"], "--yes")
    (bulk,) = review.objects("bulks")
    assert bulk["moved"] == COPIES
    back = review("undo", "--bulk", bulk["id"], "--yes")
    assert f"{COPIES} décidés, {COPIES} déplacés" in back
    assert lying(account) == (0, COPIES)
    assert "déjà repris" in review("undo", "--bulk", bulk["id"], "--yes")
    assert review("bulks").count("\n") == 2


def test_many_are_asked_twice(review: Program, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    monkeypatch.setattr("vigie.ledger.bulks.MANY", 2)
    (campaign,) = review.objects("campaigns")
    name = campaign["id"]

    def answers(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    answers("non")
    assert "Rien n'a été fait." in review("confirm", "--campaign", name)
    answers("oui", "oui")
    assert "Rien n'a été fait." in review("confirm", "--campaign", name)
    assert "ils sont 3" in review("confirm", "--campaign", name, "--yes", "--count", "2", status=2)
    assert "Aucune décision" in review("bulks")
    answers("oui", str(COPIES))
    assert f"confirmer, {COPIES} : {COPIES} décidés" in review("confirm", "--campaign", name)
    with Ledger(f"sqlite:///{here / 'vigie.db'}") as ledger:
        assert [entry.detail["cases"] for entry in ledger.audit_entries() if entry.what == "bulk"] == ["3"]


def test_what_is_purged_is_forgotten_and_stays_where_it_is(review: Program, account: AccountSettings) -> None:
    one, other, _ = (found["id"] for found in review.objects("list"))
    review("confirm", one)
    told = review("purge", one, other, "--yes", status=3)
    assert "1 cas oublié" in told
    assert "1 gardé" in told
    assert "aucun cas" in review("show", one, status=2)
    assert lying(account) == (0, COPIES)


def test_a_mailbox_that_is_away_delays_and_loses_no_decision(
    review: Program, account: AccountSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = review.objects("list")[0]["id"]
    real = imap.connect

    def away(settings: AccountSettings) -> imap.ImapMailbox:
        return real(settings.model_copy(update={"port": 9}))

    monkeypatch.setattr(imap, "connect", away)
    assert "le prochain passage remettra le message" in review("release", case, status=3)
    monkeypatch.setattr(imap, "connect", real)
    assert "remis dans INBOX" in review("release", case)
    assert lying(account) == (1, COPIES - 1)


def test_of_unrelated_mail_the_list_says_that_nothing_is_kept(review: Program, account: AccountSettings, here: Path):
    append(account, mail("Déjeuner", "unrelated"))
    with Ledger(f"sqlite:///{here / 'vigie.db'}", "service") as ledger:
        scan(account, ledger)
    (line,) = [line for line in review("list", "--all").splitlines() if "sans rapport" in line]
    assert "(rien n'est gardé d'un courriel sans rapport)" in line
    assert "«" not in line


def test_what_somebody_handed_in_lies_in_no_mailbox(here: Path, review: Program) -> None:
    with Ledger(f"sqlite:///{here / 'vigie.db'}") as ledger:
        case = seeded.handed_in(ledger, seeded.DISGUISED)
    shown = review("show", case)
    assert "accueil / remis par une personne" in shown
    assert " UID " not in shown
    assert "fraude confirmée" in review("confirm", case)
