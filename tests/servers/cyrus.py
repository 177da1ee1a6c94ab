r"""A private Cyrus IMAP on loopback, plain text: any user name, one password. Two views of one store.

`account()` sees Debian's default: folders below "INBOX.", delimiter ".", others below "user.", shared ones at the top.
`account(view="alt")` sees the same mail with altnamespace and unixhierarchysep: own folders at the top, delimiter "/",
"Other Users/" and "Shared Folders/" (imapd.conf(5)).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from imapclient import IMAPClient

from tests.servers import processes
from tests.servers.dovecot import PASSWORD, client
from vigie.scanner.settings import AccountSettings

UNPACKED = Path(__file__).parents[2] / ".servers" / "cyrus"
ADMIN = "cyrusadmin"


class Cyrus:
    """A running server. Its mail is gone when it stops."""

    def __init__(self) -> None:
        if not (UNPACKED / "complete").exists():
            raise processes.ServerError("cyrus is not installed: make servers")
        self.base = processes.short_folder("cy")
        self.base.chmod(0o755)
        for folder in ("conf/socket", "conf/proc", "spool"):
            (self.base / folder).mkdir(parents=True)
        # the checkout may lie where the server's user cannot look
        for folder in ("bin", "lib"):
            shutil.copytree(UNPACKED / folder, self.base / folder)
        self._numbers = itertools.count(1)
        self._passwords = _Passwords(self.base / "mux")
        self.ports = {"classic": 0, "alt": 0}
        self._process = self._start()
        (self.base / "password").write_text(PASSWORD)
        (self.base / "password").chmod(0o600)

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(5):  # somebody else may take a port between our look and Cyrus's
            classic, alt = processes.free_ports(2)
            self.ports = {"classic": classic, "alt": alt}
            for view in self.ports:
                (self.base / f"{view}.conf").write_text(self._imapd_conf(alt=view == "alt"))
            (self.base / "cyrus.conf").write_text(self._cyrus_conf())
            processes.hand_over(self.base)
            # the linker's own search path, and no other program's
            libraries = f"LD_LIBRARY_PATH={self.base}/lib"
            # master spins for ever after SIGTERM when it is nobody's service; killed, it takes its services along
            command = ["setpriv", "--pdeathsig", "KILL", "env", libraries]
            command += [f"{self.base}/bin/master", "-C", f"{self.base}/classic.conf"]
            command += ["-M", f"{self.base}/cyrus.conf", "-p", f"{self.base}/conf/master.pid"]
            process = processes.spawn(command, self.base / "log")
            if processes.listening(process, classic, alt):
                return process
            processes.stop(process)
        raise processes.ServerError(f"cyrus does not start: {(self.base / 'log').read_text(errors='replace')}")

    def _imapd_conf(self, *, alt: bool) -> str:
        user, _ = processes.identity()
        yes = "yes" if alt else "no"
        return f"""configdirectory: {self.base}/conf
partition-default: {self.base}/spool
defaultpartition: default
admins: {ADMIN}
cyrus_user: {user}
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {self.base}/mux
sasl_mech_list: PLAIN LOGIN
allowplaintext: yes
virtdomains: off
altnamespace: {yes}
unixhierarchysep: {yes}
autocreate_quota: 0
autocreate_inbox_folders: Junk
autocreate_subscribe_folders: Junk
failedloginpause: 0
imapidlepoll: 1
skiplist_unsafe: 1
"""

    def _cyrus_conf(self) -> str:
        program = self.base / "bin"
        bound = f"{shutil.which('setpriv')} --pdeathsig KILL"  # ends when master does
        services = "\n".join(
            f'  {view} cmd="{bound} {program}/imapd -C {self.base}/{view}.conf" listen="127.0.0.1:{port}" prefork=0'
            for view, port in self.ports.items()
        )
        return f"""START {{
  recover cmd="{program}/ctl_cyrusdb -C {self.base}/classic.conf -r"
}}
SERVICES {{
{services}
}}
"""

    def stop(self) -> None:
        """Ends it and removes its folder."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        processes.stop(self._process)
        self._passwords.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def account(
        self, user: str = "user", view: Literal["classic", "alt"] = "classic", **changes: object
    ) -> AccountSettings:
        """The account of a user who did not exist before: an empty mailbox, made at the first login."""
        name = f"{user}-{next(self._numbers)}"
        settings: dict[str, object] = {
            "name": name,
            "host": "127.0.0.1",
            "port": self.ports[view],
            "tls": "none",
            "username": name,
            "password_file": self.base / "password",
            "timeout_s": 30.0,
        }
        return AccountSettings.model_validate(settings | changes)

    @contextlib.contextmanager
    def admin(self) -> Iterator[IMAPClient]:
        """A session of the administrator, who sees the mailboxes as "user.NAME.FOLDER"."""
        account = self.account()
        with client(account.model_copy(update={"username": ADMIN})) as imap:
            yield imap


class _Passwords:
    """What Cyrus asks whether a password is right: the socket of saslauthd(8), answered here. Any user, one password."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        path.chmod(0o777)
        self._socket.listen(64)
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection, contextlib.suppress(OSError), connection.makefile("rb") as asked:
                    _user, password, _service, _realm = (_counted(asked.read) for _ in range(4))
                    answer = b"OK" if password == PASSWORD.encode() else b"NO"
                    connection.sendall(len(answer).to_bytes(2, "big") + answer)


def _counted(read: Callable[[int], bytes]) -> bytes:
    return read(int.from_bytes(read(2), "big"))
