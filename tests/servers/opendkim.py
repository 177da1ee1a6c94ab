"""OpenDKIM as a milter, unprivileged, on loopback: a signer with a key of its own, or a border's verifier."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

from tests.servers import processes

SIGNER = """\
Mode s
Domain {domain}
Selector {selector}
KeyFile {base}/{selector}.private
Canonicalization relaxed/relaxed
InternalHosts 0.0.0.0/0
"""

WHOLE = """\
SignHeaders *,+Content-Type,+Content-Transfer-Encoding,+MIME-Version,+Message-ID
OversignHeaders From,Subject,Date,Content-Type,MIME-Version
"""
"""Every field that a reader sees. OpenDKIM leaves Content-Type, MIME-Version and Message-ID unsigned by itself."""

VERIFIER = """\
Mode v
AuthservID {authserv_id}
ResolverConfiguration {base}/unbound.conf
"""

BOTH = """\
Socket inet:{port}@127.0.0.1
PidFile {base}/pid
Syslog no
SoftwareHeader no
RequireSafeKeys no
Background no
TemporaryDirectory {base}
"""


class OpenDkim:
    """A running milter: `milter` is what Postfix calls it."""

    def __init__(self, configuration: str, *, base: Path, files: dict[str, str] | None = None) -> None:
        self.base = base
        self._configuration = configuration
        for name, text in (files or {}).items():
            (base / name).write_text(text)
        self.port = 0
        self._process = self._start()

    @property
    def milter(self) -> str:
        """For smtpd_milters."""
        return f"inet:127.0.0.1:{self.port}"

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(5):
            (self.port,) = processes.free_ports(1)
            config = self.base / "opendkim.conf"
            config.write_text(BOTH.format(base=self.base, port=self.port) + self._configuration)
            processes.hand_over(self.base)
            process = processes.spawn(["opendkim", "-f", "-x", str(config)], self.base / "stderr.log")
            if processes.listening(process, self.port):
                return process
            processes.stop(process)
        raise processes.ServerError(f"opendkim does not start: {self.log()}")

    def log(self) -> str:
        """The end of what it has said."""
        return (self.base / "stderr.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """Ends it and removes its folder. It keeps nothing, and takes seconds where it is asked politely."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(processes.STOP_S)
        shutil.rmtree(self.base, ignore_errors=True)


def signer(domain: str, selector: str, *, stock: bool = False) -> tuple[OpenDkim, str]:
    """A signer with a new key, and the line of a zone file that publishes it, as opendkim-genkey writes it.

    `stock`: it signs the fields that OpenDKIM signs by itself, and no others.
    """
    base = processes.short_folder("dk")
    program = shutil.which("opendkim-genkey", path="/usr/bin:/usr/sbin")
    if program is None:
        raise processes.ServerError("opendkim-genkey is not installed: make servers")
    subprocess.run(
        (program, "--bits=2048", "--restrict", f"--selector={selector}", f"--domain={domain}", f"--directory={base}"),
        check=True,
        capture_output=True,
    )
    # its owner name is relative to the domain; a comment follows the closing parenthesis
    record = (base / f"{selector}.txt").read_text().replace("_domainkey", f"_domainkey.{domain}.", 1)
    configuration = SIGNER.format(domain=domain, selector=selector, base=base) + ("" if stock else WHOLE)
    return OpenDkim(configuration, base=base), record


def verifier(authserv_id: str, dns_port: int, zones: tuple[str, ...]) -> OpenDkim:
    """A verifier that adds Authentication-Results in that name; it asks the server on that port about those zones."""
    base = processes.short_folder("dk")
    stubs = "".join(
        f'stub-zone:\n name: "{zone}"\n stub-addr: 127.0.0.1@{dns_port}\n stub-no-cache: yes\n' for zone in zones
    )
    unbound = f'server:\n do-not-query-localhost: no\n module-config: "iterator"\n{stubs}'
    configuration = VERIFIER.format(authserv_id=authserv_id, base=base)
    return OpenDkim(configuration, base=base, files={"unbound.conf": unbound})
