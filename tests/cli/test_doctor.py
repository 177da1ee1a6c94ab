"""Every wrong set-up, made real, and the name that doctor gives it; against real servers where a server is involved."""

from __future__ import annotations

import os
import pwd
import re
import resource
import shutil
import socket
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import DEMO, GENUINE
from tests.outlook.builder import built
from tests.servers import processes
from tests.servers.authority import Authority as NameServer
from tests.servers.certificates import Authority
from tests.servers.dovecot import Dovecot, append
from tests.servers.fakeimap import FakeImap
from vigie.auth_checks.settings import DnsSettings, TrustSettings
from vigie.cli import config, doctor, example, language
from vigie.cli.border_seen import Seen
from vigie.cli.checkup import accounts, instances, machine, names, outside, page, pictures
from vigie.cli.checkup.found import Found, catalogue
from vigie.cli.config import Config
from vigie.judge import tesseract
from vigie.judge.settings import JudgeSettings
from vigie.ledger.store import Ledger
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.operation.settings import AlertSettings, MetricsSettings, OperationSettings
from vigie.scanner.reporting.settings import ChannelsSettings
from vigie.scanner.settings import AccountSettings
from vigie.web.settings import WebSettings

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TRUST = TrustSettings(border_hosts=("mx.demo.example",))
ACCOUNT: dict[str, Any] = {
    "name": "accueil", "host": "imap.example.org", "username": "accueil@example.org", "password_env": "X",
}  # fmt: skip


def named(found: Iterable[Found]) -> set[str]:
    """The set-ups that were named; each with a reason and a way to mend it."""
    told = [one for one in found if one.setup]
    assert all(one.text and one.why and one.remedy for one in told)
    return {one.setup for one in told}


def account(**changes: object) -> AccountSettings:
    return AccountSettings.model_validate(ACCOUNT | changes)


def of(tmp_path: Path, *all_accounts: AccountSettings, **judge: object) -> Config:
    settings = JudgeSettings.model_validate(judge)
    return Config(settings, f"sqlite:///{tmp_path / 'vigie.db'}", all_accounts, tmp_path, tmp_path / "vigie.toml")


WATCHED = account(name="b", folders=("INBOX", "Quarantaine"), quarantine_folder="Autre")


@pytest.mark.parametrize(
    ("setup", "all_accounts"),
    [
        ("no-account", ()),
        ("same-mailbox", (account(), account(name="b", host="IMAP.example.org.", folders=("inbox", "B")))),
        ("quarantine-watched", (account(mode="enforce", folders=("Junk",)), WATCHED)),
        ("too-many-connections", (account(folders=tuple(f"f{n}" for n in range(10))),)),
        ("cron-wrong", (account(cron="99 * * * *"),)),
        ("cron-never", (account(cron="0 0 31 2 *"),)),
        ("no-own-address", (account(username="accueil"),)),
    ],
)
def test_accounts_among_each_other(tmp_path, setup, all_accounts):
    assert named(accounts.accounts(of(tmp_path, *all_accounts))) == {setup}


def test_accounts_that_are_right(tmp_path):
    right = (
        account(cron="*/5 8-18 * * 1-5"),
        account(name="b", username="b@example.org", folders=("INBOX", "Quarantaine"), quarantine_folder="Q"),
        account(name="c", folders=("Junk",), mode="enforce"),
        account(name="d", username="d@example.org", folders=tuple(f"f{n}" for n in range(9))),
    )
    assert named(accounts.accounts(of(tmp_path, *right))) == set()
    assert named(accounts.too_short(account(schedule="30s"), 29.9)) == set()
    assert named(accounts.too_short(account(schedule="30s"), 30.0)) == {"schedule-short"}


MOUNTS = """\
22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw
30 22 0:26 / {place}/net rw - {kind} server:/export rw
31 30 0:27 / {place}/net/local\\040disk rw shared:1 - xfs /dev/vdb rw
"""


@pytest.mark.parametrize(
    ("kind", "setup"),
    [("nfs4", "ledger-on-network"), ("fuse.sshfs", "ledger-on-network"), ("tmpfs", "ledger-in-memory")],
)
def test_where_the_ledger_lies(tmp_path, kind, setup):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(place=tmp_path, kind=kind))
    for folder, expected in (("net", {setup}), ("net/local disk", set()), ("network", set()), ("net/a/b", {setup})):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        assert named(machine.ledger_file(of(tmp_path / folder), mounts)) == expected


