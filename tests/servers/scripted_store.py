"""Folders and messages behind FakeImap: servers with habits that Dovecot and Cyrus do not have. One connection at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.servers.fakeimap import Reply

DATE: Final = b'"22-Nov-2026 10:00:00 +0100"'
ALL_MAIL: Final = "[Gmail]/All Mail"


@dataclass
class Stored:
    """One message, wherever it is shown."""

    raw: bytes
    flags: set[bytes] = field(default_factory=set)


class Store:
    """What a server keeps. `replies` is the script for FakeImap.

    `announced`: the RFC822.SIZE of a message. `permanent`: PERMANENTFLAGS. `uses`: folder -> attributes in LIST.
    """

    def __init__(
        self,
        capability: bytes,
        *,
        permanent: bytes = rb"\Seen \Deleted \Flagged \*",
        announced: Callable[[bytes], int] = len,
        uses: dict[str, bytes] | None = None,
    ) -> None:
        self.capability = capability
        self.permanent = permanent
        self.announced = announced
        self.uses = {"INBOX": b"", **(uses or {})}
        self.folders: dict[str, dict[int, Stored]] = {name: {} for name in self.uses}
        self.next: dict[str, int] = dict.fromkeys(self.uses, 1)
        self.open = ""

    @property
    def replies(self) -> dict[str, Reply]:
        """One entry a command; what is not here is answered by OK."""
        return {
            "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS " + self.capability + b"\r\n%t OK done\r\n",
            "LIST": self._list,
            "SELECT": self._select,
            "EXAMINE": self._select,
            "STATUS": self._status,
            "CREATE": self._create,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
            "UID STORE": self._store,
            "UID MOVE": self._move,
        }

    def put(self, raw: bytes, folder: str = "INBOX") -> Stored:
        """A message arrives."""
        stored = Stored(raw)
        self.show(stored, folder)
        return stored

    def show(self, stored: Stored, folder: str) -> int:
        """It is in that folder from now on; its UID there."""
        uid = self.next[folder]
        self.next[folder] += 1
        self.folders[folder][uid] = stored
        return uid

    def where(self, stored: Stored) -> list[str]:
        """The folders that show it."""
        return sorted(name for name, held in self.folders.items() if any(one is stored for one in held.values()))

    def moved(self, uid: int, source: str, destination: str) -> int | None:
        """What MOVE does; the new UID."""
        stored = self.folders[source].pop(uid, None)
        return None if stored is None else self.show(stored, destination)

    def _list(self, line: bytes) -> bytes:
        pattern = _strings(line)[1]
        if not pattern:
            return b'* LIST (\\Noselect) "/" ""\r\n%t OK done\r\n'
        names = [name for name in self.folders if pattern in ("*", name)]
        lines = (b'* LIST (%s) "/" "%s"\r\n' % (self.uses.get(name, b""), name.encode()) for name in names)
        return b"".join(lines) + b"%t OK done\r\n"

    def _select(self, line: bytes) -> bytes:
        (name,) = _strings(line)
        if name not in self.folders:
            self.open = ""
            return b"%t NO [NONEXISTENT] no such folder\r\n"
        self.open = name
        word = b"READ-ONLY" if line.upper().startswith(b"EXAMINE") else b"READ-WRITE"
        return (
            (
                b"* %d EXISTS\r\n* OK [PERMANENTFLAGS (%s)] k\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT %d] n\r\n"
                % (len(self.folders[name]), self.permanent, self.next[name])
            )
            + b"%t OK ["
            + word
            + b"] done\r\n"
        )

    def _status(self, line: bytes) -> bytes:
        (name,) = _strings(line)
        if name not in self.folders:
            return b"%t NO [NONEXISTENT] no such folder\r\n"
        return b'* STATUS "%s" (UIDVALIDITY 7 UIDNEXT %d)\r\n%%t OK done\r\n' % (name.encode(), self.next[name])

    def _create(self, line: bytes) -> bytes:
        (name,) = _strings(line)
        self.folders.setdefault(name, {})
        self.next.setdefault(name, 1)
        return b"%t OK done\r\n"

    def _search(self, line: bytes) -> bytes:
        held = self.folders[self.open]
        found = set(held)
        if ranged := re.search(rb"UID (\d+):(\d+|\*)", line.partition(b"SEARCH ")[2]):
            low, high = int(ranged.group(1)), ranged.group(2)
            found = {uid for uid in held if uid >= low and (high == b"*" or uid <= int(high))}
        if larger := re.search(rb"LARGER (\d+)", line):
            found = {uid for uid in found if self.announced(held[uid].raw) > int(larger.group(1))}
        if smaller := re.search(rb"SMALLER (\d+)", line):
            found = {uid for uid in found if self.announced(held[uid].raw) < int(smaller.group(1))}
        if header := re.search(rb'HEADER MESSAGE-ID "(.*)"', line):
            found = {uid for uid in found if header.group(1) in held[uid].raw}
        return b"* SEARCH" + b"".join(b" %d" % uid for uid in sorted(found)) + b"\r\n%t OK done\r\n"

    def _fetch(self, line: bytes) -> bytes:
        held = self.folders[self.open]
        wanted, items = line.split(b" ", 3)[2:]
        answers = []
        for number, uid in enumerate(sorted(held), 1):
            if _in_set(uid, wanted):
                answers.append(b"* %d FETCH (UID %d%s)\r\n" % (number, uid, self._items(held[uid], items)))
        return b"".join(answers) + b"%t OK done\r\n"

    def _items(self, stored: Stored, items: bytes) -> bytes:
        said = b" FLAGS (%s) INTERNALDATE %s" % (b" ".join(sorted(stored.flags)), DATE)
        said += b" RFC822.SIZE %d" % self.announced(stored.raw)
        if b"HEADER.FIELDS" in items:
            found = re.search(rb"(?im)^message-id:.*\r\n", stored.raw)
            header = (found.group() if found else b"") + b"\r\n"
            return said + b" BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}\r\n%s" % (len(header), header)
        if part := re.search(rb"BODY\.PEEK\[\](?:<0\.(\d+)>)?", items):
            raw = stored.raw[: int(part.group(1))] if part.group(1) else stored.raw
            return said + b" BODY[]%s {%d}\r\n%s" % (b"<0>" if part.group(1) else b"", len(raw), raw)
        return said

    def _store(self, line: bytes) -> bytes:
        uid, sign, words = re.findall(rb"STORE (\d+) ([+-])FLAGS.SILENT \((.*)\)", line)[0]
        stored = self.folders[self.open].get(int(uid))
        if stored is not None:
            flags = set(words.split())
            stored.flags = stored.flags | flags if sign == b"+" else stored.flags - flags
        return b"%t OK done\r\n"

    def _move(self, line: bytes) -> bytes:
        uid, destination = int(line.split(b" ")[2]), _strings(line)[-1]
        if destination not in self.folders:
            return b"%t NO [TRYCREATE] no such folder\r\n"
        there = self.moved(uid, self.open, destination)
        code = b"" if there is None else b"[COPYUID 7 %d %d] " % (uid, there)
        return b"%t OK " + code + b"done\r\n"


class Gmail(Store):
    """Labels: a folder is a view of one store, "All Mail" shows all of it, and MOVE changes labels (I-42)."""

    def __init__(self) -> None:
        uses = {
            "[Gmail]": rb"\HasChildren \Noselect",
            ALL_MAIL: rb"\HasNoChildren \All",
            "[Gmail]/Spam": rb"\HasNoChildren \Junk",
            "[Gmail]/Starred": rb"\HasNoChildren \Flagged",
        }
        super().__init__(b"UNSELECT IDLE NAMESPACE MOVE X-GM-EXT-1 SPECIAL-USE CONDSTORE UTF8=ACCEPT", uses=uses)
        del self.folders["[Gmail]"]

    @property
    def replies(self) -> dict[str, Reply]:
        """NAMESPACE, too."""
        return {**super().replies, "NAMESPACE": b'* NAMESPACE (("" "/")) NIL NIL\r\n%t OK done\r\n'}

    def put(self, raw: bytes, folder: str = "INBOX") -> Stored:
        """In that folder, and in All Mail."""
        stored = super().put(raw, folder)
        self.show(stored, ALL_MAIL)
        return stored

    def moved(self, uid: int, source: str, destination: str) -> int | None:
        """One label goes, another comes; nothing leaves All Mail but for Spam and Trash."""
        stored = self.folders[source].get(uid)
        if stored is None:
            return None
        leaves = [name for name in self.folders if name == source != ALL_MAIL or "Spam" in destination]
        for name in leaves:
            self.folders[name] = {key: one for key, one in self.folders[name].items() if one is not stored}
        return self.show(stored, destination)


def exchange() -> Store:
    """Exchange Online: no keywords, sizes that are estimates, no NAMESPACE prefix."""
    return Store(
        b"SASL-IR MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+",
        permanent=rb"\Seen \Answered \Flagged \Deleted \Draft $MDNSent",
        announced=lambda raw: len(raw) - 20,
    )


def _strings(line: bytes) -> Sequence[str]:
    return [text.decode() for text in re.findall(rb'"([^"]*)"', line)]


def _in_set(uid: int, wanted: bytes) -> bool:
    for part in wanted.split(b","):
        low, _, high = part.partition(b":")
        if int(low) <= uid <= int(high or low):
            return True
    return False
