"""The way to the server: names, ports, certificates, STARTTLS, each fault with one clear line."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, append
from tests.servers.fakeimap import CLOSE, FakeImap, Reply
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.mailboxes.imap import connect
from vigie.scanner.settings import AccountSettings


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


def fault(account: AccountSettings) -> MailboxError:
    with pytest.raises(MailboxError) as caught:
        connect(account)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    return caught.value


def test_starttls_on_a_real_server(dovecot: Dovecot) -> None:
    account = dovecot.account(port=dovecot.port, tls="starttls")
    append(account, b"From: a@example.org\r\n\r\nx\r\n")
    with closing(connect(account)) as mailbox:
        assert isinstance(mailbox._session.wire.sock, ssl.SSLSocket)
        assert mailbox._session.has("UIDPLUS")
        mailbox.select("INBOX", read_only=True)
        assert len(list(mailbox.fetch(list(mailbox.uids_after(0)), limit=1000))) == 1


def test_implicit_tls_is_verified_and_recent(dovecot: Dovecot) -> None:
    with closing(connect(dovecot.account())) as mailbox:
        sock = mailbox._session.wire.sock
        assert isinstance(sock, ssl.SSLSocket)
        assert sock.context.verify_mode is ssl.CERT_REQUIRED
        assert sock.context.check_hostname
        assert sock.context.minimum_version is ssl.TLSVersion.TLSv1_2
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)  # I-20


def test_two_sessions_of_one_account(dovecot: Dovecot) -> None:
    account = dovecot.account()
    with closing(connect(account)) as watcher, closing(connect(account)) as worker:
        watcher.select("INBOX", read_only=True)
        watcher.idle_start()
        assert not watcher.idle_wait(0.1)
        append(account, b"From: a@example.org\r\n\r\nx\r\n")
        assert watcher.idle_wait(60)  # without inotify Dovecot looks every 30 s
        worker.select("INBOX", read_only=True)
        assert len(list(worker.uids_after(0))) == 1
        watcher.idle_done()
        assert len(list(watcher.uids_after(0))) == 1


def test_a_server_that_stops_while_we_idle() -> None:
    server = Dovecot()
    try:
        mailbox = connect(server.account())
        mailbox.select("INBOX", read_only=True)
        mailbox.idle_start()
    finally:
        server.stop()
    with pytest.raises(MailboxError) as caught:
        mailbox.idle_wait(20)
    assert (caught.value.kind, caught.value.temporary) == ("connect", True)
    mailbox.close()


def test_an_unknown_host(dovecot: Dovecot) -> None:
    error = fault(dovecot.account(host="no-such-host.invalid"))
    assert error.kind == "connect"
    assert str(error).startswith("no-such-host.invalid: ")
    assert fault(dovecot.account(host="x" * 70 + ".example")).kind == "connect"
    assert fault(dovecot.account(host="a..b")).kind == "connect"


def test_nobody_listens(dovecot: Dovecot, deaf_port: int) -> None:
    error = fault(dovecot.account(port=deaf_port))
    assert (error.kind, error.temporary) == ("connect", True)
    assert "refused" in str(error)


@pytest.mark.parametrize(
    ("names", "starts", "ends", "words"),
    [
        ("IP:127.0.0.1", -30, -1, "expired"),
        ("IP:127.0.0.1", 2, 20, "not valid yet"),
        ("DNS:imap.example.org,IP:127.0.0.9", -1, 20, "another"),
        ("DNS:imap.example.org", -1, 20, "another"),
    ],
)
def test_a_certificate_that_is_not_right(authority: Authority, names: str, starts: int, ends: int, words: str) -> None:
    """W-26."""
    pair = authority.server(f"wrong{abs(hash((names, starts)))}", names=names, starts_days=starts, ends_days=ends)
    for tls in ("implicit", "starttls"):
        capability = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%t OK done\r\n"
        with FakeImap(
            {"CAPABILITY": capability, "STARTTLS": b"%t OK go\r\n"}, tls=pair, upgrade=tls == "starttls"
        ) as fake:
            error = fault(fake.account(tls=tls, ca_file=authority.ca))
            assert (error.kind, error.temporary) == ("tls", False)
            assert words in str(error)
            assert not fake.commands("LOGIN")


def test_another_host_name(authority: Authority) -> None:
    with FakeImap(tls=authority.server("other", names="DNS:imap.example.org")) as fake:
        error = fault(fake.account(host="localhost", tls="implicit", ca_file=authority.ca))
        assert "another host name" in str(error)


def test_an_expired_certificate_of_a_real_server(authority: Authority) -> None:
    server = Dovecot(cert=authority.server("expired", starts_days=-30, ends_days=-1))
    try:
        assert "expired" in str(fault(server.account(ca_file=authority.ca)))
        assert "expired" in str(fault(server.account(ca_file=authority.ca, port=server.port, tls="starttls")))
    finally:
        server.stop()


def test_an_unknown_authority(dovecot: Dovecot, authority: Authority) -> None:
    for ca_file in (None, authority.ca):
        error = fault(dovecot.account(ca_file=ca_file))
        assert error.kind == "tls"
        assert "ca_file" in str(error)


def test_a_ca_file_that_is_none(dovecot: Dovecot, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    for name, words in (("empty.pem", "is no certificate"), ("missing.pem", "No such file")):
        error = fault(dovecot.account(ca_file=tmp_path / name))
        assert error.kind == "tls"
        assert words in str(error)


def test_tls_on_a_port_without_it_and_the_reverse(dovecot: Dovecot) -> None:
    error = fault(dovecot.account(port=dovecot.port))
    assert (error.kind, error.temporary) == ("tls", False)
    assert "starttls" in str(error)
    fault(dovecot.account(port=dovecot.imaps_port, tls="starttls", timeout_s=0.5))


def test_a_server_that_knows_only_old_tls(authority: Authority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.server("old"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with FakeImap(tls=context) as fake:
        error = fault(fake.account(tls="implicit", ca_file=authority.ca))
        assert error.kind == "tls"
        assert not fake.received


@pytest.mark.parametrize(
    "script",
    [
        pytest.param({}, id="not-offered"),
        pytest.param({"GREETING": b"* PREAUTH welcome\r\n"}, id="preauth"),
        pytest.param({"STARTTLS": b"%t NO not now\r\n"}, id="refused"),
        pytest.param({"STARTTLS": b"%t BAD what\r\n"}, id="unknown"),
        pytest.param({"STARTTLS": [b"%t OK go\r\n", CLOSE]}, id="closed"),
        pytest.param({"STARTTLS": b"%t OK go\r\n* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] injected\r\n"}, id="injected"),
    ],
)
def test_no_password_without_the_encryption_that_was_asked_for(script: dict[str, Reply]) -> None:
    offer = b"" if not script else b" STARTTLS"
    replies: dict[str, Reply] = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN" + offer + b"\r\n%t OK done\r\n"}
    with FakeImap(replies | script) as fake:
        fault(fake.account(tls="starttls", timeout_s=1))  # I-28
        assert not fake.commands("LOGIN")
        assert not fake.commands("AUTHENTICATE")


def test_a_server_that_takes_no_password_here() -> None:
    script: dict[str, Reply] = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n%t OK done\r\n"}
    with FakeImap(script) as fake:
        error = fault(fake.account())
        assert (error.kind, error.temporary) == ("tls", False)
        assert not fake.commands("LOGIN")


def test_a_missing_password_file(dovecot: Dovecot, tmp_path: Path) -> None:
    error = fault(dovecot.account(password_file=tmp_path / "none"))
    assert (error.kind, error.temporary) == ("auth", False)


def test_a_greeting_that_logs_us_in() -> None:
    with FakeImap({"GREETING": b"* PREAUTH welcome\r\n"}) as fake, closing(connect(fake.account())) as mailbox:
        mailbox.select("INBOX", read_only=True)
        assert not fake.commands("LOGIN")


def test_no_connection_stays_open_after_a_fault(recwarn: pytest.WarningsRecorder) -> None:
    for verb in ("GREETING", "CAPABILITY", "LOGIN"):
        with FakeImap({verb: b"* BYE no\r\n"}) as fake:
            fault(fake.account())
    assert not [warning for warning in recwarn if issubclass(warning.category, ResourceWarning)]
