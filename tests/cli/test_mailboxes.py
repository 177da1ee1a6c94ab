"""`vigie scan`, `review`, `doctor` and `run` as programs, against a real Dovecot."""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.program import DEMO, FALSE, GENUINE, JUDGING, ORDINARY, account_toml, environment, one_line, vigie
from tests.servers import processes
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, append, client, contents, hashes
from vigie.scanner.settings import AccountSettings

MAILS = [FALSE.read_bytes(), GENUINE.read_bytes(), ORDINARY.read_bytes()]
WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def account(dovecot):
    fresh = dovecot.account("accueil", mode="enforce")
    append(fresh, *MAILS, flags=("\\Flagged",), when=WHEN)
    return fresh


@pytest.fixture
def here(tmp_path, account):
    (tmp_path / "vigie.toml").write_text(JUDGING + account_toml(account))
    return tmp_path


def flags(account: AccountSettings, folder: str) -> list[list[bytes]]:
    with client(account) as imap:
        imap.select_folder(folder, readonly=True)
        return [sorted(item[b"FLAGS"]) for item in imap.fetch(imap.search(), ["FLAGS"]).values()]


def test_scan_quarantines_reports_and_review_brings_back(here, account):
    before = Counter(hashlib.sha256(raw).hexdigest() for raw in MAILS)
    done = vigie("scan", account.name, "--report", "r.html", cwd=here)
    assert (done.returncode, done.stderr) == (1, "")
    assert "1 usurpation" in done.stdout
    assert "mis en quarantaine" in (here / "r.html").read_text()
    boxes = contents(account)
    assert boxes["Quarantaine"] == [MAILS[0]]
    assert boxes["INBOX"] == MAILS[1:]
    assert hashes(account) == before
    assert flags(account, "INBOX") == [[b"\\Flagged"], [b"\\Flagged"]]

    again = vigie("scan", cwd=here)
    assert (again.returncode, again.stderr) == (0, "")

    listed = vigie("review", "list", cwd=here).stdout.splitlines()
    assert len(listed) == 1
    case = listed[0].split()[0]
    shown = vigie("review", "show", case[:6], cwd=here).stdout
    assert "Ne cliquez" in shown
    assert "mis en quarantaine (Quarantaine)" in shown

    released = vigie("review", "release", case[:6], cwd=here)
    assert (released.returncode, released.stderr) == (0, "")
    assert "remis dans INBOX" in released.stdout
    boxes = contents(account)
    assert boxes["Quarantaine"] == []
    assert Counter(boxes["INBOX"]) == Counter(MAILS)
    twice = vigie("review", "release", case, cwd=here)
    assert (twice.returncode, "déjà" in twice.stdout) == (0, True)
    assert vigie("review", "list", cwd=here).stdout.strip() == "La quarantaine est vide."

    vigie("scan", "--since", "2020-01-01", cwd=here)
    assert contents(account)["Quarantaine"] == []
    assert hashes(account) == before


def test_observe_touches_nothing(here, account):
    before = contents(account), flags(account, "INBOX")
    done = vigie("scan", "--mode", "observe", "--no-fail", cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert (contents(account), flags(account, "INBOX")) == before


def test_a_folder_that_answers_says_so(tmp_path, dovecot):
    fresh = dovecot.account("guichet", check_folder="À vérifier", answers="reply")
    (tmp_path / "vigie.toml").write_text(JUDGING + account_toml(fresh))
    assert "/À vérifier (répondre) : rien" in vigie("scan", "--folder", "À vérifier", cwd=tmp_path).stdout
    append(fresh, FALSE.read_bytes(), folder="À vérifier")
    done = vigie("scan", "--folder", "À vérifier", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "/À vérifier (répondre) : 1 usurpation" in done.stdout
    assert "1 réponse\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["scan", "acueil"], 2, "compte inconnu"),
        (["scan", "--mode", "destroy"], 2, "observe, tag, enforce"),
        (["scan", "--since", "hier"], 2, "AAAA-MM-JJ"),
        (["scan", "--folder", "Absent"], 3, "dossier introuvable"),
        (["review", "show", "zz"], 2, "quatre caractères"),
        (["review", "show", "zzzzzz"], 2, "aucun cas"),
        (["review", "release", "zzzzzz"], 2, "aucun cas"),
        (["review", "nonsense"], 2, "nonsense"),
    ],
)
def test_wrong_requests_are_one_line(here, arguments, status, words):
    done = vigie(*arguments, cwd=here)
    assert done.returncode == status
    assert words in one_line(done.stderr)


def wrong_password(server, folder):
    (folder / "wrong").write_text("hunter2\n")
    return {"password_file": str(folder / "wrong")}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (wrong_password, "identification impossible"),
        (lambda server, folder: {"host": "imap.nowhere.invalid"}, "serveur injoignable"),
        (lambda server, folder: {"port": 1}, "serveur injoignable"),
        (lambda server, folder: {"password_file": str(folder / "absent")}, "le mot de passe ne peut pas être lu"),
        (lambda server, folder: {"ca_file": str(strangers_authority(folder))}, "connexion chiffrée refusée"),
    ],
    ids=["wrong-password", "unknown-host", "closed-port", "no-password-file", "unknown-authority"],
)
def test_an_account_that_fails_is_one_line_and_the_others_go_on(tmp_path, dovecot, account, changes, words):
    bad = account_toml(account, name="bad", **changes(dovecot, tmp_path))
    (tmp_path / "vigie.toml").write_text(JUDGING + bad + account_toml(account))
    done = vigie("scan", "--mode", "observe", cwd=tmp_path)
    assert words in one_line(done.stderr)
    assert "bad" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    assert "1 usurpation" in done.stdout
    assert done.returncode == 3


