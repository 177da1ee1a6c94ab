"""`vigie login` as a program: the device code, the browser, the withdrawal; what doctor says of files that are open to others."""

from __future__ import annotations

import contextlib
import re
import ssl
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import canary
from tests.cli.program import JUDGING, account_toml, environment, vigie
from tests.servers.dovecot import Dovecot
from tests.servers.oidc import Oidc
from tests.servers.processes import free_ports
from vigie.cli import config, main
from vigie.cli.demo import mailserver
from vigie.scanner.settings import AccountSettings


@pytest.fixture
def provider(oidc: Oidc) -> Iterator[Oidc]:
    oidc.asked.clear()
    yield oidc
    oidc.discovery = {}
    oidc.authorizes_as = "somebody"


@pytest.fixture
def account(dovecot_oauth: Dovecot) -> AccountSettings:
    return dovecot_oauth.account("accueil")


@pytest.fixture
def here(provider: Oidc, account: AccountSettings, tmp_path: Path) -> Path:
    plain = account_toml(account).replace(f'password_file = "{account.password_file}"\n', "")
    oauth = f'[accounts.oauth]\nissuer = "{provider.issuer}"\nclient_id = "vigie"\nca_file = "{provider.ca}"\n'
    (tmp_path / "vigie.toml").write_text(JUDGING + plain + oauth)
    return tmp_path


