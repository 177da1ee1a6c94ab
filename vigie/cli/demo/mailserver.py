"""An IMAP server on loopback for one user: Dovecot where it is installed, else pymap. Private, rootless, gone afterwards."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vigie.cli.demo.processes import Child, free_port
from vigie.cli.language import say
from vigie.cli.status import Fault

USER = "demo"
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
_IMAP_PROGRAMS = (
    Path("/usr/lib/dovecot/imap"),
    Path("/usr/libexec/dovecot/imap"),
    Path("/usr/local/libexec/dovecot/imap"),
)
_PYMAP = """
import sys
from pathlib import Path
from pymap.main import main
sys.argv += ["--demo-password", Path(sys.argv.pop(1)).read_text()]
main()
"""
"""The password is read from a file: everybody on the machine sees a program's arguments."""
_TRIES = 5
"""Somebody else may take the port between our look and the server's."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that accepts connections, and how to log in."""

    name: str
    port: int
    password: str
    child: Child


def start(folder: Path, password: str) -> MailServer:
    """Starts the better of the two. `folder` is ours alone, and its path is short. Raises Fault."""
    starters: list[Callable[[Path, str, int], tuple[str, Child]]] = [_pymap]
    if dovecot_program() is not None:
        starters.insert(0, _dovecot)
    said = ""
    for starter in starters:
        for attempt in range(_TRIES):
            port = free_port()
            place = folder / f"{starter.__name__.strip('_')}-{attempt}"
            place.mkdir()
            name, child = starter(place, password, port)
            if child.listens(port):
                return MailServer(name, port, password, child)
            said = child.last_words()
            child.stop()
    raise Fault(
        say("aucun serveur IMAP ne démarre pour la démonstration", "no IMAP server starts for the demo") + f": {said}"
    )


def dovecot_program() -> str | None:
    """Dovecot's own program, where its IMAP part is installed, too."""
    return shutil.which("dovecot", path=_PATH) if any(map(Path.exists, _IMAP_PROGRAMS)) else None


def _pymap(folder: Path, password: str, port: int) -> tuple[str, Child]:
    secret = folder / "pymap-password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    command = [sys.executable, "-c", _PYMAP, str(secret), "--host", "127.0.0.1", "--port", str(port), "--no-tls"]
    command += ["--no-service", "managesieve", "--no-service", "admin", "dict"]
    command += ["--demo-user", USER]
    return "pymap", Child(command, folder / "log")


def _dovecot(folder: Path, password: str, port: int) -> tuple[str, Child]:
    program = dovecot_program() or "dovecot"
    version = subprocess.run((program, "--version"), capture_output=True, text=True, check=False).stdout  # noqa: S603 - an absolute path of ours
    as_root = os.getuid() == 0
    user, group = (
        ("nobody", "nogroup") if as_root else (pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name)
    )
    config = folder / "dovecot.conf"
    config.write_text(_configuration(version, folder=folder, user=user, group=group, port=port))
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{password}\n")
    for name in ("run", "state", "mail"):
        (folder / name).mkdir()
    if as_root:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user, group)
    child = Child([program, "-F", "-c", str(config)], folder / "log", user=user if as_root else "", group=group)
    return f"Dovecot {version.split(' ')[0].strip()}", child


_SHARED = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
listen = 127.0.0.1
protocols = imap
ssl = no
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""
_OLD = """
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = home={folder}/mail/%u
}}
"""
_NEW_HEAD = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
_NEW = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {{
  passwd_file_path = {folder}/users
}}
userdb static {{
  fields {{
    home = {folder}/mail/%{{user}}
  }}
}}
"""


def _configuration(version: str, **values: object) -> str:
    """Dovecot 2.4 wants its version first, and renamed what stands last; the rest means the same in both."""
    old = tuple(map(int, version.split(" ", maxsplit=1)[0].split(".")[:2])) < (2, 4)
    return (_SHARED + _OLD if old else _NEW_HEAD + _SHARED + _NEW).format(**values)
