"""`vigie check --replay`: months later, with other zones, without network, wherever the message lies: the same verdict."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.program import FALSE, GENUINE, JUDGING, ORDINARY, account_toml, vigie
from tests.servers.dovecot import Dovecot, append, client, contents
from vigie.cli import main
from vigie.ledger.store import Ledger
from vigie.scanner.settings import AccountSettings

WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MAILS = [path.read_bytes() for path in (FALSE, GENUINE, ORDINARY)]
SILENT = '[dns]\nnameservers = ["127.0.0.1"]\nport = 1\ntimeout_s = 0.2\nbudget_s = 0.5\n'
"""Nobody listens there."""


def scanned(dovecot: Dovecot, folder: Path) -> AccountSettings:
    """A scanned mailbox; the false mail lies in quarantine. Then the name servers fall silent."""
    account = dovecot.account("accueil", mode="enforce")
    append(account, *MAILS, flags=("\\Flagged",), when=WHEN)
    (folder / "vigie.toml").write_text(JUDGING + account_toml(account))
    assert vigie("scan", "--no-fail", cwd=folder).returncode == 0
    trusted = JUDGING[JUDGING.index("[trust]") :]
    (folder / "vigie.toml").write_text(SILENT + trusted + account_toml(account))
    return account


@pytest.fixture(scope="module")
def whole(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AccountSettings]:
    """For tests that change neither the mailbox nor the configuration: that is what they are about."""
    folder = tmp_path_factory.mktemp("replay")
    return folder, scanned(dovecot, folder)


@pytest.fixture
def here(whole: tuple[Path, AccountSettings], tmp_path: Path) -> Path:
    """A copy of the scanned ledger and its configuration."""
    with sqlite3.connect(whole[0] / "vigie.db") as source, sqlite3.connect(tmp_path / "vigie.db") as copy:
        source.backup(copy)
    source.close()
    copy.close()
    shutil.copy(whole[0] / "vigie.toml", tmp_path)
    return tmp_path


@pytest.fixture
def account(whole: tuple[Path, AccountSettings]) -> AccountSettings:
    return whole[1]


def cases(here: Path) -> dict[str, str]:
    """Verdict -> ID."""
    with Ledger(f"sqlite:///{here / 'vigie.db'}") as ledger:
        return {record.verdict: record.id for record in ledger.records()}


def flags(account: AccountSettings) -> list[list[bytes]]:
    with client(account) as imap:
        imap.select_folder("INBOX", readonly=True)
        return [sorted(item[b"FLAGS"]) for item in imap.fetch(imap.search(), ["FLAGS"]).values()]


def replayed(here: Path, *arguments: str | Path) -> dict[str, object]:
    """The object of `check --json --replay`, in this process: starting many would take most of the time."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main.run(["--config", str(here / "vigie.toml"), "check", "--json", "--replay", *map(str, arguments)])
    assert err.getvalue() == ""
    told = json.loads(out.getvalue())
    assert status == (told["verdict"] == "impersonation")
    assert isinstance(told, dict)
    return told


def changed(told: dict[str, object]) -> set[object]:
    """What is said to have changed; the program itself may, under a developer's hands."""
    assert isinstance(told["changed"], list)
    return {*told["changed"]} - {"program"}


def test_from_the_mailbox_the_verdicts_are_those_of_then_and_nothing_is_touched(
    here: Path, account: AccountSettings
) -> None:
    before = contents(account), flags(account)
    ids = cases(here)
    for verdict in ("impersonation", "genuine"):  # in quarantine, and where it was judged
        told = replayed(here, ids[verdict][:6])
        assert (told["replay"], told["verdict"], told["agrees"]) == (ids[verdict], verdict, True)
        assert (told["findings_then_only"], told["findings_now_only"], changed(told)) == ([], [], set())
    assert (contents(account), flags(account)) == before
    plain = json.loads(vigie("check", "--json", GENUINE, cwd=here).stdout)
    assert plain["verdict"] != "genuine"


