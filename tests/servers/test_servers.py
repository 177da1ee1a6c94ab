"""The tests' own servers: they start, answer, and leave nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scanner.test_supervisor import until
from tests.servers import processes
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot, append, client, contents, hashes
from tests.servers.knot import Knot
from tests.servers.postfix import Postfix, as_root, send
from tests.servers.pymap import Pymap
from vigie.auth_checks.resolver import DnsResolver

ROOT = Path(__file__).parents[2]
INSTALL = Path(__file__).with_name("install.sh")
END_S = 30.0
"""For what was killed to be gone."""


def alive(base: Path) -> str:
    """The command lines that name that folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(base).encode() in line:
                found.append(line.decode(errors="replace"))
    return "\n".join(found)


def test_dovecot_takes_mail_by_imap_and_lmtp(dovecot: Dovecot) -> None:
    account = dovecot.account("alice")
    append(account, b"Subject: one\r\n\r\nx\r\n", flags=("\\Seen", "$Label"))
    dovecot.deliver(account, b"Subject: two\r\n\r\ny\r\n")
    one, two = contents(account)["INBOX"]
    assert one == b"Subject: one\r\n\r\nx\r\n"
    assert two.endswith(b"Subject: two\r\n\r\ny\r\n")
    assert sum(hashes(account).values()) == 2
    assert not hashes(dovecot.account("alice"))


def test_dovecot_keeps_its_mail_over_a_restart_and_leaves_nothing_behind() -> None:
    server = Dovecot()
    try:
        account = server.account()
        append(account, b"Subject: one\r\n\r\nx\r\n")
        server.restart()
        assert sum(hashes(account.model_copy(update={"port": server.imaps_port})).values()) == 1
    finally:
        server.stop()
    assert not server.base.exists()
    assert until(lambda: not alive(server.base), END_S), alive(server.base)


def test_dovecot_runs_without_privilege(dovecot: Dovecot) -> None:
    assert dovecot.base.stat().st_uid != 0
    assert dovecot.base.joinpath("dovecot.log").stat().st_uid != 0


def test_variants(dovecot_poor: Dovecot, dovecot_uidplus: Dovecot, dovecot_prefix: Dovecot) -> None:
    with client(dovecot_poor.account()) as imap:
        assert not {b"MOVE", b"UIDPLUS", b"IDLE", b"CONDSTORE"} & set(imap.capabilities())
    with client(dovecot_uidplus.account()) as imap:
        assert {b"MOVE", b"UIDPLUS"} & set(imap.capabilities()) == {b"UIDPLUS"}
    with client(dovecot_prefix.account()) as imap:
        assert imap.namespace().personal == (("INBOX.", "."),)


def test_pymap(pymap: Pymap) -> None:
    one, two = pymap.account(), pymap.account()
    append(one, b"Subject: one\r\n\r\nx\r\n")
    assert (sum(hashes(one).values()), sum(hashes(two).values())) == (1, 0)


def test_knot_answers_what_was_published_last(knot: Knot) -> None:
    for text in ("v=spf1 -all", "v=spf1 ~all"):
        knot.publish("servers.example", f'@ IN TXT "{text}"\nwww IN A 192.0.2.7')
        assert DnsResolver(knot.settings).session().txt("servers.example") == (text.encode(),)
    assert DnsResolver(knot.settings).session().addresses("www.servers.example") == ("192.0.2.7",)


def test_postfix_relays_and_leaves_nothing_behind(dovecot: Dovecot) -> None:
    account = dovecot.account("postfix")
    server = Postfix(
        "mx.servers.example",
        {
            "virtual_mailbox_domains": "servers.example",
            "virtual_transport": f"lmtp:inet:127.0.0.1:{dovecot.lmtp_port}",
        },
    )
    try:
        send(server.port, "a@example.org", f"{account.username}@servers.example", b"Subject: one\r\n\r\nx\r\n")
        assert until(lambda: bool(hashes(account)))
        (arrived,) = contents(account)["INBOX"]
        assert b"by mx.servers.example (Postfix)" in arrived
        assert arrived.endswith(b"\r\n\r\nx\r\n")
        assert alive(server.base)
    finally:
        server.stop()
    assert not server.base.exists()
    assert until(lambda: not alive(server.base), END_S), alive(server.base)