def test_files_that_are_open_to_others(tmp_path):
    here = of(tmp_path)
    assert here.path is not None
    here.path.write_text("")
    here.path.chmod(0o622)
    assert named(machine.config_file(here.path)) == {"config-writable"}
    here.path.chmod(0o644)
    assert named(machine.config_file(here.path)) == set()
    Ledger(here.ledger).close()
    assert "ledger-readable" not in named(machine.ledger_file(here))
    (tmp_path / "vigie.db").chmod(0o644)
    assert "ledger-readable" in named(machine.ledger_file(here))
    secret = tmp_path / "password"
    secret.write_text("x")
    secret.chmod(0o644)
    assert named(doctor._secrets(account(password_env=None, password_file=secret))) == {"secret-open"}


def test_the_machine(tmp_path, monkeypatch):
    here = of(tmp_path, *(account(name=f"a{n}") for n in range(40)), limits={"workers": 4})
    assert named(machine.handles(here, 256)) == {"few-handles"}
    assert named(machine.handles(here, 1024)) == named(machine.handles(here, resource.RLIM_INFINITY)) == set()
    assert named(machine.memory(here, 1 << 30)) == {"little-memory"}
    assert named(machine.memory(here, 1 << 33)) == set()
    assert named(machine.clock(5)) == {"clock-unsynchronised"}
    assert named(machine.clock(0)) == named(machine.clock(-1)) == set()
    assert named(machine.room(here)) <= {"disk-full", "no-inodes"}
    monkeypatch.setattr(machine, "LITTLE", 1 << 62)
    monkeypatch.setattr(machine, "FEW_INODES", 1 << 62)
    assert "disk-full" in named(machine.room(here))
    if os.statvfs(tmp_path).f_files:
        assert "no-inodes" in named(machine.room(here))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "running-as-root" in named(machine.machine(here.__class__(here.judge, here.ledger, (), tmp_path)))


def test_two_services(tmp_path):
    """Of this configuration, or of this ledger; those of other people are named, and that is all."""
    here, proc = tmp_path / "here", tmp_path / "proc"
    here.mkdir()
    proc.mkdir()
    (here / "vigie.toml").touch()

    def process(
        number: int, *words: str, cwd: Path | None = None, holds: Path | None = None, environ: str = ""
    ) -> None:
        (proc / str(number)).mkdir()
        (proc / str(number) / "cmdline").write_bytes(b"\0".join(word.encode() for word in words) + b"\0")
        (proc / str(number) / "environ").write_bytes(b"A=b\0" + environ.encode())
        if cwd is not None:
            (proc / str(number) / "cwd").symlink_to(cwd)
        (proc / str(number) / "fd").mkdir()
        if holds is not None:
            (proc / str(number) / "fd" / "7").symlink_to(holds)

    def found() -> list[Found]:
        return list(instances.instances(proc, here / "vigie.toml", here / "vigie.db"))

    process(1, "/usr/bin/python3", "/opt/vigie/bin/vigie", "--config", "vigie.toml", "run", cwd=here)
    process(2, "sh", "-c", "sleep 1; vigie run", cwd=here)
    process(3, "/usr/bin/python3", "-m", "vigie", "doctor", cwd=here)
    process(4, "vim", "run/vigie", cwd=here)
    assert found() == []
    process(5, "/usr/bin/python3", "-m", "vigie", "run", cwd=tmp_path, environ="VIGIE_CONFIG=/srv/b.toml")
    process(6, "/usr/bin/python3", "-m", "vigie", "--config=/srv/vigie.toml", "run")
    process(7, "/usr/bin/python3", "-m", "vigie", "run")
    (other,) = found()
    owner = pwd.getpwuid(os.getuid()).pw_name
    assert (other.good, other.setup) == (True, "other-services")
    assert all(
        f"{pid} {owner} {file}" in other.text for pid, file in ((5, "/srv/b.toml"), (6, "/srv/vigie.toml"), (7, "?"))
    )
    process(8, "/usr/bin/python3", "-m", "vigie", "run", cwd=tmp_path, holds=here / "vigie.db")
    assert [(one.good, one.setup) for one in found()] == [(False, "two-services"), (True, "other-services")]
    assert "(1, 8)" in found()[0].text
    process(9, "/usr/bin/python3", "-m", "vigie", "run", cwd=here)
    assert "(1, 8, 9)" in found()[0].text


