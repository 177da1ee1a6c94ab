"""`vigie backtest`, `promote`, `rollback`, `undo`, `forget`, `export` and `audit` as programs, against a real Dovecot."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.program import FALSE, GENUINE, JUDGING, ORDINARY, account_toml, vigie
from tests.scanner.world import QUARANTINE, Seen, hands, look, mail, places, scan
from tests.servers.dovecot import Dovecot, append, client, hashes
from vigie.cli import main, moments, undo
from vigie.cli.status import Fault
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind
from vigie.scanner import journal, modes, undoing
from vigie.scanner.decide import Plan
from vigie.scanner.settings import AccountSettings

WHEN = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def account(dovecot: Dovecot) -> AccountSettings:
    return dovecot.account("accueil", mode="observe")


@pytest.fixture
def here(tmp_path: Path, account: AccountSettings, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "vigie.toml").write_text(JUDGING + account_toml(account))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_CONFIG", raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The program directs the log to the standard error of its process, which is another one in each test."""
    _without_streams()
    yield
    _without_streams()


def _without_streams() -> None:
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if type(handler) is logging.StreamHandler:
            root.removeHandler(handler)
    logging.getLogger("vigie").setLevel(logging.WARNING)


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program within this process: most of these tests are about what is said and done, not about starting."""
    assert here

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main.run(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture
def ledger(here: Path):
    with Ledger(f"sqlite:///{here / 'vigie.db'}") as opened:
        yield opened


def fill(account: AccountSettings, count: int = 3) -> list[Seen]:
    """False mails with flags of their own, and two others."""
    for number in range(count):
        marks = ("\\Flagged", "perso") if number % 2 else ("\\Seen",)
        append(account, mail(f"faux-{number}", "impersonation"), flags=marks, when=WHEN + timedelta(days=number))
    append(account, mail("autre"), mail("douteux", "suspicious"), when=WHEN)
    return look(account)


def without_mark(found: list[Seen]) -> list[Seen]:
    """A release adds $NotJunk, so that no filter takes the message again; nothing else differs."""
    return sorted(replace(seen, flags=tuple(flag for flag in seen.flags if flag != "$NotJunk")) for seen in found)


# -- undo ----------------------------------------------------------------------------------------------------------------


def test_undo_brings_everything_back_byte_for_byte(account, run, ledger):
    before = fill(account)
    scan(account, ledger)
    assert Counter(seen.folder for seen in look(account)) == {QUARANTINE: 3, "INBOX": 2}
    status, out, err = run("undo", "--since", "1h", "--yes")
    assert (status, err) == (0, "")
    assert f"{account.name} : 3 remis en place" in out
    after = look(account)
    assert without_mark(after) == [
        replace(seen, flags=tuple(sorted({*seen.flags, "VigieSuspect"}))) if seen.subject == "douteux" else seen
        for seen in before
    ]
    assert [seen.date for seen in after] == [seen.date for seen in before]
    assert list(ledger.records(held=True)) == []
    assert scan(account, ledger, since=WHEN).quarantined == 0
    assert run("undo", "--since", "1h", "--yes") == (0, "Rien n'a été mis en quarantaine depuis.\n", "")
    told = [entry for entry in ledger.audit_entries() if entry.what == "undo"]
    assert [(entry.account, entry.detail["messages"]) for entry in told] == [(account.name, 3)]
    assert told[0].who.startswith("cli:")


def test_undo_asks(account, run, ledger, monkeypatch, here):
    fill(account)
    scan(account, ledger)
    before = look(account)
    answers(monkeypatch, "")
    status, _, err = run("undo", "--since", "1h")
    assert (status, "personne n'a répondu" in err) == (2, True)
    answers(monkeypatch, "n\n")
    status, out, err = run("undo", "--since", "1h")
    assert (status, "Rien n'a été fait" in out) == (0, True)
    assert "Remettre 3 message(s) en place ? [o/N]" in err
    assert look(account) == before
    done = vigie("undo", "--since", "1h", cwd=here, stdin=b"oui\n")
    assert (done.returncode, "3 remis en place" in done.stdout) == (0, True)
    assert set(places(account)["faux-0"]) == {"INBOX"}


def answers(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What somebody types."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_above_fifty_undo_asks_twice(account, run, ledger, monkeypatch, here):
    monkeypatch.setattr(undo, "MANY", 2)
    fill(account)
    scan(account, ledger)
    typed_in: list[str] = []
    monkeypatch.setattr("vigie.cli.asking._answer", lambda _: typed_in.pop(0))
    for typed in (["oui", "oui"], ["oui", "2"], ["non"]):
        typed_in[:] = typed
        assert "Rien n'a été fait" in run("undo", "--since", "1h")[1]
        assert typed_in == []
    status, _, err = run("undo", "--since", "1h", "--yes", "--count", "2")
    assert (status, "ils sont 3" in err) == (2, True)
    assert len(list(ledger.records(held=True))) == 3
    assert run("undo", "--since", "1h", "--yes", "--count", "3")[0] == 0
    assert list(ledger.records(held=True)) == []


@pytest.mark.parametrize("wrong", ["0", "1", "4"])
def test_a_wrong_count_is_refused_also_of_few(account, run, ledger, wrong):
    fill(account)
    assert run("undo", "--since", "1h", "--count", "3")[0] == 2
    assert run("undo", "--since", "1h", "--count", "0")[0] == 0
    scan(account, ledger)
    status, _, err = run("undo", "--since", "1h", "--yes", "--count", wrong)
    assert (status, "ils sont 3" in err) == (2, True)
    assert len(list(ledger.records(held=True))) == 3


def test_undo_leaves_what_was_quarantined_before(account, run, ledger, here):
    fill(account)
    scan(account, ledger)
    with sqlite3.connect(here / "vigie.db") as other:
        other.execute("UPDATE outcomes SET at = '2026-01-01T00:00:00.000000+00:00' WHERE rowid = 1")
    other.close()
    status, out, _ = run("undo", "--since", "1h", "--yes", "--account", account.name)
    assert (status, "2 remis en place" in out) == (0, True)
    assert len(list(ledger.records(held=True))) == 1


def test_undo_withdraws_what_was_not_begun_and_ends_what_was(account, run, ledger):
    """Nothing goes to quarantine behind the back of an undo."""
    before = fill(account)
    scan(account, ledger, mode="observe")
    work = hands(account, ledger)
    records = {record.subject: record for record in ledger.records() if record.subject.startswith("faux")}
    with contextlib.closing(work.session):
        work.mailbox.select("INBOX", read_only=True)
        for record in records.values():
            (seen,) = work.mailbox.summaries([record.place.uid])
            plan = Plan(ActionKind.QUARANTINE, ())
            ledger.open_intent(journal.intent_for(record, plan, seen, QUARANTINE, datetime.now(UTC)))
    moving = {name: ledger.outcomes(records[name].id)[-1][0] for name in ("faux-1", "faux-2")}
    for intent in moving.values():
        ledger.begin(intent.id, None)
    with client(account) as connection:  # faux-1 was moved before the kill, faux-2 was not
        connection.create_folder(QUARANTINE)
        connection.select_folder("INBOX")
        connection.move([records["faux-1"].place.uid], QUARANTINE)
    status, out, err = run("undo", "--since", "1h", "--yes")
    assert (status, err) == (0, "")
    assert f"{account.name} : 3 en quarantaine, ou en route" in out
    assert f"{account.name} : 2 remis en place" in out
    assert ledger.open_intents(account.name) == []
    assert without_mark(look(account)) == before
    assert [outcome.detail for _, outcome in ledger.outcomes(records["faux-0"].id)] == [undoing.WITHDRAWN]


def test_undo_without_the_server_is_decided_and_the_service_does_it(account, run, ledger, here):
    before = fill(account)
    scan(account, ledger)
    (here / "vigie.toml").write_text(JUDGING + account_toml(account, port=1))
    status, _, err = run("undo", "--since", "1h", "--yes")
    assert status == 3
    assert "c'est décidé ; le prochain passage remettra les messages" in err
    assert len(ledger.open_intents(account.name)) == 3
    (here / "vigie.toml").write_text(JUDGING + account_toml(account))
    summary = scan(account, ledger)
    assert (summary.released, summary.quarantined) == (3, 0)
    assert hashes(account) == Counter(seen.sha256 for seen in before)
    assert QUARANTINE not in {seen.folder for seen in look(account)}


def test_undo_says_what_is_gone(account, run, ledger):
    fill(account)
    scan(account, ledger)
    with client(account) as connection:
        connection.select_folder(QUARANTINE)
        connection.delete_messages(connection.search()[:1])
        connection.expunge()
    status, out, _ = run("undo", "--since", "1h", "--yes")
    assert status == 3
    assert "2 remis en place" in out
    assert "1 n'étaient plus là" in out


def test_undo_of_an_account_that_is_configured_no_more(account, run, ledger, here):
    fill(account)
    scan(account, ledger)
    (here / "vigie.toml").write_text(JUDGING + account_toml(account, name="direction"))
    status, _, err = run("undo", "--since", "1h", "--yes")
    assert (status, "n'est plus dans la configuration" in err) == (3, True)


# -- modes ---------------------------------------------------------------------------------------------------------------


def test_promote_and_rollback_take_effect_at_once(account, run, ledger):
    append(account, FALSE.read_bytes(), when=WHEN)
    name = account.name

    def in_force():
        return modes.in_force(ledger, account, read_at=datetime.now(UTC))

    assert run("promote") == (0, f"{name} : observe (vigie.toml)\n", "")
    assert scan(account, ledger, mode=in_force).quarantined == 0

    status, out, _ = run("promote", name, "enforce")
    assert status == 0
    assert f"{name} : observe → enforce (mettre en quarantaine)" in out
    assert "vigie.toml dit observe" in out
    assert "Sur 30 jours : 1 jugé ; enforce en aurait déplacé 0" in out
    assert "enforce (promote, " in run("promote")[1]
    assert "déjà en enforce" in run("promote", name, "enforce")[1]
    status, _, err = run("promote", name, "tag")
    assert (status, f"vigie rollback {name}" in err) == (2, True)

    append(account, mail("encore", "impersonation"))
    assert scan(account, ledger, mode=in_force).quarantined == 1

    status, out, _ = run("rollback", name)
    assert (status, f"{name} : enforce → observe" in out, "vigie undo --since" in out) == (0, True, True)
    append(account, mail("toujours", "impersonation"))
    assert scan(account, ledger, mode=in_force).quarantined == 0
    assert "rien n'est touché" in run("rollback", name)[1]
    told = json.loads(run("audit", "list", "--json")[1].splitlines()[0])
    assert (told["what"], told["detail"]) == ("mode", {"from": "observe", "step": "file", "to": "observe"})
    assert "step=promote" in run("audit", "list")[1]


def test_a_scan_works_in_the_mode_that_is_in_force(account, run):
    append(account, FALSE.read_bytes(), when=WHEN)
    run("promote", account.name, "enforce")
    assert "1 en quarantaine" in run("scan", "--no-fail")[1]
    assert {seen.folder for seen in look(account)} == {QUARANTINE}


def test_who_writes_observe_into_the_file_is_obeyed(account, run, here):
    name = account.name
    run("promote", name, "tag")
    (here / "vigie.toml").write_text(JUDGING + account_toml(account, mode="enforce"))
    assert run("promote")[1] == f"{name} : enforce (vigie.toml)\n"
    (here / "vigie.toml").write_text(JUDGING + account_toml(account, mode="observe"))
    assert run("promote")[1] == f"{name} : observe (vigie.toml)\n"


@pytest.mark.parametrize(
    "wrong", [("promote", "x"), ("promote", "x", "observe"), ("promote", "x", "tag", "y"), ("rollback",)]
)
def test_wrong_modes_are_usage_errors(run, wrong):
    assert run(*wrong)[0] == 2


# -- backtest ------------------------------------------------------------------------------------------------------------


def test_backtest_from_the_ledger_and_judged_again(account, run, here):
    now = datetime.now(UTC)
    append(account, FALSE.read_bytes(), GENUINE.read_bytes(), ORDINARY.read_bytes(), when=now - timedelta(days=2))
    append(account, FALSE.read_bytes() + b"\r\nancien\r\n", when=now - timedelta(days=90))
    run("scan", "--no-fail")
    before = look(account)

    status, out, err = run("backtest", "--since", "30d", "--json")
    assert (status, err) == (0, "")
    told = json.loads(out)
    figures = told["accounts"][account.name]
    assert (told["source"], figures["mode"]) == ("ledger", "observe")
    assert (figures["would_move"], figures["would_tag"], figures["already_in_quarantine"]) == (1, 0, 0)
    assert figures["verdicts"] == {"impersonation": 1, "genuine": 1, "unrelated": 1}
    assert figures["themes"] == {"refund": 1}
    (move,) = told["would_move"]
    assert (move["folder"], move["verdict"], move["deed"], move["standing"]) == (
        "INBOX",
        "impersonation",
        "move",
        "in-place",
    )

    again = json.loads(run("backtest", account.name, "--judge-again", "--json")[1])
    assert again["source"] == "folders"
    assert [item["id"] for item in again["would_move"]] == [move["id"]]
    assert again["accounts"][account.name]["changed"] == 0

    text = run("backtest", "--since", "365d")[1]
    assert "4 jugés ; enforce en aurait déplacé 2, étiqueté 0, laissé 2" in text
    assert "remboursement 2" in text
    assert "Ce qui aurait été déplacé :" in text
    assert look(account) == before


def test_backtest_counts_what_people_said(account, run, ledger):
    fill(account)
    scan(account, ledger)
    run("undo", "--since", "1h", "--yes")
    told = json.loads(run("backtest", "--since", "2025-01-01", "--json")[1])["accounts"][account.name]
    assert (told["would_move"], told["would_tag"], told["would_leave"]) == (3, 1, 1)
    assert told["decisions"] == {"released": 3}
    assert "3 remis en place par une personne : à regarder" in run("backtest", "--since", "2025-01-01")[1]


def test_backtest_counts_a_released_message_once(account, run, ledger):
    """Also where an older version has given it a second case at its new place."""
    false, old = FALSE.read_bytes(), datetime.now(UTC) - timedelta(days=2)
    append(account, false, GENUINE.read_bytes(), when=old)
    run("scan", "--no-fail", "--mode", "enforce")
    (first,) = ledger.records(held=True)
    run("undo", "--since", "1h", "--yes")
    ((there, _),) = ledger.brought_back(account.name).items()
    for second in (False, True):
        if second:
            ledger.add_records([replace(first, id="older", place=there)], None)
        for how in ((), ("--judge-again",)):
            told = json.loads(run("backtest", account.name, *how, "--since", "30d", "--json")[1])
            figures = told["accounts"][account.name]
            assert (figures["judged"], figures["decisions"]) == (2, {"released": 1})
            assert [item["id"] for item in told["would_move"]] == [first.id]
    append(account, false, when=old)  # a copy is another message
    run("scan", "--no-fail")
    told = json.loads(run("backtest", account.name, "--since", "30d", "--json")[1])
    assert told["accounts"][account.name]["judged"] == 3


def test_backtest_says_which_mailbox_could_not_be_read(account, run, here):
    (here / "vigie.toml").write_text(JUDGING + account_toml(account, port=1))
    status, out, err = run("backtest", "--judge-again")
    assert (status, len(err.splitlines())) == (3, 1)
    assert "0 jugé ;" in out


# -- forget, export, audit -----------------------------------------------------------------------------------------------


def test_forget_a_message_and_never_the_mail(account, run, ledger):
    fill(account)
    scan(account, ledger)
    before = look(account)
    status, out, _ = run("export", "--message-id", "faux-1@example.org")
    assert status == 0
    assert json.loads(out)["subject"] == "faux-1"
    status, out, _ = run("forget", "--message-id", "<faux-1@example.org>", "--yes")
    assert (status, out) == (0, "1 cas oublié\n")
    assert look(account) == before
    assert ledger.named("faux-1@example.org") == []
    assert run("forget", "--message-id", "faux-1@example.org", "--yes")[1] == "Le registre n'en garde rien.\n"
    assert scan(account, ledger).judged == 0


def test_forget_a_message_with_the_signature_that_it_alone_carries(account, run, ledger):
    append(account, GENUINE.read_bytes(), GENUINE.read_bytes().replace(b"Message-ID: <", b"Message-ID: <copy-"))
    assert run("scan")[0] == 0
    assert len(signatures(ledger, account)) == 1
    first, copy = sorted((found.message_id for found in ledger.records()), key=len)
    assert run("forget", "--message-id", copy, "--yes")[1] == "1 cas oublié\n"
    assert len(signatures(ledger, account)) == 1, "the other one carries it, too"
    assert run("forget", "--message-id", first, "--yes")[1] == "1 cas oublié\n1 signatures oubliées\n"
    assert signatures(ledger, account) == []


def test_forget_an_account_with_its_signatures(account, run, ledger):
    append(account, GENUINE.read_bytes())
    assert run("scan")[0] == 0
    assert run("forget", "--account", account.name, "--yes")[1].endswith("1 cas oublié\n1 signatures oubliées\n")
    assert signatures(ledger, account) == []


def signatures(ledger: Ledger, account: AccountSettings) -> list[dict[str, object]]:
    return [item for item in ledger.exported_account(account.name) if item["kind"] == "signature"]


def test_forget_asks_and_warns_of_quarantine(account, run, ledger, here, monkeypatch):
    fill(account)
    scan(account, ledger)
    answers(monkeypatch, "\n")
    _, out, err = run("forget", "--account", account.name)
    assert "3 en quarantaine y resteront" in err
    assert "(5 cas) ? [o/N]" in err
    assert "Rien n'a été fait" in out
    status, out, _ = run("forget", "--account", account.name, "--yes")
    assert (status, "5 cas oubliés" in out) == (0, True)
    assert ledger.cursor(account.name, "INBOX") is not None
    assert list(ledger.records()) == []
    assert scan(account, ledger).judged == 0
    (here / "vigie.toml").write_text(JUDGING + account_toml(account, name="direction"))
    run("forget", "--account", account.name, "--yes")
    assert ledger.cursor(account.name, "INBOX") is None
    assert run("audit", "verify")[0] == 0


def test_forget_says_that_a_release_is_forgotten_too(account, run, ledger, monkeypatch):
    append(account, mail("faux", "impersonation"), when=WHEN)
    scan(account, ledger)
    (record,) = ledger.records()
    run("undo", "--since", "1h", "--yes")
    ((there, _),) = ledger.brought_back(account.name).items()
    ledger.add_records([replace(record, id="older", place=there)], None)  # as an older version did
    answers(monkeypatch, "\n")
    _, _, err = run("forget", "--message-id", "faux@example.org")
    assert "remise en place oubliée aussi (1)" in err
    assert "(2 cas, 1 message) ? [o/N]" in err
    status, out, _ = run("forget", "--message-id", "faux@example.org", "--yes")
    assert (status, out.splitlines()[0]) == (0, "2 cas, 1 message oubliés")
    assert "peut repartir en quarantaine" in out.splitlines()[1]
    assert scan(account, ledger, since=WHEN).quarantined == 1


def test_forget_what_has_expired(account, run, ledger, here):
    fill(account)
    scan(account, ledger, mode="observe")
    (here / "vigie.toml").write_text("[retention]\ndays = 1\n" + JUDGING + account_toml(account))
    assert run("forget", "--expired") == (0, "Rien à oublier.\n", "")
    with sqlite3.connect(here / "vigie.db") as other:
        other.execute("UPDATE records SET judged_at = '2026-01-01T00:00:00.000000+00:00'")
    other.close()
    status, out, _ = run("forget", "--expired")
    assert (status, "5 cas oubliés" in out) == (0, True)


@pytest.mark.parametrize(
    "wrong", [(), ("--expired", "--account", "x"), ("--expired", "--message-id", "x"), ("--account", "nobody")]
)
def test_wrong_forgets_are_usage_errors(run, wrong):
    assert run("forget", *wrong)[0] == 2


def test_export_writes_a_file_of_its_own(account, run, ledger, here):
    fill(account)
    scan(account, ledger)
    assert run("export", "--account", account.name, "--out", "x.jsonl")[0] == 0
    lines = [json.loads(line) for line in (here / "x.jsonl").read_text().splitlines()]
    assert Counter(line["kind"] for line in lines)["record"] == 5
    assert (here / "x.jsonl").stat().st_mode & 0o777 == 0o600
    status, _, err = run("export", "--account", account.name, "--out", "x.jsonl")
    assert (status, "ce fichier existe déjà" in err) == (2, True)
    assert run("export")[0] == 2
    assert "exported" in {entry.what for entry in ledger.audit_entries()}


def test_audit_verify_finds_what_was_done_to_it(account, run, ledger, here):
    fill(account)
    scan(account, ledger)
    status, out, _ = run("audit", "verify")
    assert status == 0
    head = re.search(r"\d+:[0-9a-f]{64}", out)
    assert head is not None
    assert run("audit", "verify", "--head", head[0])[0] == 0
    assert run("audit", "verify", "--head", "9:" + "0" * 64)[0] == 3
    assert run("audit", "verify", "--head", "nonsense")[0] == 2
    with sqlite3.connect(here / "vigie.db") as other:
        other.execute("DROP TRIGGER audit_is_never_removed")
        other.execute("DELETE FROM audit WHERE number = 2")
    other.close()
    status, _, err = run("audit", "verify")
    assert status == 3
    assert "entrée 2 : a été retirée" in err
    assert len(run("audit", "list", "--since", "1h", "--account", account.name)[1].splitlines()) == 7


# -- instants ------------------------------------------------------------------------------------------------------------

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("30d", timedelta(days=30)),
        ("30j", timedelta(days=30)),
        ("12h", timedelta(hours=12)),
        ("45m", timedelta(minutes=45)),
        ("45 min", timedelta(minutes=45)),
        ("2w", timedelta(weeks=2)),
        ("2026-11-22T11:00:00+00:00", timedelta(hours=1)),
    ],
)
def test_instants_as_people_type_them(text, ago):
    assert moments.since(text, NOON) == NOON - ago


def test_a_date_is_its_midnight_here():
    assert moments.since("2026-11-01", NOON) == datetime(2026, 11, 1).astimezone()


@pytest.mark.parametrize("text", ["", "hier", "30", "30s", "0d", "-3d", "2026-13-01", "2026-11-23", "9999-12-31"])
def test_wrong_instants_are_one_line(text):
    with pytest.raises(Fault) as caught:
        moments.since(text, NOON)
    assert caught.value.status == 2
