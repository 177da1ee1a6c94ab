"""A private authoritative Knot on loopback: zones are published while it runs."""

from __future__ import annotations

import shutil
import subprocess
import time

import dns.exception
import dns.message
import dns.query
import dns.rcode

from tests.servers import processes
from vigie.auth_checks.settings import DnsSettings

SOA = "@ 60 IN SOA ns.{zone}. hostmaster.{zone}. {serial} 3600 600 86400 60\n@ 60 IN NS ns.{zone}.\nns 60 IN A 127.0.0.1\n"


class Knot:
    """A running server. `port` on 127.0.0.1; `settings` makes a DnsResolver ask it and nobody else."""

    def __init__(self) -> None:
        self.base = processes.short_folder("kn")
        self.base.chmod(0o755)
        self.port = 0
        self._zones: dict[str, int] = {}
        for folder in ("run", "db", "zones"):
            (self.base / folder).mkdir()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(5):
            (self.port,) = processes.free_ports(1)
            self._write_config()
            processes.hand_over(self.base)
            process = self._spawn()
            if processes.listening(process, self.port):
                return process
            processes.stop(process)
        raise processes.ServerError(f"knotd does not start: {self.log()}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        return processes.spawn(["knotd", "-c", str(self.base / "knot.conf")], self.base / "stderr.log")

    def _write_config(self) -> None:
        zones = "".join(f"  - domain: {zone}\n" for zone in sorted(self._zones))
        (self.base / "knot.conf").write_text(
            f'server:\n    rundir: "{self.base}/run"\n    listen: 127.0.0.1@{self.port}\n'
            "    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n"
            f"log:\n  - target: {self.base}/knot.log\n    any: info\n"
            f'database:\n    storage: "{self.base}/db"\n'
            f'template:\n  - id: default\n    storage: "{self.base}/zones"\n    file: "%s.zone"\n'
            "    zonefile-sync: -1\n    zonefile-load: whole\n    journal-content: none\n"
            + (f"zone:\n{zones}" if zones else "")
        )

    @property
    def settings(self) -> DnsSettings:
        """For a resolver that asks this server."""
        return DnsSettings(nameservers=("127.0.0.1",), port=self.port)

    def publish(self, zone: str, records: str) -> None:
        """Serves the zone with these lines of a zone file (owner names relative to it); returns once it is answered."""
        zone = zone.removesuffix(".")
        serial = self._zones.get(zone, 0) + 1
        self._zones[zone] = serial
        (self.base / "zones" / f"{zone}.zone").write_text(
            f"$ORIGIN {zone}.\n$TTL 60\n{SOA.format(zone=zone, serial=serial)}{records}\n"
        )
        self._write_config()
        processes.hand_over(self.base)
        done = subprocess.run(
            (shutil.which("knotc", path="/usr/bin:/usr/sbin") or "knotc", "-c", str(self.base / "knot.conf"), "reload"),
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        self._await(zone, serial)

    def _await(self, zone: str, serial: int) -> None:
        deadline = time.monotonic() + processes.START_S
        while time.monotonic() < deadline:
            try:
                answer = dns.query.udp(dns.message.make_query(zone, "SOA"), "127.0.0.1", port=self.port, timeout=1)
            except (dns.exception.DNSException, OSError):
                continue
            if answer.rcode() == dns.rcode.NOERROR and answer.answer and answer.answer[0][0].serial == serial:
                return
            time.sleep(0.01)
        raise processes.ServerError(f"knot does not serve {zone}: {self.log()}")

    def log(self) -> str:
        """The end of what it has logged."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.base.glob("*.log")))[-3000:]

    def halt(self) -> None:
        """Ends it and keeps its zones: whoever asks now waits for nothing."""
        processes.stop(self._process)

    def resume(self) -> None:
        """Starts it again after `halt`, on the same port, with the same zones."""
        deadline = time.monotonic() + processes.START_S
        self._process = self._spawn()
        while not processes.listening(self._process, self.port):  # somebody else has the port for a moment
            processes.stop(self._process)
            if time.monotonic() > deadline:
                raise processes.ServerError(f"knotd does not start again: {self.log()}")
            time.sleep(0.05)
            self._process = self._spawn()
        for zone, serial in self._zones.items():
            self._await(zone, serial)

    def stop(self) -> None:
        """Ends it and removes its folder."""
        processes.stop(self._process)
        shutil.rmtree(self.base, ignore_errors=True)