def test_names():
    with NameServer({"txt": {"ameli.fr": ["v=spf1 -all"]}, "a": {"made-up.com": ["192.0.2.1"]}}) as server:
        assert named(names.names(server.settings)) == set()
        assert named(names.honest(server.settings, "made-up.com")) == {"dns-lies"}
        server.publish({"fail": ["ameli.fr"]})
    with processes.deaf_port(socket.SOCK_DGRAM) as port:
        quick = DnsSettings(nameservers=("127.0.0.1",), port=port, timeout_s=0.2)
        assert named(names.names(quick)) == {"dns-silent"}
    assert named(names.in_time(0.6, DnsSettings())) == {"dns-slow"}
    assert named(names.names(DnsSettings(zone_file=DEMO / "zone.toml"))) >= {"dns-from-file"}


def test_metrics_and_alerts(tmp_path, smtp, webhook):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        taken.settimeout(10)
        assert named(outside.metrics(MetricsSettings(listen=f"127.0.0.1:{webhook.port}"))) == {"metrics-port-taken"}
    assert named(outside.metrics(MetricsSettings(listen=listen))) == set()
    assert named(outside.alerts(AlertSettings(), (account(),))) == {"alerts-nowhere"}
    mail = {
        "host": "127.0.0.1", "port": smtp.port, "ca_file": smtp.ca, "username": "vigie", "sender": "v@example.org",
        "password_file": smtp.password_file, "recipients": ["Accueil@example.org"], "timeout_s": 30,
    }  # fmt: skip
    hook = {"url": webhook.url, "ca_file": webhook.ca, "timeout_s": 30}
    right = AlertSettings.model_validate({"mail": mail | {"recipients": ["admin@example.org"]}, "webhook": hook})
    assert named(outside.alerts(right, (account(),))) == set()
    assert named(outside.alerts(AlertSettings.model_validate({"mail": mail}), (account(),))) == {"alerts-into-watched"}
    bad = {"mail": mail | {"ca_file": webhook.ca}, "webhook": hook | {"ca_file": smtp.ca}}
    assert named(outside.alerts(AlertSettings.model_validate(bad), ())) == {"alert-mail-refused", "alert-webhook-away"}
    assert not smtp.got
    assert not webhook.got, "doctor sends nothing to anybody"


def test_digests(smtp, webhook):
    server = {
        "host": "127.0.0.1", "port": smtp.port, "ca_file": smtp.ca, "username": "vigie", "sender": "v@example.org",
        "password_file": smtp.password_file, "timeout_s": 30,
    }  # fmt: skip
    digest = {"on": True, "to": ["reviewers", "owners"], "mail": server}
    pages = "https://vigie.example.org"
    right = OperationSettings.model_validate({"digest": digest, "pages": pages})
    assert named(outside.digest(right, (account(),), 1)) == set()
    nowhere = account(username="sans-adresse")
    local = right.model_copy(update={"pages": "http://127.0.0.1:8025"})
    assert named(outside.digest(local, (nowhere,), 0)) == {"digest-nobody", "digest-no-address", "digest-links-local"}
    bad = {"digest": digest | {"mail": server | {"ca_file": webhook.ca}}, "pages": pages}
    assert named(outside.digest(OperationSettings.model_validate(bad), (account(),), 1)) == {"digest-mail-refused"}
    assert not smtp.got


