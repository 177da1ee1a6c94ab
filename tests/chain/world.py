"""Real servers in a row, as between ameli and a town hall: who signs, who forwards, who receives, who stores, who names.

sender (Postfix + OpenDKIM) -> [forwarder (Postfix) ->] border (Postfix, with or without OpenDKIM) -> Dovecot
                                      Knot serves the zones to the border's OpenDKIM and to Vigie
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.program import account_toml, vigie
from tests.servers import opendkim
from tests.servers.crossing import Crossing
from tests.servers.dovecot import Dovecot, client, contents
from tests.servers.knot import Knot
from tests.servers.postfix import Postfix, send
from tests.servers.rspamd import BELOW, Rspamd
from vigie.ledger.store import Ledger
from vigie.ledger.types import Record
from vigie.scanner.settings import AccountSettings

OFFICIAL_IP = "203.0.113.25"
FORWARDER_IP = "203.0.113.77"
LIST_IP = "203.0.113.99"
STRANGER_IP = "198.51.100.66"

BORDER = "mx.demo.example"
STORE = socket.gethostname()
"""What Dovecot's LMTP writes as its by-host above the border's Received field: the machine's bare name."""
DOMAIN = "info.ameli.fr"
ENVELOPE = f"retour@{DOMAIN}"
SELECTOR = "chain"
STOCK = "stock"
"""Signs what OpenDKIM signs unless it is told otherwise."""

# The recipient's domain chooses the way: through a forwarder, or right to the border, which has no filter, OpenDKIM, rspamd
# that writes its results on top, or rspamd as it is when nobody says where.
PLAIN = "demo.example"
CHECKED = "opendkim.example"
FILTERED = "rspamd.example"
FILTERED_BELOW = "below.example"
FORWARDED = "asso.example"

ARRIVAL_S = 30.0
ZONE = f"""
_dmarc       TXT "v=DMARC1; p=reject; sp=reject"
info         TXT "v=spf1 ip4:{OFFICIAL_IP} -all"
out25.info   TXT "v=spf1 ip4:{OFFICIAL_IP} -all"
_dmarc.info  TXT "v=DMARC1; p=reject; adkim=s"
"""


@dataclass(frozen=True)
class Judged:
    """One message after `vigie scan`."""

    record: Record
    folder: str
    """Where it lies now."""
    raw: bytes
    flags: tuple[bytes, ...]

    @property
    def verdict(self) -> str:
        """The label."""
        return self.record.verdict

    @property
    def case(self) -> dict[str, Any]:
        """What the ledger keeps of it."""
        return dict(json.loads(self.record.case_json))

    @property
    def authentication(self) -> dict[str, Any]:
        """The evidence."""
        return dict(self.case["authentication"])

    @property
    def rules(self) -> set[str]:
        """The rules that found something."""
        return {finding["rule"] for finding in self.case["findings"]}

    def status(self, method: str) -> str:
        """spf or dmarc: its result word."""
        return str(self.authentication[method]["status"])


