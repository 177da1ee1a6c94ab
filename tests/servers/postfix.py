"""A private Postfix on loopback: own configuration, queue and data; nothing under /etc or /var is read or written.

Postfix's master must start as root. It is started directly and not by the `postfix` command, which wants an
/etc/postfix/main.cf that names every other configuration directory, and takes seconds for checks of files that are
ours alone. Whatever ends the test process, the pipe to the supervising shell closes, and the shell stops Postfix.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import smtplib
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.servers import processes

MASTER = Path("/usr/lib/postfix/sbin/master")

MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {base}/log/mail.log
maillog_file_prefixes = {base}/log
myhostname = {host}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
milter_default_action = tempfail
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""
"""No name server is asked: the machine's own knows nothing of the tests' zones, and may not be there."""

SERVICES = """\
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
lmtp      unix - - n - - lmtp
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

SUPERVISOR = Path(__file__).with_name("postfix.sh")


def as_root() -> list[str]:
    """What stands before a command that needs root. Raises ServerError, in one line, where there is no way to be root."""
    if os.getuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(("sudo", "-n", "true"), capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    raise processes.ServerError("Postfix starts as root only: run the tests as root, or where sudo asks no password")


class Postfix:
    """A running server. `listeners`: name -> options of master.cf for one smtpd each; `ports` says where they listen."""

    def __init__(
        self, host: str, settings: Mapping[str, str], listeners: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        if not MASTER.exists():
            raise processes.ServerError("postfix is not installed: make servers")
        self.host = host
        self.base = processes.short_folder("pf")
        for folder in (self.base, self.base / "etc", self.base / "log"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        self._listeners = dict(listeners or {"smtp": {}})
        self.ports: dict[str, int] = {}
        self._settings = {**_parsed(MAIN.format(base=self.base, host=host)), **settings}
        self._process = self._start()

    @property
    def port(self) -> int:
        """Of the first listener."""
        return next(iter(self.ports.values()))

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(5):  # somebody else may take a port between our look and Postfix's
            found = processes.free_ports(len(self._listeners))
            self.ports = dict(zip(self._listeners, found, strict=True))
            self._write()
            process = self._spawn()
            if processes.listening(process, *found):
                return process
            self._stop(process)
        raise processes.ServerError(f"postfix does not start: {self.log()}")

    def _write(self) -> None:
        lines = [f"{name} = {value}\n" for name, value in self._settings.items()]
        main = self.base / "etc/main.cf"
        main.write_text("".join(lines))
        # Each of its programs waits 0.3 s where the file is younger than a second, lest somebody is still writing it.
        os.utime(main, (0, 0))
        smtpd = "".join(
            f"127.0.0.1:{self.ports[name]} inet n - n - - smtpd\n"
            + "".join(f"  -o {{ {key} = {value} }}\n" for key, value in options.items())
            for name, options in self._listeners.items()
        )
        (self.base / "etc/master.cf").write_text(smtpd + SERVICES)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self.base / "stderr.log").open("ab") as output:
            return subprocess.Popen(
                [*as_root(), "/bin/sh", str(SUPERVISOR), str(self.base), str(MASTER)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the test process; what it leaves is told by the pipe
                cwd="/",
            )

    @staticmethod
    def _stop(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(processes.STOP_S)

    def stop(self) -> None:
        """Ends it and removes its folder, with whatever is still queued."""
        self._stop(self._process)
        shutil.rmtree(self.base, ignore_errors=True)

    def log(self) -> str:
        """The end of what it has logged."""
        paths = [self.base / "stderr.log", *sorted((self.base / "log").glob("*"))]
        return "\n".join(path.read_text(errors="replace") for path in paths if path.exists())[-4000:]


def _parsed(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def send(port: int, sender: str, recipient: str, raw: bytes, *, helo: str = "mail.example.net") -> None:
    """Hands a message over by SMTP. Envelope and bytes go out as they are, whatever they are."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname=helo, timeout=30) as smtp:
        smtp.command_encoding = "utf-8"
        smtp.ehlo_or_helo_if_needed()
        _agreed(*smtp.docmd("MAIL", f"FROM:<{sender}>"))
        _agreed(*smtp.docmd("RCPT", f"TO:<{recipient}>"))
        _agreed(*smtp.data(raw))


def _agreed(code: int, said: bytes) -> None:
    if code not in (250, 251):
        raise processes.ServerError(f"refused: {code} {said.decode(errors='replace')}")
