"""Debian's Roundcube on loopback: PHP's own server, SQLite, a Dovecot, and the plugin as `make addins` packs it."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

from deploy.roundcube import roundcube
from tests.servers import processes
from tests.servers.dovecot import Dovecot

PROGRAM = Path("/usr/share/roundcube")
OURS = Path("/var/lib/roundcube")
"""What Debian puts beside the program: the skins with the libraries that they take from other packages."""
WORKERS = 4
"""Requests at a time: the page has to come while the plugin waits for Vigie."""


class Roundcube:
    """A running webmail. `configure` says what the plugin finds in its configuration from the next request on."""

    def __init__(self, dovecot: Dovecot) -> None:
        if not PROGRAM.is_dir():
            raise processes.ServerError("roundcube is not installed: make servers")
        self.base = processes.short_folder("rc")
        self.base.chmod(0o755)
        self.told = self.base / "vigie.token"
        """A secret is in there, and its name says so."""
        self._lay_out()
        self._write_config(dovecot)
        self.configure({})
        processes.hand_over(self.base)
        self._process = self._start()

    def configure(self, settings: dict[str, object]) -> None:
        """The plugin's settings."""
        new = self.told.with_suffix(".new")
        new.write_text(json.dumps(settings))
        new.chmod(0o644)
        new.rename(self.told)

    def lend(self, path: Path) -> str:
        """A copy of a file, which PHP can read."""
        copy = Path(shutil.copy(path, self.base / "temp"))
        copy.chmod(0o644)
        return str(copy)

    def stop(self) -> None:
        """Ends it and removes its folder."""
        processes.stop(self._process)
        shutil.rmtree(self.base, ignore_errors=True)

    def log(self) -> str:
        """What it has logged about errors."""
        logs = [self.base / "logs" / "errors.log", self.base / "php.log"]
        return "\n".join(path.read_text(errors="replace") for path in logs if path.is_file())

    def _lay_out(self) -> None:
        """As /var/lib/roundcube is: public_html is what the web server shows."""
        for folder in ("config", "logs", "temp", "plugins", "public_html/program"):
            (self.base / folder).mkdir(parents=True)
        for name in ("program", "index.php"):
            (self.base / name).symlink_to(PROGRAM / name)
        (self.base / "skins").symlink_to(OURS / "skins")
        for name in ("plugins", "skins"):
            (self.base / "public_html" / name).symlink_to(f"../{name}")
        for name in ("js", "resources"):
            (self.base / "public_html/program" / name).symlink_to(f"../../program/{name}")
        shutil.copy(OURS / "public_html/index.php", self.base / "public_html")
        for name in ("jqueryui", "filesystem_attachments"):
            (self.base / "plugins" / name).symlink_to(PROGRAM / "plugins" / name)
        subprocess.run(("tar", "-xf", roundcube(self.base), "-C", self.base / "plugins"), check=True)
        with contextlib.closing(sqlite3.connect(self.base / "roundcube.db")) as database:
            database.executescript((PROGRAM / "SQL/sqlite.initial.sql").read_text())

    def _write_config(self, dovecot: Dovecot) -> None:
        config = self.base / "config"
        for name in ("defaults.inc.php", "mimetypes.php"):
            shutil.copy(f"/etc/roundcube/{name}", config)
        (config / "config.inc.php").write_text(f"""<?php
$config['db_dsnw'] = 'sqlite:///{self.base}/roundcube.db?mode=0640';
$config['imap_host'] = '127.0.0.1:{dovecot.port}';
$config['smtp_host'] = '';
$config['des_key'] = 'rcmail-!24ByteDESkey*Str';
$config['log_dir'] = '{self.base}/logs/';
$config['temp_dir'] = '{self.base}/temp/';
$config['plugins'] = ['vigie'];
$config['session_storage'] = 'php';
$config['mail_read_time'] = -1;
""")
        told = f"<?php\n$config = json_decode(file_get_contents('{self.told}'), true);\n"
        (config / "vigie.inc.php").write_text(told)

    def _start(self) -> subprocess.Popen[bytes]:
        for _ in range(5):  # somebody else may take the port between our look and PHP's
            (port,) = processes.free_ports(1)
            self.origin = f"http://127.0.0.1:{port}"
            settings = {
                "opcache.enable_cli": 1,
                "session.save_path": self.base / "temp",
                "error_log": self.base / "php.log",
            }
            options = [part for key, value in settings.items() for part in ("-d", f"{key}={value}")]
            command = ["env", f"PHP_CLI_SERVER_WORKERS={WORKERS}", "php", *options, "-S", f"127.0.0.1:{port}"]
            command += ["-t", str(self.base / "public_html")]
            process = processes.spawn(command, self.base / "server.log")
            if processes.listening(process, port):
                return process
            processes.stop(process)
        raise processes.ServerError(f"PHP does not start: {(self.base / 'server.log').read_text()}")