def test_channels_for_reports(smtp, webhook, tmp_path):
    token, reports = tmp_path / "hook.token", tmp_path / "reports"
    token.write_text("secret")
    token.chmod(0o600)
    reports.mkdir()
    server = {
        "host": "127.0.0.1", "port": smtp.port, "ca_file": smtp.ca, "username": "vigie", "sender": "v@example.org",
        "password_file": smtp.password_file, "timeout_s": 30,
    }  # fmt: skip
    hook = {"url": webhook.url, "ca_file": webhook.ca, "token_file": token}
    told = {"mail": server, "folder": {"path": reports}, "apwg": {}, "webhook": hook}
    right = ChannelsSettings.model_validate(told)
    assert named(outside.channels(right, right.mail)) == set()
    assert len(list(outside.channels(right, right.mail))) == 3
    token.chmod(0o644)
    assert named(outside.channels(right, right.mail)) == {"secret-open"}
    token.unlink()
    bad = ChannelsSettings.model_validate(told | {"stop": True, "folder": {"path": tmp_path / "absent"}})
    found = [one for one in outside.channels(bad, None) if one.setup]
    assert [one.setup for one in found] == ["channel-away"] * 3 + ["channels-stopped"]
    assert [one.good for one in found] == [False] * 3 + [True]
    assert not smtp.got
    assert not webhook.got
    assert not list(reports.iterdir())


def looked_at(wanted: AccountSettings, trust: TrustSettings = TRUST) -> set[str]:
    return named(doctor._account(wanted, trust))


def test_mailboxes_that_cannot_be_reached(dovecot, tmp_path, deaf_port):
    (tmp_path / "wrong").write_text("not-the-password")
    assert looked_at(dovecot.account(password_file=tmp_path / "wrong")) == {"login-refused"}
    assert looked_at(dovecot.account(password_file=tmp_path / "absent")) == {"no-secret"}
    assert looked_at(dovecot.account(port=deaf_port)) == {"unreachable"}
    assert looked_at(dovecot.account(ca_file=None)) == {"tls-refused"}
    oauth = {"issuer": f"https://127.0.0.1:{deaf_port}", "client_id": "x", "token_file": tmp_path / "none.token"}
    refused = MailboxError("auth", "the login has expired or was withdrawn", temporary=False)
    assert named([doctor._unreached(account(password_env=None, oauth=oauth), refused)]) == {"token-refused"}


def test_mailboxes_that_lack_something(dovecot, dovecot_poor, pymap):
    assert looked_at(dovecot.account(mode="enforce", folders=("INBOX", "Absent"))) == {
        "folder-missing",
        "quarantine-missing",
    }
    assert looked_at(dovecot_poor.account()) == {"no-move", "no-idle"}
    assert looked_at(dovecot.account(check_folder="À vérifier")) == {"button-missing"}
    assert "button-copies" in looked_at(dovecot_poor.account(report_folder="Signaler une fraude"))
    assert "no-keywords" in looked_at(pymap.account(mode="tag"))


def test_a_certificate_that_ends_soon():
    folder = processes.short_folder("soon")
    folder.chmod(0o755)  # Dovecot reads it as nobody
    authority = Authority(folder / "tls")
    server = Dovecot(cert=authority.server("soon", ends_days=10))
    try:
        assert looked_at(server.account(ca_file=authority.ca)) == {"certificate-ends"}
    finally:
        server.stop()
        shutil.rmtree(folder)
    assert named(doctor.certificate("a", NOW + timedelta(days=15), NOW)) == set()


@pytest.mark.parametrize(
    ("mode", "there", "quarantine", "expected"),
    [
        ("enforce", "lrswite", "lri", set()),
        ("enforce", "lrswid", "lri", set()),
        ("enforce", "lrsw", "lri", {"rights-missing"}),
        ("enforce", "lrswite", "lr", {"rights-missing"}),
        ("tag", "lrsw", "lr", set()),
        ("tag", "lr", "lr", {"rights-missing"}),
        ("observe", "lr", "lr", set()),
    ],
)
def test_rights(tmp_path, mode, there, quarantine, expected):
    def rights(line: bytes) -> bytes:
        name, letters = (b"Quarantaine", quarantine) if b"Quarantaine" in line else (b"INBOX", there)
        return b"* MYRIGHTS %s %s\r\n%%t OK done\r\n" % (name, letters.encode())

    (tmp_path / "password").write_text("x")
    replies: dict[str, Any] = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE ACL\r\n%t OK done\r\n",
        "LIST": b'* LIST () "/" INBOX\r\n* LIST () "/" Quarantaine\r\n%t OK done\r\n',
        "UID SEARCH": b"* SEARCH\r\n%t OK done\r\n",
        "LOGIN": b"%t OK done\r\n",
        "MYRIGHTS": rights,
    }
    with FakeImap(replies) as server:
        wanted = account(
            host="127.0.0.1",
            port=server.port,
            tls="none",
            mode=mode,
            password_env=None,
            password_file=tmp_path / "password",
        )
        assert looked_at(wanted) == expected
        assert any(b"MYRIGHTS" in line for line in server.received)