class Login:
    """`vigie login` under way: what it prints is read line by line."""

    def __init__(self, here: Path, *arguments: str) -> None:
        self.lines: list[str] = []
        command = [sys.executable, "-m", "vigie", "-vv", *arguments]
        self._process = subprocess.Popen(
            command, cwd=here, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment()
        )  # fmt: skip

    def until(self, pattern: str) -> str:
        """The first group of the first line that matches."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError("".join(self.lines))

    def end(self) -> tuple[int, str]:
        """The exit status, and everything that was printed."""
        assert self._process.stdout is not None
        self.lines += list(self._process.stdout)
        text = "".join(self.lines)
        assert not canary.is_in(text.encode())
        return self._process.wait(60), text


def run(capsys: pytest.CaptureFixture[str], here: Path, *arguments: str) -> tuple[int, str]:
    """The same program without a process of its own: exit status, output and messages."""
    status = main.run(["--config", str(here / "vigie.toml"), *arguments])
    told = capsys.readouterr()
    return status, told.out + told.err


def test_by_device_code_then_scan_doctor_and_withdrawal(
    provider: Oidc, account: AccountSettings, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, told = run(capsys, here, "doctor")
    assert status == 3
    assert f"personne ne s'est encore connecté : vigie login {account.name}" in told
    assert "\n    → vigie login ACCOUNT" in told
    login = Login(here, "login", account.name)
    provider.answer(login.until(r"le code : (\S+)"), account.username)
    status, told = login.end()
    assert (status, f"127.0.0.1 accepte {account.username}" in told) == (0, True)
    token = here / f"vigie.db.{account.name}.token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600

    done = vigie("-vv", "scan", cwd=here)
    assert done.returncode == 0
    assert not canary.is_in((done.stdout + done.stderr).encode())
    status, told = run(capsys, here, "doctor")
    assert (status, "✗" in told) == (0, False)
    token.chmod(0o644)
    status, told = run(capsys, here, "doctor")
    assert status == 3
    assert re.search(rf"✗ .*{re.escape(str(token))} : lisible par tous\n    .*\n    → chmod 600 ", told)

    status, told = run(capsys, here, "login", account.name, "--revoke")
    assert (status, "retirée chez le fournisseur" in told) == (0, True)
    assert not token.exists()
    assert provider.logins[-1].ended


def test_by_browser_as_the_wrong_person(provider: Oidc, account: AccountSettings, here: Path) -> None:
    provider.discovery = {"device_authorization_endpoint": None}
    provider.authorizes_as = "somebody-else"
    login = Login(here, "--lang", "en", "login", account.name)
    address = login.until(r"^(https://\S+/authorize\?\S+)")
    context = ssl.create_default_context(cafile=str(provider.ca))
    with httpx.Client(verify=context, timeout=60) as browser:
        back = browser.get(address).headers["location"]
        page = browser.get(back)
    assert "Noted. You may close this page." in page.text
    assert not canary.is_in(page.content)
    status, told = login.end()
    assert status == 3
    assert f"did you log in as {account.username}?" in told
    assert "ssh -L" in told


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["login"], 2, "ACCOUNT"),
        (["login", "nobody"], 2, "compte inconnu"),
        (["login", "plain"], 2, "ce compte a un mot de passe"),
        (["login", "away"], 3, "connexion impossible (fournisseur OAuth: 127.0.0.1:1: le fournisseur est injoignable)"),
        (["login", "away", "--revoke"], 0, "Connexion oubliée ici"),
    ],
)
def test_wrong_requests_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, words: str
) -> None:
    head = '[[accounts]]\nhost = "imap.example.org"\nusername = "a@example.org"\n'
    (tmp_path / "vigie.toml").write_text(
        f'{head}name = "plain"\npassword_env = "X"\n'
        f'{head}name = "away"\n[accounts.oauth]\nissuer = "https://127.0.0.1:1"\nclient_id = "vigie"\n'
    )
    ended, told = run(capsys, tmp_path, *arguments)
    assert ended == status
    assert len(told.splitlines()) == 1
    assert words in told


def test_a_port_of_ones_own(
    provider: Oidc, account: AccountSettings, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.discovery = {"device_authorization_endpoint": None}
    provider.authorizes_as = account.username
    (port,) = free_ports(1)
    login = Login(here, "login", account.name, "--port", str(port))
    address = login.until(r"^(https://\S+/authorize\?\S+)")
    assert f"127.0.0.1%3A{port}%2F" in address
    status, told = run(capsys, here, "login", account.name, "--port", str(port))
    assert (status, f"--port {port}" in told) == (2, True)
    context = ssl.create_default_context(cafile=str(provider.ca))
    with httpx.Client(verify=context, timeout=60) as browser:
        browser.get(browser.get(address).headers["location"])
    assert login.end()[0] == 0


def test_tokens_lie_beside_the_ledger_unless_told(tmp_path: Path) -> None:
    account = '[[accounts]]\nname = "a"\nhost = "h"\nusername = "u"\n'
    oauth = '[accounts.oauth]\nprovider = "google"\nclient_id = "x"\n'

    def place(before: str, after: str = "") -> Path | None:
        found = config.parse(before + account + oauth + after, tmp_path / "vigie.toml").accounts[0].oauth
        assert found is not None
        return found.token_file

    assert place("") == tmp_path / "vigie.db.a.token"
    assert place('[ledger]\nurl = "sqlite:////var/lib/vigie/v.db"\n') == Path("/var/lib/vigie/v.db.a.token")
    assert place('[ledger]\nurl = "postgresql+psycopg://h/d"\n') == tmp_path / "vigie.a.token"
    assert place("", 'token_file = "t/a"\n') == tmp_path / "t" / "a"


def test_the_demo_gives_no_password_in_arguments(tmp_path: Path) -> None:
    """Everybody on the machine sees them."""
    (port,) = free_ports(1)
    _, child = mailserver._pymap(tmp_path, canary.secret("demo"), port)
    try:
        assert child.listens(port)
        lines = list(_command_lines())
        assert any(str(port).encode() in line for line in lines)
        assert not any(canary.is_in(line) for line in lines)
    finally:
        child.stop()
    (tmp_path / "pymap-password").unlink()


def _command_lines() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


@pytest.mark.parametrize("name", ["login.md", "login.fr.md"])
def test_every_example_of_the_documentation_loads(name: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        head = (
            "" if "[[accounts]]" in block else '[[accounts]]\nname = "a"\nhost = "imap.example.org"\nusername = "u"\n'
        )
        (account,) = config.parse(head + textwrap.dedent(block), tmp_path / "vigie.toml").accounts
        assert account.oauth is not None
