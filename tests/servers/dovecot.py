"""A private Dovecot on loopback: any user name, one password, maildir, LMTP. One per test process and variant."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import smtplib
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

from tests.canary import MARK
from tests.servers import processes
from tests.servers.certificates import Authority
from vigie.scanner.settings import AccountSettings

PASSWORD = f"secret-{MARK}"
"""Searched for after the whole run, see tests.canary."""
POOR = "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE NAMESPACE AUTH=PLAIN"
"""Neither MOVE nor UIDPLUS, IDLE, CONDSTORE, UNSELECT, ESEARCH."""


@dataclass(frozen=True)
class Variant:
    """How a Dovecot differs from the plain one."""

    name: str = "full"
    capability: str = ""
    """Instead of its own list."""
    prefix: str = ""
    separator: str = "/"
    quota_kib: int = 0
    acl: bool = False
    """Rights of folders (RFC 4314), which SETACL changes."""
    connections: int = 50
    """That one user may hold from one address."""
    introspection: tuple[str, Path] | None = None
    """Takes OAuth tokens, too, and asks this address about them (RFC 7662), which that authority vouches for."""


PLAIN = Variant()


def _version() -> tuple[int, int]:
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise processes.ServerError("dovecot is not installed: make servers")
    major, minor = subprocess.check_output((program, "--version"), text=True).split()[0].split(".")[:2]
    return int(major), int(minor)


def _shared(base: Path, variant: Variant, ports: tuple[int, int, int]) -> str:
    """The lines that mean the same in 2.3 and 2.4.

    `service_count`: a process serves one connection after the other. Two new ones for each login cost more than all that is
    tested in it.
    """
    user, group = processes.identity()
    imap, imaps, lmtp = ports
    capability = f"imap_capability = {variant.capability}\n" if variant.capability else ""
    return f"""
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
listen = 127.0.0.1
ssl = yes
ssl_min_protocol = TLSv1.2
auth_mechanisms = plain login{" xoauth2 oauthbearer" if variant.introspection else ""}
auth_failure_delay = 0 secs
auth_cache_size = 0
mail_max_userip_connections = {variant.connections}
mail_fsync = never
{capability}namespace inbox {{
  inbox = yes
  prefix = {variant.prefix}
  separator = {variant.separator}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Tous {{
    special_use = \\All
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap {{
  service_count = 1000
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


def _config_2_3(base: Path, variant: Variant, ports: tuple[int, int, int], cert: Path, key: Path) -> str:
    quota = f"""
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = maildir:User quota
  quota_rule = *:storage={variant.quota_kib}K
  quota_grace = 0
}}
"""
    acl = """
mail_plugins = acl
protocol imap {
  mail_plugins = acl imap_acl
}
plugin {
  acl = vfile
}
"""
    return f"""
protocols = imap lmtp
{_shared(base, variant, ports)}
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password={PASSWORD}
{"  mechanisms = plain login" if variant.introspection else ""}
}}
{_oauth_2_3(base, variant)}
userdb {{
  driver = static
  args = home={base}/mail/%u{" allow_all_users=yes" if variant.introspection else ""}
}}
protocol lmtp {{
  auth_username_format = %Ln
  postmaster_address = postmaster@localhost
}}
{quota if variant.quota_kib else ""}{acl if variant.acl else ""}"""


def _oauth_2_3(base: Path, variant: Variant) -> str:
    if variant.introspection is None:
        return ""
    url, authority = variant.introspection
    (base / "oauth2.conf").write_text(
        f"introspection_mode = post\nintrospection_url = {url}\ntls_ca_cert_file = {authority}\n"
        "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
    )
    return f"""passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf
}}"""


def _oauth_2_4(variant: Variant) -> str:
    if variant.introspection is None:
        return ""
    url, authority = variant.introspection
    return f"""oauth2 {{
  introspection_mode = post
  introspection_url = {url}
  ssl_client_ca_file = {authority}
  username_attribute = username
  active_attribute = active
  active_value = true
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}"""


def _config_2_4(base: Path, variant: Variant, ports: tuple[int, int, int], cert: Path, key: Path) -> str:
    quota = f"""
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
}}
quota "User quota" {{
  quota_driver = maildir
  quota_storage_size = {variant.quota_kib}K
  quota_storage_grace = 0
}}
"""
    acl = """
mail_plugins = acl
protocol imap {
  mail_plugins = acl imap_acl
}
acl_driver = vfile
"""
    return f"""dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap lmtp
{_shared(base, variant, ports)}
ssl_server_cert_file = {cert}
ssl_server_key_file = {key}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
passdb static {{
  password = {PASSWORD}
{"  mechanisms_filter = plain login" if variant.introspection else ""}
}}
{_oauth_2_4(variant)}
userdb static {{
{"  userdb_static_allow_all_users = yes" if variant.introspection else ""}
  fields {{
    home = {base}/mail/%{{user}}
  }}
}}
protocol lmtp {{
  auth_username_format = %{{user | username | lower}}
  postmaster_address = postmaster@localhost
}}
{quota if variant.quota_kib else ""}{acl if variant.acl else ""}"""


class Dovecot:
    """A running server. `port` speaks STARTTLS, `imaps_port` TLS from the start; `cert` is the authority to trust."""

    def __init__(self, variant: Variant = PLAIN, cert: tuple[Path, Path] | None = None) -> None:
        self.variant = variant
        self.base = processes.short_folder("dc")
        self.base.chmod(0o755)
        for folder in ("run", "state", "mail"):
            (self.base / folder).mkdir()
        authority = Authority(self.base / "tls")
        self.cert = authority.ca
        pair = cert or authority.server("right")
        # what the server's user cannot read elsewhere it can read here
        self._pair = tuple(Path(shutil.copy(path, self.base / "tls" / f"server-{path.name}")) for path in pair)
        (self.base / "password").write_text(f"{PASSWORD}\n")
        (self.base / "password").chmod(0o600)
        self._numbers = itertools.count(1)
        self.port = self.imaps_port = self.lmtp_port = 0
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        write = _config_2_4 if _version() >= (2, 4) else _config_2_3
        for _ in range(5):  # somebody else may take a port between our look and Dovecot's
            ports = processes.free_ports(3)
            self.port, self.imaps_port, self.lmtp_port = ports
            config = self.base / "dovecot.conf"
            config.write_text(
                write(self.base, self.variant, (ports[0], ports[1], ports[2]), self._pair[0], self._pair[1])
            )
            processes.hand_over(self.base)
            process = processes.spawn(["dovecot", "-F", "-c", str(config)], self.base / "stderr.log")
            if processes.listening(process, *ports):
                return process
            processes.stop(process)
        raise processes.ServerError(f"dovecot does not start: {self.log()}")

    def stop(self) -> None:
        """Ends it and removes its folder."""
        processes.stop(self._process)
        shutil.rmtree(self.base, ignore_errors=True)

    def restart(self) -> None:
        """Ends it and starts it again, on other ports, with the same mail."""
        processes.stop(self._process)
        self._process = self._start()

    def log(self) -> str:
        """The end of what it has logged."""
        texts = [path.read_text(errors="replace") for path in sorted(self.base.glob("*.log"))]
        return "\n".join(texts)[-3000:]

    def account(self, user: str = "user", **changes: object) -> AccountSettings:
        """The account of a user who did not exist before: an empty mailbox."""
        name = f"{user}-{next(self._numbers)}"
        settings: dict[str, object] = {
            "name": name,
            "host": "127.0.0.1",
            "port": self.imaps_port,
            "ca_file": self.cert,
            "username": name,
            "password_file": None if "oauth" in changes else self.base / "password",
            "timeout_s": 30.0,
        }
        return AccountSettings.model_validate(settings | changes)

    def deliver(self, account: AccountSettings, *messages: bytes, sender: str = "sender@example.org") -> None:
        """Hands messages over by LMTP, as an MTA would."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            for raw in messages:
                lmtp.sendmail(sender, [f"{account.username}@localhost"], raw)


def put(account: AccountSettings, *messages: bytes) -> None:
    """Into its inbox as they are, byte for byte: a delivery writes lines of its own in front."""
    with client(account) as imap:
        for raw in messages:
            imap.append("INBOX", raw)


@contextlib.contextmanager
def client(account: AccountSettings) -> Iterator[IMAPClient]:
    """imapclient itself, logged in: the tests' own eyes and hands, independent of what they test."""
    import ssl

    context = ssl.create_default_context(cafile=str(account.ca_file)) if account.ca_file else None
    connection = IMAPClient(
        account.host, account.port, ssl=account.tls == "implicit", ssl_context=context, timeout=account.timeout_s
    )
    connection.normalise_times = False
    try:
        if account.tls == "starttls":
            connection.starttls(context)
        connection.login(account.username, account.password().get_secret_value())
        yield connection
    finally:
        with contextlib.suppress(Exception):
            connection.logout()


def append(
    account: AccountSettings,
    *messages: bytes,
    folder: str = "INBOX",
    flags: tuple[str, ...] = (),
    when: datetime | None = None,
) -> None:
    """Stores messages in a folder."""
    with client(account) as imap:
        for raw in messages:
            imap.append(folder, raw, flags, when)


def hashes(account: AccountSettings) -> Counter[str]:
    """How often each message's SHA-256 occurs, over all folders: what no action may ever change."""
    found: Counter[str] = Counter()
    with client(account) as imap:
        for flags, _, name in imap.list_folders():
            if b"\\Noselect" in flags or b"\\NonExistent" in flags:
                continue
            imap.select_folder(name, readonly=True)
            uids = imap.search()
            for start in range(0, len(uids), 200):
                for item in imap.fetch(uids[start : start + 200], ["BODY.PEEK[]"]).values():
                    if item[b"BODY[]"] is not None:  # NIL: moved away since it was found
                        found[hashlib.sha256(item[b"BODY[]"]).hexdigest()] += 1
    return found


def contents(account: AccountSettings) -> dict[str, list[bytes]]:
    """Every folder's messages, in UID order."""
    found: dict[str, list[bytes]] = {}
    with client(account) as imap:
        for flags, _, name in imap.list_folders():
            if b"\\Noselect" in flags or b"\\NonExistent" in flags:
                continue
            imap.select_folder(name, readonly=True)
            items = imap.fetch(imap.search(), ["BODY.PEEK[]"])
            raws = (items[uid][b"BODY[]"] for uid in sorted(items))
            found[name] = [raw for raw in raws if raw is not None]  # NIL: moved away since it was found
    return found