@pytest.mark.parametrize(
    ("button", "inbox", "expected"),
    [("lrswite", "lri", set()), ("lrswi", "lri", {"rights-missing"}), ("lrswite", "lr", {"rights-missing"})],
)
def test_rights_on_a_folder_that_is_a_button(tmp_path, button, inbox, expected):
    """Out of it a message has to be taken, and put into INBOX, also where the mode only observes."""

    def rights(line: bytes) -> bytes:
        name, letters = (b"Verifier", button) if b"Verifier" in line else (b"INBOX", inbox)
        return b"* MYRIGHTS %s %s\r\n%%t OK done\r\n" % (name, letters.encode())

    (tmp_path / "password").write_text("x")
    replies: dict[str, Any] = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE ACL\r\n%t OK done\r\n",
        "LIST": b'* LIST () "/" INBOX\r\n* LIST () "/" Verifier\r\n%t OK done\r\n',
        "UID SEARCH": b"* SEARCH\r\n%t OK done\r\n",
        "LOGIN": b"%t OK done\r\n",
        "MYRIGHTS": rights,
    }
    with FakeImap(replies) as server:
        at = {"host": "127.0.0.1", "port": server.port, "tls": "none", "password_env": None}
        wanted = account(**at, password_file=tmp_path / "password", check_folder="Verifier")
        assert looked_at(wanted) == expected


def test_a_folder_that_is_read_only(tmp_path):
    (tmp_path / "password").write_text("x")
    replies: dict[str, Any] = {
        "SELECT": b"* 0 EXISTS\r\n* OK [PERMANENTFLAGS (\\*)] k\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 1] n\r\n"
        b"%t OK [READ-ONLY] done\r\n",
        "LIST": b'* LIST () "/" INBOX\r\n* LIST () "/" Quarantaine\r\n%t OK done\r\n',
        "UID SEARCH": b"* SEARCH\r\n%t OK done\r\n",
        "LOGIN": b"%t OK done\r\n",
    }
    with FakeImap(replies) as server:
        wanted = account(
            host="127.0.0.1",
            port=server.port,
            tls="none",
            mode="tag",
            password_env=None,
            password_file=tmp_path / "password",
        )
        assert looked_at(wanted) == {"read-only"}


def test_what_the_last_mails_show(dovecot):
    fresh = dovecot.account()
    append(fresh, GENUINE.read_bytes(), when=datetime.now(UTC) + timedelta(hours=2))
    assert "clock-off" in looked_at(fresh)
    assert looked_at(fresh, TrustSettings(border_hosts=("mx.other.example",))) == {"border-not-seen", "clock-off"}
    results = b"Authentication-Results: mx.demo.example; spf=none\r\n" + GENUINE.read_bytes()
    filtered = dovecot.account()
    append(filtered, results, when=datetime.now(UTC))
    assert looked_at(filtered) == {"no-authserv-id"}
    assert looked_at(filtered, TRUST.model_copy(update={"authserv_ids": ("mx.demo.example",)})) == set()
    assert looked_at(filtered, TRUST.model_copy(update={"authserv_ids": ("mx.typo.example",)})) == {"authserv-not-seen"}
    below = Seen(mails=4, found=4, forged=3, hosts=Counter({"mx.demo.example": 4}))
    assert named(doctor._received("a/INBOX", below, TRUST)) == {"results-below"}


def test_ledger_and_trust(tmp_path):
    (tmp_path / "vigie.db").write_text("something else")
    assert named([doctor._ledger(of(tmp_path))]) == {"ledger-unusable"}
    assert named([doctor._border(of(tmp_path))]) == {"trust-empty"}
    assert named([doctor._border(of(tmp_path, trust={"provider": "ovh"}))]) == set()
    assert named([doctor._border(of(tmp_path, trust={"border_hosts": ["mx.demo.example"]}))]) == set()