ORPHAN = """
import os, signal
from tests.servers.postfix import Postfix
print(Postfix("mx.servers.example", {}).base, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def left_by(program: str) -> Path:
    """Where the server lay that `program` started and whose process was killed then; nothing of it runs any more."""
    done = subprocess.run(
        (sys.executable, "-c", program), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    base = Path(done.stdout.strip())
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert until(lambda: not alive(base), END_S), alive(base)
    return base


def test_postfix_ends_with_the_test_process_however_that_ends() -> None:
    assert not (left_by(ORPHAN) / "queue").exists()


def test_who_is_not_root_and_has_no_sudo_is_told_so(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("os.getuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(processes.ServerError, match="run the tests as root, or where sudo asks no password"):
        as_root()
    program(tmp_path, "sudo", "exit 0")
    assert as_root() == ["sudo", "-n"]


def test_install_has_nothing_to_do_and_says_so_by_silence() -> None:
    done = subprocess.run(("sh", str(INSTALL)), capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_server_that_is_not_installed_is_named() -> None:
    with pytest.raises(processes.ServerError, match="no-such-server is not installed: make servers"):
        processes.spawn(["no-such-server"], Path("/dev/null"))


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(("uid", "sudo", "works"), [(0, False, True), (1000, True, True), (1000, False, False)])
def test_install_says_what_it_installs_or_who_must(tmp_path: Path, uid: int, sudo: bool, works: bool) -> None:
    program(tmp_path, "dpkg-query", '[ "$4" = openssl ] && echo "install ok installed"')
    program(tmp_path, "id", f"echo {uid}")
    program(tmp_path, "env", 'while [ "${1#*=}" != "$1" ]; do shift; done; exec "$@"')
    program(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/asked')
    program(tmp_path, "debconf-set-selections", f'while read line; do echo "$line"; done >> {tmp_path}/preseeded')
    if sudo:
        program(tmp_path, "sudo", f'echo sudo >> {tmp_path}/asked; exec "$@"')
    done = subprocess.run(
        ("/bin/sh", str(INSTALL)), capture_output=True, text=True, check=False, timeout=60, env={"PATH": str(tmp_path)}
    )
    assert done.returncode == (0 if works else 2), done.stderr
    wanted = (
        "chromium chromium-headless-shell dovecot-imapd dovecot-lmtpd knot opendkim opendkim-tools php-cgi php-cli php-curl"
        " postfix roundcube-core roundcube-sqlite3 rspamd tesseract-ocr tesseract-ocr-fra thunderbird"
    )
    assert f"{wanted} util-linux" in done.stderr
    if works:
        asked = (tmp_path / "asked").read_text()
        assert f"--no-install-recommends {wanted}" in asked
        assert "--no-remove" in asked
        preseeded = (tmp_path / "preseeded").read_text()
        assert preseeded.splitlines() == [
            "postfix postfix/main_mailer_type select No configuration",
            "roundcube-core roundcube/dbconfig-install boolean false",
            "roundcube-core roundcube/reconfigure-webserver multiselect",
        ]
        assert "DPkg::Lock::Timeout=300" in asked
        assert asked.startswith("sudo") == sudo
    else:
        assert "neither root nor sudo" in done.stderr


def test_cyrus_shows_one_store_in_two_ways_and_leaves_nothing_behind(cyrus: Cyrus) -> None:
    one, two = cyrus.account(), cyrus.account(view="alt")
    append(one, b"Subject: one\r\n\r\nx\r\n")
    assert (sum(hashes(one).values()), sum(hashes(two).values())) == (1, 0)
    with client(one) as imap:
        assert imap.namespace() == ((("INBOX.", "."),), (("user.", "."),), (("", "."),))
    with client(two) as imap:
        assert imap.namespace().personal == (("", "/"),)
    assert cyrus.base.joinpath("conf", "mailboxes.db").stat().st_uid != 0
    other = Cyrus()
    other.stop()
    assert not other.base.exists()
    assert until(lambda: not alive(other.base), END_S), alive(other.base)


CYRUS_ORPHAN = """
import os, signal
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import append
server = Cyrus()
append(server.account(), b"Subject: one\\r\\n\\r\\nx\\r\\n")
print(server.base, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_cyrus_ends_with_the_test_process_however_that_ends() -> None:
    left_by(CYRUS_ORPHAN)


def test_cyrus_is_unpacked_already_and_says_so_by_silence() -> None:
    done = subprocess.run(("sh", str(INSTALL.with_name("cyrus.sh"))), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_dovecot_keeps_rights_where_it_is_asked_to(dovecot_acl: Dovecot, dovecot_acl_uidplus: Dovecot) -> None:
    with client(dovecot_acl.account()) as imap:
        assert {b"ACL", b"MOVE"} <= set(imap.capabilities())
    with client(dovecot_acl_uidplus.account()) as imap:
        assert {b"ACL", b"MOVE"} & set(imap.capabilities()) == {b"ACL"}
