"""`vigie web` as people start it: a process, a first admin, a signal."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests import canary
from tests.outlook.builder import built
from tests.servers import processes
from tests.web.served import Browser, Clock, Served, text
from vigie.cli import config, main
from vigie.cli.example import SECTIONS
from vigie.cli.settings_shown import sections
from vigie.ledger.people_types import ALL_RIGHTS, By
from vigie.ledger.store import Ledger
from vigie.ledger.tokens import is_token
from vigie.web.app import create_app
from vigie.web.service.configuration import meanings
from vigie.web.site import Site

PROGRAM = (sys.executable, "-c", "from vigie.cli.entry import main; main()")
PASSWORD = canary.secret("password")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vigie.toml"
    path.write_text('[web]\nlisten = "127.0.0.1:0"\n')
    return path


@pytest.fixture
def systemd(file: Path) -> Iterator[socket.socket]:
    """What listens to a service of Type=notify."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(file.with_name("notify")))
        sock.settimeout(60)
        yield sock


@pytest.fixture
def running(file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """And its address, which it says on its first line; and that its add-in of Outlook is made for elsewhere, which keeps nothing
    from starting."""
    files = built(file.parent, origin="https://vigie.example.org")
    for _ in range(5):  # somebody else may take the port between our look and the pages'
        (port,) = processes.free_ports(1)
        file.write_text(f'[web]\nlisten = "127.0.0.1:{port}"\n[web.outlook]\nfiles = "{files}"\n')
        with subprocess.Popen(
            (*PROGRAM, "--config", str(file), "web"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NOTIFY_SOCKET": str(file.with_name("notify"))},
        ) as process:
            if any(processes.listening(process, port) for _ in range(3)):
                yield process, f"http://127.0.0.1:{port}"
                process.kill()
                return
            process.kill()
            told = process.communicate()
    raise processes.ServerError(f"the pages do not start: {told}")


def create(file: Path, name: str, password: str, patch: pytest.MonkeyPatch, *more: str) -> int:
    """Gives the exit status."""
    patch.setattr(sys, "stdin", io.StringIO(password))
    return main.run(["--config", str(file), "web", "create-admin", name, *more])


def test_the_first_admin_signs_in(
    systemd: socket.socket,
    running: tuple[subprocess.Popen[str], str],
    file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process, origin = running
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == f"Les pages sont à {origin}\n"
    assert 'base_url manque) : [web] base_url = "https://vigie.example.org"' in process.stderr.readline()
    assert "vigie web create-admin" in process.stderr.readline()
    assert systemd.recv(100) == b"READY=1"
    with httpx.Client(base_url=origin, timeout=60) as http:
        assert http.get("/readyz").text == "ok\n"
    assert create(file, "Marie", f"{PASSWORD}\n", monkeypatch) == 0
    assert capsys.readouterr().out == f"Marie peut se connecter à {origin}\n"
    loaded = config.load(file)
    with Ledger(loaded.ledger) as ledger:
        site = Site(ledger, loaded.web)
        browser = Browser(Served(site, Clock(), create_app(site)))
        assert browser.sign_in("Marie", PASSWORD).status_code == 303
        assert browser.get("/people").headers["location"] == "/profile/second-factor"
        assert "Marie" in text(browser.get("/profile"))
        user = ledger.people.named("Marie")
        assert user is not None
        assert user.rights == ALL_RIGHTS
        assert [entry.who.partition(":")[0] for entry in ledger.audit_entries()] == ["cli", "web"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert process.stderr.read() == ""
    assert systemd.recv(100) == b"STOPPING=1"


def test_an_address_that_is_taken_is_one_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        file.write_text(f'[web]\nlisten = "{listen}"\n')
        assert main.run(["--config", str(file), "web"]) == 2
    told = capsys.readouterr().err
    assert f"web.listen {listen}" in told
    assert told.count("\n") == 1


def test_the_first_admin_by_a_link(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert create(file, "Marie", "", monkeypatch, "--link") == 0
    told = capsys.readouterr()
    assert re.fullmatch(r"http://127\.0\.0\.1:0/invitation/[A-Za-z0-9_-]{43}\n", told.out)
    (lasts,) = re.findall(r"une fois, jusqu'au (\S+ \S+)\n", told.err)
    ends = datetime.strptime(lasts, "%d/%m/%Y %H:%M").astimezone() - datetime.now().astimezone()
    assert timedelta(hours=71) < ends < timedelta(hours=73)
    with Ledger(config.load(file).ledger) as ledger:
        assert ledger.people.named("Marie") is None


@pytest.mark.parametrize("more", [(), ("--link",)])
def test_a_name_that_somebody_has_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    assert create(file, "Marie", f"{PASSWORD}\n", monkeypatch) == 0
    capsys.readouterr()
    assert create(file, "marie", f"{PASSWORD}\n", monkeypatch, *more) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "ce nom est déjà pris" in told.err
    with Ledger(config.load(file).ledger) as ledger:
        assert not ledger.people.invitations(By("test", ALL_RIGHTS), at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("name", "password", "says"),
    [
        ("Marie", "short\n", "au moins 12 caractères"),
        ("Marie", "", "au moins 12 caractères"),
        ("Marie", "111111111111111\n", "trop facile à deviner"),
        ("<b>", "trois mots et demi\n", "60 lettres"),
        ("", "trois mots et demi\n", "60 lettres"),
    ],
)
def test_a_refused_admin_is_one_line(
    file: Path,
    name: str,
    password: str,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert create(file, name, password, monkeypatch) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert says in told.err
    assert not password.strip() or password.strip() not in told.err


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('listen = "8025"', "listen est une adresse avec un port"),
        ('listen = "0.0.0.0:8025"', "listen hors de cette machine"),
        ('base_url = "http://vigie.example.org"', "http://"),
        ('base_url = "https://vigie.example.org/path"', "sans chemin"),
        ('trusted_proxies = ["proxy"]', "trusted_proxies contient des adresses"),
        ('second_factor = "yes"', "optional"),
        ('[web.oidc]\nissuer = "http://id.example.org"\nclient_id = "x"', "https://"),
        ('[web.oidc]\nissuer = "https://id.example.org"\nclient_id = "x"\nclient_secret = "y"', "client_secret_file"),
        ('[web.oidc]\nissuer = "https://id.example.org"\nclient_id = "x"\nscopes = ["profile"]', "openid"),
    ],
)
def test_a_wrong_setting_is_one_line(
    file: Path, lines: str, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f"[web]\n{lines}\n")
    assert main.run(["--config", str(file), "web", "create-admin", "x"]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert re.search(r"vigie\.toml:[0-9]+: ", told)


def test_what_the_pages_show_of_the_configuration_opens_nothing(file: Path) -> None:
    secret = "h4rd-t0-gu3ss"
    file.write_text(f"""
[alerts.webhook]
url = "https://chat.example.org/hooks/{secret}"
[web.oidc]
issuer = "https://id.example.org"
client_id = "vigie"
[[web.oidc.groups]]
name = "team"
role = "reader"
[[accounts]]
name = "accueil"
host = "imap.example.org"
username = "accueil@example.org"
password_command = ["echo", "{secret}"]
[channels.webhook]
url = "https://desk.example.org/{secret}"
""")
    shown = sections(config.load(file))
    told = "\n".join(f"{section.title} {one.key} = {one.value}" for section in shown for one in section.settings)
    assert secret not in told
    assert "[alerts.webhook] url = https://chat.example.org/***" in told
    assert "[web.oidc.groups] name = team" in told
    assert "[[accounts]] mode = observe" in told
    assert os.fspath(file.parent / "vigie.db") in told


def test_every_setting_says_what_it_means_in_french_too() -> None:
    said = {field.description for _, model in SECTIONS for field in model.model_fields.values() if field.description}
    assert said == set(meanings("fr"))
    assert meanings("en") == {}


def test_a_token_is_made_listed_and_revoked(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """W-08."""

    def web(*words: str) -> tuple[int, str, str]:
        status = main.run(["--config", str(file), "web", "token", *words])
        told = capsys.readouterr()
        return status, told.out, told.err

    assert web("list")[:2] == (0, "")
    status, out, err = web("create", "Thunderbird", "--scope", "check", "--scope", "report", "--days", "30")
    assert status == 0
    secret = out.removesuffix("\n")
    assert is_token(secret)
    assert secret not in err
    listed = web("list")[1]
    assert secret not in listed
    assert ("check,report" in listed, "Thunderbird" in listed) == (True, True)
    now = datetime.now(UTC)
    with Ledger(config.load(file).ledger) as ledger:
        assert ledger.tokens.good(secret, at=now) is not None
        assert ledger.tokens.good(secret, at=now + timedelta(days=31)) is None
    assert web("revoke", listed.split()[0])[0] == 0
    with Ledger(config.load(file).ledger) as ledger:
        assert ledger.tokens.good(secret, at=now) is None
    for wrong in (
        ("revoke", "x"),
        ("create", " "),
        ("create", "x", "--days", "0"),
        ("create", "x", "--account", "y"),
        ("create", "x", "--scope", "all"),
    ):
        assert web(*wrong)[0] == 2, wrong