def test_the_name_of_the_example_is_told(tmp_path):
    """As `vigie init` writes it."""
    (tmp_path / "mot-de-passe").touch(mode=0o600)
    (tmp_path / "vigie.toml").write_text(example.EIGHT_LINES)
    found = doctor._border(config.load(tmp_path / "vigie.toml"))
    assert (found.good, found.setup) == (False, "trust-example")
    assert "border_hosts" in found.text
    for key in ("border_hosts", "authserv_ids"):
        assert named([doctor._border(of(tmp_path, trust={key: ["mx.other.example", "MX.example.org"]}))]) == {
            "trust-example"
        }


def test_what_reads_pictures(tmp_path, monkeypatch):
    """The program of another version, without its French, silent, and none; and the switch."""
    program = tmp_path / "tesseract"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    seen = []
    for does in ("echo tesseract 9.9; echo fra", "echo tesseract 9.9; echo eng", "exit 1"):
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
        tesseract._known.cache_clear()
        seen.append(pictures.pictures(of(tmp_path)))
    assert seen[0].text.endswith("tesseract 9.9 fra")
    assert named(seen[:1]) == set()
    assert named(seen[1:2]) == named(seen[2:]) == {"ocr-without-french"}
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert named([pictures.pictures(of(tmp_path))]) == {"ocr-missing"}
    off = pictures.pictures(of(tmp_path, limits={"ocr": False}))
    assert "ocr = false" in off.text
    assert named([off]) == set()
    assert all(found.good for found in (*seen, off)), "it is an extra"


def test_an_add_in_of_outlook_that_is_made_for_another_address(tmp_path):
    files = built(tmp_path, origin="https://static.example.org", server="https://vigie.example.org")
    ours = WebSettings.model_validate({"base_url": "https://vigie.example.org", "outlook": {"files": files}})
    (told,) = outside.outlook(ours)
    assert named([told]) == {"outlook-elsewhere"}
    assert told.good, "a warning: vigie web starts"
    assert "https://static.example.org" in told.text
    assert "https://vigie.example.org" in told.text
    assert told.remedy == "make addins ORIGIN=https://vigie.example.org"
    (told,) = outside.outlook(ours.model_copy(update={"base_url": None}))
    assert told.remedy == '[web] base_url = "https://static.example.org"'
    built(tmp_path, origin="https://vigie.example.org", server="https://other.example.org")
    assert not list(outside.outlook(ours)), "SERVER may be another"
    (files / "manifest.xml").unlink()
    assert not list(outside.outlook(ours))
    assert not list(outside.outlook(WebSettings()))


def test_every_set_up_is_in_both_languages_and_in_the_page():
    known = catalogue()
    assert len(known) >= 30
    for name, setup in known.items():
        for texts in (setup.what, setup.why, setup.mend):
            assert len(texts) == 2, name
            assert all(texts), name
    assert (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8") == page.render()


def test_every_set_up_is_named_by_a_test_above():
    """`named` compares whole sets, so a name that stands in a test has been seen there; packs: test_catalog.py."""
    text = Path(__file__).read_text(encoding="utf-8") + (ROOT / "tests" / "cli" / "test_catalog.py").read_text()
    assert set(catalogue()) <= set(re.findall(r'"([a-z-]+)"', text))


def test_a_mistake_in_alerts_or_metrics_is_named_with_its_line(tmp_path):
    for text, line, key in (
        ('[alerts.mail]\nhost = "a"\nsender = "no address"\nrecipients = ["a@b.example"]\n', 3, "alerts.mail.sender"),
        ('[metrics]\nlisten = "0.0.0.0:1"\n', 2, "metrics.listen"),
        ('[alerts.webhook]\nurl = "http://a.example"\n', 1, "alerts.webhook"),
        ("[alerts]\nper_hours = 3\n", 2, "alerts.per_hours"),
    ):
        with pytest.raises(config.ConfigError, match=f"vigie.toml:{line}: {key}: "):
            config.parse(text, tmp_path / "vigie.toml")


def test_what_is_wrong_why_and_how_to_mend_it_in_the_readers_language():
    told = {}
    for spoken in ("fr", "en"):
        language.use(spoken)
        (found,) = accounts.accounts(of(Path("/nowhere")))
        told[spoken] = (found.text, found.why, found.remedy)
    language.use("fr")
    assert told["fr"] == ("aucun compte", "rien n'est surveillé", "ajoutez une section [[accounts]] (vigie init)")
    assert told["en"] == ("no account", "nothing is watched", "add an [[accounts]] section (vigie init)")