def strangers_authority(folder: Path) -> Path:
    return Authority(folder / "stranger").ca


def test_an_expired_certificate_is_one_line(tmp_path):
    folder = processes.short_folder("tls")
    folder.chmod(0o755)  # Dovecot reads it as nobody
    authority = Authority(folder / "tls")
    server = Dovecot(cert=authority.server("expired", starts_days=-20, ends_days=-2))
    try:
        account = server.account("accueil", ca_file=authority.ca)
        (tmp_path / "vigie.toml").write_text(JUDGING + account_toml(account))
        done = vigie("scan", cwd=tmp_path)
    finally:
        server.stop()
        shutil.rmtree(folder)
    assert done.returncode == 3
    assert "connexion chiffrée refusée" in one_line(done.stderr)
    assert "a expiré" in done.stderr


def test_doctor_says_what_is_well_and_what_is_not(here, account):
    done = vigie("doctor", cwd=here)
    assert "✓ " + account.name in done.stdout
    assert "INBOX : 3 messages" in done.stdout
    assert "MOVE ✓, UIDPLUS ✓, IDLE ✓" in done.stdout
    assert "✓ texte dans les images : " in done.stdout or "✓ le texte des images n'est pas lu" in done.stdout
    bad = (here / "vigie.toml").read_text().replace('folders = ["INBOX"]', 'folders = ["Absent"]')
    (here / "vigie.toml").write_text(bad)
    done = vigie("doctor", cwd=here)
    assert done.returncode == 3
    assert re.search(r"✗ .*Absent", done.stdout)


def test_doctor_says_whether_trust_fits_the_mails(here, account):
    config = (here / "vigie.toml").read_text()
    fits = 'border_hosts = ["mx.demo.example"]\nauthserv_ids = ["mx.demo.example"]\n'
    shown = {}
    for name, trust in (("fits", fits), ("other", 'border_hosts = ["mx.other.example"]\n'), ("empty", "")):
        bare = re.sub(r"(?ms)^\[trust\]\n.*?(?=^\[)", "", config)
        (here / "vigie.toml").write_text(f"[trust]\n{trust}{bare}")
        shown[name] = vigie("doctor", cwd=here).stdout
    assert (
        "✓ " + account.name + "/INBOX : [trust] reconnaît le serveur de réception dans 3 des 3 derniers messages"
        in shown["fits"]
    )
    assert re.search(
        r"✗ .*reconnaît le serveur de réception dans 0 des 3 .*mx\.demo\.example stands above", shown["other"]
    )
    for name in ("other", "empty"):
        assert "noms vus derrière « by » : mx.demo.example (3)" in shown[name]
    false = append_filtered(account)
    (here / "vigie.toml").write_text(f"[trust]\n{fits}{bare}")
    told = vigie("doctor", cwd=here).stdout
    assert f"{false} messages portent des résultats à votre nom" in told
    assert "results_below = true" in told


def append_filtered(account: AccountSettings) -> int:
    """Mails as a border delivers them whose filter writes below its own field."""
    below = b"Authentication-Results: mx.demo.example; spf=pass smtp.mailfrom=a.example\r\nFrom:"
    mails = [
        raw.replace(b"From:", below, 1).replace(b"Message-ID: <", b"Message-ID: <%d" % n, 1)
        for n in range(5)
        for raw in MAILS
    ]
    append(account, *mails, when=datetime.now(UTC))
    return len(mails)


def test_no_account_and_bad_cron_are_configuration_errors(tmp_path, account):
    (tmp_path / "vigie.toml").write_text(JUDGING)
    for command in ("scan", "run"):
        done = vigie(command, cwd=tmp_path)
        assert (done.returncode, "aucun compte" in one_line(done.stderr)) == (2, True)
    (tmp_path / "vigie.toml").write_text(JUDGING + account_toml(account, cron="soon"))
    done = vigie("run", cwd=tmp_path)
    assert (done.returncode, "cron" in one_line(done.stderr)) == (2, True)


def test_a_ledger_that_cannot_be_opened_is_one_line(here):
    (here / "vigie.toml").write_text(f'[ledger]\nurl = "sqlite:///absent/v.db"\n{(here / "vigie.toml").read_text()}')
    for command in (["scan"], ["run"], ["review", "list"]):
        done = vigie(*command, cwd=here)
        assert done.returncode == 3, command
        assert one_line(done.stderr).startswith("vigie: ")


def test_run_acts_on_arrival_and_ends_at_sigterm(here, account):
    with subprocess.Popen(
        [sys.executable, "-m", "vigie", "--log-format", "json", "run"],
        cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    ) as run:  # fmt: skip
        wait_for(lambda: len(contents(account).get("Quarantaine", [])) == 1)
        append(account, (DEMO / "013-expiration-carte.eml").read_bytes())
        wait_for(lambda: len(contents(account)["Quarantaine"]) == 2)
        run.send_signal(signal.SIGTERM)
        _, stderr = run.communicate(timeout=60)
    assert run.returncode == 0
    assert b"Traceback" not in stderr
    assert all(line.startswith(b"{") for line in stderr.splitlines())


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.3)