def test_with_the_file_no_server_is_needed(here: Path, tmp_path: Path, account: AccountSettings) -> None:
    text = (here / "vigie.toml").read_text().replace(f"port = {account.port}", "port = 1")
    (here / "vigie.toml").write_text(text)
    (here / "unix.eml").write_bytes(GENUINE.read_bytes().replace(b"\r\n", b"\n"))
    (here / "all.mbox").write_bytes(
        b"".join(b"From x Fri Nov 20 09:30:00 2026\n" + raw.replace(b"\r\n", b"\n") + b"\n" for raw in MAILS)
    )
    case = cases(here)["genuine"]
    for file in (GENUINE, here / "unix.eml", here / "all.mbox"):
        assert replayed(here, case, file)["agrees"] is True
    done = vigie("check", "--replay", case, cwd=here)
    assert (done.returncode, "injoignable" in done.stderr) == (3, True)
    wrong = vigie("check", "--replay", case, FALSE, cwd=here)
    assert (wrong.returncode, wrong.stdout) == (3, "")
    assert f"ce n'est pas le message du cas {case}" in wrong.stderr
    absent = vigie("check", "--replay", case, "absent.eml", cwd=here)
    assert (absent.returncode, "ne peut pas être lu" in absent.stderr) == (3, True)


def test_people_read_then_and_now(here: Path) -> None:
    case = cases(here)["impersonation"]
    done = vigie("check", "--replay", case, cwd=here)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("USURPATION") == 2
    assert "le même verdict, les mêmes constats" in done.stdout
    english = vigie("--lang", "en", "check", "--no-fail", "--replay", case, FALSE, cwd=here)
    assert (english.returncode, "the same verdict, the same findings" in english.stdout) == (0, True)


def test_the_reasoning_is_that_of_then(here: Path) -> None:
    case = cases(here)["genuine"]
    told = replayed(here, case, GENUINE, "--explain-auth")
    steps = told["reasoning"]
    assert isinstance(steps, list)
    assert any("pass" in step["found"] for step in steps)
    assert "gave no usable answer" not in json.dumps(steps)
    done = vigie("--lang", "en", "check", "--replay", case, GENUINE, "--explain-auth", cwd=here)
    assert (done.returncode, "RFC 6376" in done.stdout, "the same verdict" in done.stdout) == (0, True, True)


def test_what_changed_since_is_said(here: Path, account: AccountSettings) -> None:
    with_more = account_toml(account, addresses=["autre@mairie.example"])
    text = (here / "vigie.toml").read_text().replace(account_toml(account), with_more)
    (here / "vigie.toml").write_text(text.replace('border_hosts = ["mx.demo.example"]', "border_hosts = []"))
    told = replayed(here, cases(here)["genuine"])
    assert (told["verdict"], told["agrees"], changed(told)) == ("genuine", True, {"mailbox"})
    with sqlite3.connect(here / "vigie.db") as ledger:
        ledger.execute("UPDATE editions SET program = '0.0.1+old', settings = '{}'")
    ledger.close()
    done = vigie("check", "--replay", cases(here)["genuine"], GENUINE, cwd=here)
    assert "Vigie a changé depuis" in done.stdout
    assert "Les réglages d'alors" in done.stdout


def test_a_message_that_moved_is_searched_by_content_or_said_to_be_gone(dovecot: Dovecot, tmp_path: Path) -> None:
    account = scanned(dovecot, tmp_path)
    case = cases(tmp_path)["genuine"]
    with client(account) as imap:
        imap.create_folder("Ailleurs")
        imap.select_folder("INBOX")
        imap.move(imap.search(), "Ailleurs")
    done = vigie("check", "--replay", case, cwd=tmp_path)
    assert (done.returncode, "donnez son fichier" in done.stderr) == (3, True)
    append(account, ORDINARY.read_bytes(), GENUINE.read_bytes())
    assert replayed(tmp_path, case)["agrees"] is True


def test_wrong_requests_are_one_line(here: Path) -> None:
    for arguments, words in (
        (["--replay", "zzzzzz"], "aucun cas"),
        (["--replay", "zzzzzz", "a", "b"], "un seul fichier"),
        ([], "fichier ou dossier"),
    ):
        done = vigie("check", *arguments, cwd=here)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert words in done.stderr


def test_of_an_unrelated_mail_there_is_nothing_to_compute(here: Path) -> None:
    done = vigie("check", "--replay", cases(here)["unrelated"], cwd=here)
    assert (done.returncode, "seul le verdict est gardé" in done.stderr) == (3, True)
