"""Mails whose verdict is written on them, a pool that reads it off, and eyes on a mailbox that owe nothing to the code."""

from __future__ import annotations

import email
import hashlib
import socket
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.servers.dovecot import client
from vigie.judge.edition import Edition
from vigie.ledger.store import Ledger
from vigie.rules.types import Case, Label, Verdict
from vigie.scanner import cycle
from vigie.scanner.cycle import Summary
from vigie.scanner.hands import Hands
from vigie.scanner.judging import Pool
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.imap_faults import Lost
from vigie.scanner.room import Room
from vigie.scanner.session import Session
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Bench

QUARANTINE = "Quarantaine"
CHECK, REPORT = "À vérifier", "Signaler une fraude"


def mail(
    name: str, verdict: str = "unrelated", *, body: str = "", message_id: bool = True, campaign: str = ""
) -> bytes:
    """A message that the scripted pool will judge as it says. "proven" may stand behind the verdict, "retry" too."""
    head = [
        "From: =?utf-8?q?Am=C3=A9lie?= <amelie@example.org>",
        "To: accueil@example.com",
        f"Subject: {name}",
        "Date: Fri, 20 Nov 2026 08:00:00 +0100",
        f"X-Verdict: {verdict}",
        *([f"Message-ID: <{name}@example.org>"] if message_id else []),
        *([f"X-Campaign: {campaign}"] if campaign else []),
    ]
    return "\r\n".join([*head, "", body or f"Bonjour, voici {name}.", ""]).encode()


def sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


class ScriptedPool:
    """Judges at once, by the X-Verdict field. `seen`: every key that was handed in."""

    edition = Edition("0.1.0+scripted", "{}")

    def __init__(self) -> None:
        self.seen: list[str] = []

    def submit(self, raw: bytes, *, key: str, **_: object) -> Future[Case]:
        self.seen.append(key)
        message = email.message_from_bytes(raw[:4000])
        words = str(message.get("X-Verdict", "unrelated")).split()
        label = Label(words[0])
        future: Future[Case] = Future()
        future.set_result(
            Case(
                sha256=sha(raw),
                message_id=str(message.get("Message-ID", "")),
                subject=str(message.get("Subject", "")),
                author=str(message.get("From", "")),
                verdict=Verdict(
                    label,
                    None if label is Label.UNRELATED else "ameli",
                    {"unrelated": 1, "genuine": 2, "suspicious": 8, "impersonation": 6, "undecided": 9}[label],
                    (),
                    retry="retry" in words,
                    proven="proven" in words,
                ),
                evidence=None,
                links=(),
                explanation={"fr": "", "en": ""},
                advice={"fr": (), "en": ()},
                elapsed_ms=0.1,
                size=len(raw),
                campaign=str(message.get("X-Campaign", "")),
            )
        )
        return future


def bench(pool: Pool | None = None) -> Bench:
    """What a supervisor judges with."""
    return Bench(pool or ScriptedPool(), 1 << 20, Room(1 << 26))


@dataclass(frozen=True, order=True)
class Seen:
    """A message as another client sees it, without its UID."""

    folder: str
    subject: str
    sha256: str
    flags: tuple[str, ...]
    date: datetime


def look(account: AccountSettings) -> list[Seen]:
    """Everything in every folder, sorted."""
    found = []
    with client(account) as connection:
        for flags, _, name in connection.list_folders():
            if b"\\Noselect" in flags or b"\\NonExistent" in flags:
                continue
            connection.select_folder(name, readonly=True)
            for item in connection.fetch(connection.search(), ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"]).values():
                raw = item[b"BODY[]"]
                if raw is None:  # NIL: moved away since it was found
                    continue
                kept = sorted(flag.decode() for flag in item[b"FLAGS"] if flag != b"\\Recent")
                subject = str(email.message_from_bytes(raw).get("Subject", ""))
                found.append(Seen(name, subject, sha(raw), tuple(kept), item[b"INTERNALDATE"]))
    return sorted(found)


def is_reply(seen: Seen) -> bool:
    """A reply of ours to somebody who moved a message into a folder that is a button."""
    return seen.subject.startswith("[Vigie]")


def places(account: AccountSettings) -> dict[str, list[str]]:
    """Subject -> the folders that it lies in."""
    found: dict[str, list[str]] = {}
    for seen in look(account):
        found.setdefault(seen.subject, []).append(seen.folder)
    return found


def flags(account: AccountSettings, subject: str) -> set[str]:
    """The flags of the one message of that subject."""
    (seen,) = [item for item in look(account) if item.subject == subject]
    return set(seen.flags)


def uids(account: AccountSettings, folder: str = "INBOX") -> tuple[int, list[int]]:
    """UIDVALIDITY and the UIDs of a folder."""
    with client(account) as connection:
        status = connection.select_folder(folder, readonly=True)
        return int(status[b"UIDVALIDITY"]), [int(uid) for uid in connection.search()]


def cut(mailbox: imap.ImapMailbox, farewell: str = "") -> None:
    """Ends a connection, after a BYE with these words if there are any.

    The descriptor stays open until its own thread lets go of it: closed here, its number would be the next socket's, from
    which that thread would then read.
    """
    wire = mailbox._session.wire
    if farewell:
        wire.lost = Lost("bye", farewell)
    socket.socket.shutdown(wire.sock, socket.SHUT_RDWR)


def scan(account: AccountSettings, ledger: Ledger, pool: ScriptedPool | None = None, **more: Any) -> Summary:
    """One pass over INBOX."""
    options: dict[str, Any] = {"folder": "INBOX", "mode": "enforce", **more}
    return cycle.scan(account, ledger, pool or ScriptedPool(), **options)


def hands(account: AccountSettings, ledger: Ledger) -> Hands:
    """A fresh connection and the ledger. The caller closes the session."""
    return Hands(Session(account, imap.connect), ledger)


NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