class World:
    """All of them, running. What is sent is delivered for real."""

    def __init__(self) -> None:
        self._crossings: dict[tuple[int, str], Crossing] = {}
        """By port behind and client address."""
        with contextlib.ExitStack() as stack:
            self.knot = Knot()
            stack.callback(self.knot.stop)
            self.dovecot = Dovecot()
            stack.callback(self.dovecot.stop)
            signer, self._key = opendkim.signer(DOMAIN, SELECTOR)
            stack.callback(signer.stop)
            stock, self._stock_key = opendkim.signer(DOMAIN, STOCK, stock=True)
            stack.callback(stock.stop)
            for above in ("fr", "example"):  # a resolver gets an answer about them; Knot refuses what it does not serve
                self.knot.publish(above, "")
            self.publish()
            verifier = opendkim.verifier(BORDER, self.knot.port, ("ameli.fr",))
            stack.callback(verifier.stop)
            rspamd, below = Rspamd(self.knot.port), Rspamd(self.knot.port, results=BELOW)
            stack.callback(rspamd.stop)
            stack.callback(below.stop)
            crossing = {"smtpd_upstream_proxy_protocol": "haproxy"}
            filters = {CHECKED: verifier.milter, FILTERED: rspamd.milter, FILTERED_BELOW: below.milter}
            self.border = Postfix(
                BORDER,
                {
                    "virtual_mailbox_domains": f"{PLAIN}, {', '.join(filters)}",
                    "virtual_transport": f"lmtp:inet:127.0.0.1:{self.dovecot.lmtp_port}",
                    "smtputf8_enable": "no",  # Dovecot's LMTP offers none: a UTF-8 envelope goes through as it is
                },
                {PLAIN: crossing, **{name: {**crossing, "smtpd_milters": milter} for name, milter in filters.items()}},
            )
            stack.callback(self.border.stop)
            self.forwarder = Postfix(
                f"mail.{FORWARDED}",
                {
                    "relayhost": self._route(self.border.ports[PLAIN], FORWARDER_IP),
                    "virtual_alias_domains": FORWARDED,
                    "virtual_alias_maps": f"regexp:{{{{/^(.*)@{FORWARDED}$$/ $$1@{PLAIN}}}}}",
                },
                {"smtp": crossing},
            )
            stack.callback(self.forwarder.stop)
            ways = {**self.border.ports, FORWARDED: self.forwarder.port}
            routes = ", ".join(f"{domain}=smtp:{self._route(port, OFFICIAL_IP)}" for domain, port in ways.items())
            self.sender = Postfix(
                f"out25.{DOMAIN}",
                {"transport_maps": f"inline:{{{routes}}}"},
                {SELECTOR: {"smtpd_milters": signer.milter}, STOCK: {"smtpd_milters": stock.milter}},
            )
            stack.callback(self.sender.stop)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """Ends all of them."""
        self._stack.close()
        for crossing in self._crossings.values():
            crossing.close()

    def publish(self, *, key: bool = True) -> None:
        """The zone of ameli.fr, with or without the signer's keys."""
        keys = f"{self._key}\n{self._stock_key}" if key else ""
        self.knot.publish("ameli.fr", ZONE + keys)

    def _crossing(self, target: int, client_ip: str) -> int:
        crossing = self._crossings.get((target, client_ip))
        if crossing is None:
            crossing = self._crossings[target, client_ip] = Crossing(target, client_ip)
        return crossing.port

    def _route(self, port: int, client_ip: str) -> str:
        return f"[127.0.0.1]:{self._crossing(port, client_ip)}"

    def account(self, name: str) -> AccountSettings:
        """A new mailbox, scanned in enforce mode."""
        return self.dovecot.account(name, mode="enforce")

    def official(
        self, account: AccountSettings, raw: bytes, *, to: str = PLAIN, sender: str = ENVELOPE, selector: str = SELECTOR
    ) -> None:
        """Submits a message at the sending Postfix, which has it signed; the recipient's domain chooses the way."""
        send(self.sender.ports[selector], sender, f"{account.username}@{to}", raw, helo="paie.ameli.example")

    def stranger(
        self,
        account: AccountSettings,
        raw: bytes,
        *,
        to: str = PLAIN,
        sender: str = ENVELOPE,
        client_ip: str = STRANGER_IP,
        helo: str = f"out25.{DOMAIN}",
    ) -> None:
        """Hands a message to the border itself, from that address; what it says of itself is a lie."""
        port = self._crossing(self.border.ports[to], client_ip)
        send(port, sender, f"{account.username}@{to}", raw, helo=helo)

    def arrived(self, account: AccountSettings) -> bytes:
        """The one message of that mailbox, as soon as it is there."""
        deadline = time.monotonic() + ARRIVAL_S
        while time.monotonic() < deadline:
            found = contents(account)["INBOX"]
            if found:
                assert len(found) == 1
                return found[0]
            time.sleep(0.05)
        logs = "\n".join(server.log() for server in (self.sender, self.forwarder, self.border))
        raise AssertionError(f"nothing arrived for {account.name}: {logs}")

    def configure(
        self, folder: Path, accounts: Sequence[AccountSettings], trust: str = "", *, timeout_s: float = 2.0
    ) -> Path:
        """A vigie.toml for these mailboxes. `trust`: more lines of [trust]."""
        text = (
            f'[ledger]\nurl = "sqlite:///{folder}/vigie.db"\n'
            f'[dns]\nnameservers = ["127.0.0.1"]\nport = {self.knot.port}\ntimeout_s = {timeout_s}\nbudget_s = {2 * timeout_s}\n'
            f'[trust]\nborder_hosts = ["{BORDER}", "{STORE}"]\n{trust}\n[limits]\nworkers = 1\n'
        )
        path = folder / "vigie.toml"
        path.write_text(text + "".join(map(account_toml, accounts)))
        return path

    def scan(self, folder: Path, accounts: Sequence[AccountSettings]) -> dict[str, Judged]:
        """One `vigie scan` with the vigie.toml of that folder: what it knows of each mailbox's message, by account."""
        done = vigie("scan", "--no-fail", cwd=folder)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        with Ledger(f"sqlite:///{folder}/vigie.db") as ledger:
            records = {account.name: list(ledger.records(account=account.name)) for account in accounts}
        return {account.name: _judged(account, records[account.name]) for account in accounts}


def _judged(account: AccountSettings, records: Sequence[Record]) -> Judged:
    """The one message of the mailbox, wherever it lies, and what the ledger knows of it."""
    assert len(records) == 1
    with client(account) as imap:
        for _, _, folder in imap.list_folders():
            imap.select_folder(folder, readonly=True)
            for item in imap.fetch(imap.search(), ["BODY.PEEK[]", "FLAGS"]).values():
                return Judged(records[0], folder, item[b"BODY[]"], tuple(item[b"FLAGS"]))
    raise AssertionError(f"the message of {account.name} is gone")
