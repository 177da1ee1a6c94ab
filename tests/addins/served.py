"""`vigie web` behind a wire that is listened to: what an add-in asks in its own tests."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.canary import MARK
from tests.cli.program import JUDGING
from tests.servers import processes
from tests.servers.cutter import Cutter
from tests.web.served import ROOT
from vigie.ledger.people import new_id
from vigie.ledger.people_types import Told
from vigie.ledger.store import Ledger
from vigie.ledger.token_types import PREFIX, Token, Use
from vigie.ledger.tokens import fresh

REPORTS = 1
"""That one token may hand in within an hour; then it is told to wait."""


@dataclass
class Server:
    """`vigie web` in a process of its own. `ledger` is the tests' own eye on it."""

    origin: str
    """The wire's."""
    wire: Cutter
    ledger: Ledger
    end: contextlib.ExitStack
    """Of the server, and the wire."""

    def token(self, *uses: Use) -> str:
        """A token that is good, with the mark in it: wherever it is seen is found."""
        secret, at = PREFIX + MARK + fresh()[len(PREFIX) + len(MARK) :], datetime.now(UTC)
        token = Token(new_id(), "An add-in", frozenset(uses), None, ROOT.who, at, at + timedelta(days=1))
        assert self.ledger.tokens.add(token, secret, ROOT) is Told.DONE
        return secret

    def revoke(self, secret: str) -> None:
        """Makes it one that was good."""
        token = self.ledger.tokens.good(secret, at=datetime.now(UTC))
        assert token is not None
        assert self.ledger.tokens.revoke(token.id, ROOT, at=token.created_at) is Told.DONE

    def asked(self, path: str = "/api/v1/check", kind: str = "message/rfc822") -> int:
        """How often mails were sent there."""
        heads = re.findall(rb"^POST (\S+) HTTP/1\.1\r\n(.*?)\r\n\r\n", self.sent(), re.MULTILINE | re.DOTALL)
        return sum(head == path.encode() and kind.encode() in rest for head, rest in heads)

    def sent(self) -> bytes:
        """All that went there."""
        return bytes(self.wire.said["to_server"])


@contextlib.contextmanager
def served(folder: Path, more: str = "") -> Iterator[Server]:
    """The real pages, which judge with the name servers of the demo. `more`: of `[web.api]`."""
    with contextlib.ExitStack() as stack:
        ends = stack.enter_context(contextlib.ExitStack())
        wire = _started(folder, more, ends)
        ledger = stack.enter_context(Ledger(f"sqlite:///{folder / 'vigie.db'}", "tests"))
        yield Server(f"http://127.0.0.1:{wire.port}", wire, ledger, ends)


def _started(folder: Path, more: str, ends: contextlib.ExitStack) -> Cutter:
    """The wire; it ends with the stack, and so does what is behind it."""
    config = folder / "vigie.toml"
    command = [sys.executable, "-m", "vigie", "--config", str(config), "web"]
    for _ in range(5):  # somebody else may take the port between our look and the pages'
        (port,) = processes.free_ports(1)
        tried = ends.enter_context(contextlib.ExitStack())
        wire = tried.enter_context(Cutter(port))
        where = f'[web]\nlisten = "127.0.0.1:{port}"\nbase_url = "http://127.0.0.1:{wire.port}"\n'
        config.write_text(f"{JUDGING}{where}[web.api]\nreports_per_hour = {REPORTS}\n{more}")
        process = processes.spawn(command, folder / "web.log", unprivileged=False, cwd=Path.cwd())
        tried.callback(processes.stop, process)
        if any(processes.listening(process, port) for _ in range(3)):
            return wire
        tried.close()
    raise processes.ServerError(f"the pages do not start: {(folder / 'web.log').read_text()}")
