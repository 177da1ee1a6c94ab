"""Debian's Roundcube on loopback: PHP's own servers, SQLite, a Dovecot, and the plugin as `make addins` packs it."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import queue
import shutil
import sqlite3
import subprocess
import threading
from functools import partial
from pathlib import Path

from deploy.roundcube import roundcube
from tests.servers import processes
from tests.servers.dovecot import Dovecot

PROGRAM = Path("/usr/share/roundcube")
OURS = Path("/var/lib/roundcube")
"""What Debian puts beside the program: the skins with the libraries that they take from other packages."""
WORKERS = 4
"""Requests at a time: the page has to come while the plugin waits for Vigie."""
STATIC = ("/plugins/", "/skins/", "/program/")


class _Front(http.server.SimpleHTTPRequestHandler):
    """The web server: files, and one PHP for each request.

    With workers of its own, PHP's server takes connections into a worker that is busy with another one: they would wait for it.
    """

    idle: queue.Queue[int]
    """Ports of those that have nothing to do."""

    def do_GET(self) -> None:
        if self.path.startswith(STATIC):
            super().do_GET()
        else:
            self._php()

    def do_POST(self) -> None:
        self._php()

    def end_headers(self) -> None:
        if self.path.startswith(STATIC):
            self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()

    def log_message(self, *args: object) -> None:
        pass

    def _php(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        port = self.idle.get()
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as upstream:
                upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    upstream.putheader(name, "close" if name.lower() == "connection" else value)
                upstream.endheaders(body)
                told = upstream.getresponse()
                content = told.read()
        finally:
            self.idle.put(port)
        self.send_response_only(told.status)
        for name, value in told.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class _Quiet(http.server.ThreadingHTTPServer):
    """A browser that has gone on to another page does not wait for an answer: nothing to tell."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        pass


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
        self._processes: list[subprocess.Popen[bytes]] = []
        idle: queue.Queue[int] = queue.Queue()
        for _ in range(WORKERS):
            idle.put(self._php())
        front = type("Front", (_Front,), {"idle": idle})
        self._server = _Quiet(("127.0.0.1", 0), partial(front, directory=str(self.base / "public_html")))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

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
        self._server.shutdown()
        self._server.server_close()
        for process in self._processes:
            processes.stop(process)
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

    def _php(self) -> int:
        """The port of one more."""
        settings = {
            "opcache.enable_cli": 1,
            "session.save_path": self.base / "temp",
            "error_log": self.base / "php.log",
        }
        options = [part for key, value in settings.items() for part in ("-d", f"{key}={value}")]
        for _ in range(5):  # somebody else may take the port between our look and PHP's
            (port,) = processes.free_ports(1)
            command = ["php", *options, "-S", f"127.0.0.1:{port}", "-t", str(self.base / "public_html")]
            process = processes.spawn(command, self.base / "server.log")
            if processes.listening(process, port):
                self._processes.append(process)
                return port
            processes.stop(process)
        raise processes.ServerError(f"PHP does not start: {(self.base / 'server.log').read_text()}")
