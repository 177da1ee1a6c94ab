"""OAuth logins on a real Dovecot that asks a real provider about each token: I-38, I-45, and the supervisor's two refusals."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import canary
from tests.scanner.test_supervisor import until
from tests.scanner.world import bench, cut, mail
from tests.servers.dovecot import Dovecot
from tests.servers.fakeimap import CLOSE, FakeImap
from tests.servers.oidc import Fault, Oidc
from vigie.ledger.store import Ledger
from vigie.scanner.credentials import sasl
from vigie.scanner.credentials.schemas import Kept
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.credentials.store import TokenFile
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Supervisor

Account = Callable[..., AccountSettings]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}") as opened:
        yield opened


@pytest.fixture
def account(oidc: Oidc, dovecot_oauth: Dovecot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Account]:
    """The account of a fresh user who has logged in at the provider."""
    caplog.set_level(logging.DEBUG)

    def fresh(**changes: object) -> AccountSettings:
        told = oidc.settings(tmp_path / "accueil.token")
        made = dovecot_oauth.account("user", **{"oauth": OAuthSettings.model_validate(told), **changes})
        issue(oidc, made)
        oidc.asked.clear()
        return made

    yield fresh
    oidc.faults.clear()


def issue(oidc: Oidc, account: AccountSettings, *, age_s: int = 0) -> None:
    """Tokens as a login would have left them, so many seconds ago."""
    assert account.oauth is not None
    assert account.oauth.token_file is not None
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"").digest()).rstrip(b"=").decode()
    asked = {"code_challenge": digest, "code_challenge_method": "S256", "client_id": "vigie"}
    oidc.codes["code"] = (asked, account.username)
    tokens = oidc.token({"grant_type": "authorization_code", "code": "code", "code_verifier": ""}, "vigie")
    now = int(time.time()) - age_s
    kept = Kept.model_validate(
        tokens
        | {"token_endpoint": f"{oidc.issuer}/token", "client_id": "vigie", "issued_at": now, "expires_at": now + 3600}
    )
    file = TokenFile(account.name, account.oauth.token_file)
    with file.alone(), file.place() as place:
        place.keep(kept)


def fault(account: AccountSettings) -> MailboxError:
    with pytest.raises(MailboxError) as caught:
        imap.connect(account)
    assert "\n" not in str(caught.value)
    assert not canary.is_in(str(caught.value).encode())
    return caught.value


@pytest.mark.parametrize("name", sasl.MECHANISMS)
def test_both_mechanisms_log_in_and_are_refused(
    oidc: Oidc, account: Account, dovecot_oauth: Dovecot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(sasl, "MECHANISMS", (name,))
    made = account()
    with closing(imap.connect(made)) as mailbox:
        assert mailbox.select("INBOX", read_only=True).exists == 0
    assert until(lambda: f"user=<{made.username}>, method={name}" in dovecot_oauth.log())
    oidc.withdraw(made.username)
    error = fault(made)
    assert (error.kind, error.temporary) == ("auth", False)
    assert "the server refuses the user name or the token" in str(error)
    assert re.search(r"\((invalid_token|401)\)", str(error))  # the server's own reason


def test_a_token_that_was_withdrawn_early_is_replaced_within_one_login(oidc: Oidc, account: Account) -> None:
    """I-45: what the server says counts, not what the clock says."""
    made = account()
    issue(oidc, made, age_s=600)
    oidc.expire_access(made.username)
    with closing(imap.connect(made)) as mailbox:
        mailbox.select("INBOX", read_only=True)
    assert [form["grant_type"] for form in oidc.paths("/token")] == ["refresh_token"]
    assert len(oidc.paths("/introspect")) == 2


def test_a_fresh_token_that_is_refused_is_not_tried_again(oidc: Oidc, account: Account) -> None:
    """The person logged in as somebody else: no other token will help."""
    made = account()
    issue(oidc, made, age_s=600)
    other = made.model_copy(update={"username": "somebody-else"})
    assert fault(other).kind == "auth"
    assert len(oidc.paths("/introspect")) == 2
    assert fault(other).kind == "auth"
    assert len(oidc.paths("/introspect")) == 3


def supervised(account: AccountSettings, ledger: Ledger) -> tuple[Supervisor, list[str]]:
    """A supervisor at work, and what each of its logins came to."""
    logins: list[str] = []

    def connect(settings: AccountSettings) -> imap.ImapMailbox:
        try:
            mailbox = imap.connect(settings)
        except MailboxError as error:
            logins.append(f"{error.kind} {error.temporary}")
            raise
        logins.append("ok")
        return mailbox

    supervisor = Supervisor(account, ledger, bench(), connect=connect)
    supervisor.request()
    supervisor.start()
    return supervisor, logins


def test_a_login_that_was_withdrawn_stops_the_account_after_two_tries(
    oidc: Oidc, account: Account, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """I-38, I-45: invalid_grant is told and not hammered."""
    made = account()
    issue(oidc, made, age_s=4000)
    oidc.withdraw(made.username)
    supervisor, logins = supervised(made, ledger)
    assert until(lambda: any(beat.error.startswith("stopped: ") for beat in ledger.heartbeats()))
    supervisor.stop()
    supervisor.join(60)
    assert logins == ["auth False", "auth False"]
    assert len(oidc.paths("/token")) == 2
    assert not oidc.paths("/introspect")
    ((_, _, _, _, error),) = ledger.beats()
    assert error.startswith("stopped: ")
    assert error.endswith(f"vigie login {made.name}")
    assert "stopped: the login was refused twice" in caplog.text


def test_while_the_provider_is_away_the_account_waits_and_comes_back(
    oidc: Oidc, account: Account, ledger: Ledger
) -> None:
    made = account()
    issue(oidc, made, age_s=4000)
    oidc.faults.extend([Fault(), Fault(500, b""), Fault(429, b"")])
    supervisor, logins = supervised(made, ledger)
    assert until(lambda: "ok" in logins)
    assert logins[:4] == ["connect True"] * 3 + ["ok"]
    supervisor.stop()
    supervisor.join(60)


def test_a_vault_that_is_away_does_not_stop_the_account(dovecot: Dovecot, ledger: Ledger, tmp_path: Path) -> None:
    """Nobody was refused: a password_command that fails is asked again, for ever."""
    script = tmp_path / "vault"
    script.write_text(f"#!/bin/sh\n[ -e {tmp_path}/open ] && exec cat {dovecot.base}/password\nexit 1\n")
    script.chmod(0o700)
    made = dovecot.account(password_file=None, password_command=(str(script),))
    supervisor, logins = supervised(made, ledger)
    assert until(lambda: len(logins) >= 3)
    assert set(logins) == {"auth True"}
    assert supervisor.is_alive()
    (tmp_path / "open").touch()
    assert until(lambda: "ok" in logins)
    supervisor.stop()
    supervisor.join(60)


def test_mail_is_judged_and_its_session_outlives_the_token(
    oidc: Oidc, account: Account, dovecot_oauth: Dovecot, ledger: Ledger
) -> None:
    """I-45: a new connection after hours asks for a fresh token by itself."""
    made = account()
    dovecot_oauth.deliver(made, mail("a"))
    supervisor, logins = supervised(made, ledger)
    assert until(lambda: len(list(ledger.records())) == 1)
    issue(oidc, made, age_s=3500)
    oidc.expire_access(made.username)
    cut(supervisor._session.mailbox)  # type: ignore[arg-type]  # behind the Mailbox protocol
    dovecot_oauth.deliver(made, mail("b"))
    supervisor.request()
    assert until(lambda: len(list(ledger.records())) == 2)
    assert logins[-1] == "ok"
    supervisor.stop()
    supervisor.join(60)


def test_a_server_that_takes_no_token(oidc: Oidc, account: Account) -> None:
    made = account()
    with FakeImap() as fake:
        error = fault(fake.account(password_file=None, oauth=made.oauth))
        assert (error.kind, error.temporary) == ("auth", False)
        assert "takes no OAuth token" in str(error)
        assert not fake.commands("AUTHENTICATE")


@pytest.mark.parametrize("name", sasl.MECHANISMS)
def test_a_server_that_repeats_what_it_was_sent(oidc: Oidc, account: Account, name: str) -> None:
    made = account()
    assert made.oauth is not None
    assert made.oauth.token_file is not None
    token = json.loads(made.oauth.token_file.read_text())["access_token"]
    capability = f"* CAPABILITY IMAP4rev1 AUTH={name}\r\n%t OK done\r\n".encode()
    with FakeImap() as fake:
        changes = {"password_file": None, "oauth": made.oauth}
        sent = sasl.BearerAuth(name, "accueil", "127.0.0.1", fake.port, token).sent
        echo = b"%t NO [AUTHENTICATIONFAILED] refused: " + token.encode() + b" " + base64.b64encode(sent) + b"\r\n"
        fake.replies |= {"CAPABILITY": capability, "AUTHENTICATE": [b"+ \r\n", 0.05, echo]}
        error = fault(fake.account(**changes))
        assert "refused: *** ***" in str(error)
        fake.replies |= {"AUTHENTICATE": [b"+ \r\n", b"* BYE " + token.encode() + b"\r\n", CLOSE]}
        fault(fake.account(**changes))
        fake.replies |= {"AUTHENTICATE": b"+ !\r\n"}  # not base64
        fault(fake.account(**changes, timeout_s=0.3))


def test_nobody_has_logged_in_yet(oidc: Oidc, account: Account, tmp_path: Path) -> None:
    made = account()
    (tmp_path / "accueil.token").unlink()
    error = fault(made)
    assert (error.kind, error.temporary) == ("auth", False)
    assert str(error).endswith(f"nobody has logged in yet: vigie login {made.name}")
