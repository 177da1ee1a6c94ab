"""Reading an IMAP mailbox: folders, UIDs, messages. Nothing here changes anything, and every fault becomes a MailboxError."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from vigie.scanner.mailboxes.base import Allows, Fetched, FolderStatus, MailboxError, Summary, UnclearOutcome
from vigie.scanner.mailboxes.imap_faults import Lost, Refused, loss, meaning, refusal
from vigie.scanner.mailboxes.imap_idle import Idle
from vigie.scanner.mailboxes.imap_session import Listed, Session, encoded, quoted
from vigie.scanner.mailboxes.imap_sets import MAX_UID, date, internaldate, uid_sets
from vigie.scanner.mailboxes.imap_wire import text_of

WINDOW: Final = 5_000
"""UIDs that one SEARCH asks about (I-30); more when a mailbox has few messages in a wide range of UIDs."""
WIDEST: Final = 16_000_000
BATCH_BYTES: Final = 4 * 1024 * 1024
BATCH_COUNT: Final = 200
_NEWEST: Final = 20
"""Messages that are looked at where a search does not know them yet."""
SLACK: Final = 1024 * 1024
"""What a literal may exceed the size that was announced by (Exchange announces estimates)."""


class ImapReader:
    """One session: opening, listing and reading; see base.Mailbox for what each method promises."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._idle = Idle(session.wire)
        self._names: dict[str, bytes] = {}
        """Folders that the server listed: the name as people read it -> as the server wrote it."""
        self._folder: FolderStatus | None = None
        self._opened = 0

    # --- folders

    def folders(self) -> Sequence[str]:
        """LIST, without those that cannot be selected."""
        with self._doing("listing the folders"):
            return [listed.name for listed in self._list("*") if selectable(listed)]

    def select(self, folder: str, *, read_only: bool) -> FolderStatus:
        """SELECT or EXAMINE. A folder whose UIDVALIDITY is missing or 0 is refused: its UIDs mean nothing (I-09)."""
        self._folder = None
        self._opened += 1
        doing = f"opening the folder {folder}"
        with self._doing(doing):
            self._open(folder, read_only=read_only)
            status = self._status(folder, read_only=read_only)
        if status.uidvalidity == 0:
            raise MailboxError("protocol", f"{self._session.host}: {doing}: no UIDVALIDITY", temporary=False)
        self._folder = status
        return status

    def _open(self, folder: str, *, read_only: bool) -> None:
        """A name that the server writes neither as modified UTF-7 nor as told is known only once it was listed (I-15)."""
        try:
            self._session.select(self._wire_name(folder), read_only=read_only)
        except Refused as refused:
            if meaning(refused)[0] != "folder" or folder.isascii() or folder in self._names:
                raise
            self._list("*")
            if folder not in self._names:
                raise
            self._session.select(self._wire_name(folder), read_only=read_only)

    def _list(self, pattern: str | bytes) -> list[Listed]:
        found = self._session.listing(pattern)
        self._names.update((listed.name, listed.wire_name) for listed in found)
        return found

    def _listed(self, folder: str) -> Listed | None:
        if folder.upper() == "INBOX":
            return Listed(frozenset(), "", "INBOX", b"INBOX")
        # wildcards in a name would match others: the names are compared
        pattern = quoted(encoded(folder, utf8=self._session.utf8))
        return next((listed for listed in self._list(pattern) if listed.name == folder), None)

    def _real_names(self, folder: str) -> Sequence[str]:
        """The name below the personal namespace, with the server's delimiter for "/" (I-14); the name as it was given second.

        The second is none where it would lie among other people's folders: with "INBOX." for one's own and "" for shared ones
        (Cyrus) a bare "Quarantaine" is a folder that everybody may read.
        """
        spaces = self._session.namespaces()
        if folder.upper() == "INBOX" or (spaces.prefix and folder.startswith(spaces.prefix)):
            return (folder,)
        if any(prefix and folder.startswith(prefix) for prefix in spaces.others):
            return (folder,)  # whoever writes such a prefix means it
        real = folder.replace("/", spaces.delimiter) if spaces.delimiter else folder
        return (spaces.prefix + real,) if "" in spaces.others else (spaces.prefix + real, folder)

    def _wire_name(self, folder: str) -> bytes:
        return self._names.get(folder) or encoded(folder, utf8=self._session.utf8)

    def _status(self, folder: str, *, read_only: bool) -> FolderStatus:
        session = self._session
        flags = session.code("PERMANENTFLAGS")
        if "PERMANENTFLAGS" not in session.wire.untagged_responses:
            flags = session.code("FLAGS")  # RFC 9051 section 6.3.2: when it is missing, all can be kept
        exists, uidnext, validity = (_number(session.code(name)) for name in ("EXISTS", "UIDNEXT", "UIDVALIDITY"))
        read_only = read_only or "READ-ONLY" in session.wire.untagged_responses
        if uidnext == 0:
            uidnext = max(session.search("UID *"), default=0) + 1 if exists else 1
        return FolderStatus(
            folder, validity, uidnext, exists, read_only, tuple(text_of(flags).strip().strip("()").split())
        )

    # --- reading

    def uids_after(self, uid: int) -> Iterator[int]:
        """Windows of UIDs; the last one is open, for what has come since the folder was opened."""
        return self._search(uid + 1, "")

    def uids_since(self, day: datetime) -> Iterator[int]:
        """The same windows, with SINCE."""
        return self._search(1, f" SINCE {date(day)}")

    def _search(self, low: int, criteria: str) -> Iterator[int]:
        folder = self._selected()
        opened = self._opened
        width, seen = WINDOW, 0
        with self._doing("searching"):
            self._session.command("NOOP")  # a search sees what the server has told: let it tell what is new
        while low <= MAX_UID:
            self._still(opened)
            high = low + width - 1
            last = high >= folder.uidnext - 1 or folder.exists - seen <= WINDOW
            with self._doing("searching"):
                # "UID n:*" also gives the last message when its UID is below n (I-31)
                found = self._session.search(f"UID {low}:{'*' if last else high}{criteria}")
            seen += len(found)
            yield from sorted({uid for uid in found if uid >= low})
            if last:
                return
            width = WINDOW if len(found) > WINDOW // 2 else min(width * 4, WIDEST)
            low = high + 1

    def fetch(self, uids: Sequence[int], *, limit: int, allows: Allows | None = None) -> Iterator[Fetched]:
        """Sizes first, then batches of a few megabytes; what is over the limit alone, and its beginning only.

        One message needs no size, unless somebody has to allow it: at most one byte beyond the limit is asked for.
        """
        self._selected()
        if len(uids) == 1 and allows is None:
            yield from self._fetch_batch(uids, limit, whole=False)
            return
        opened = self._opened
        for uid_set in uid_sets(uids):
            self._still(opened)
            with self._doing("reading sizes"):
                answers = self._session.fetch(uid_set, "(UID RFC822.SIZE)")
            sizes = {int(answer[b"UID"]): answer.get(b"RFC822.SIZE") for answer in answers}
            for batch, whole in _batches(sizes, limit):
                self._still(opened)
                if allows is not None and not allows(batch, sum(_most(sizes[uid], limit) for uid in batch)):
                    return
                yield from self._fetch_batch(batch, limit, whole=whole)

    def _fetch_batch(self, batch: Sequence[int], limit: int, *, whole: bool) -> list[Fetched]:
        body = "BODY.PEEK[]" if whole else f"BODY.PEEK[]<0.{limit + 1}>"
        self._session.wire.expect(literal=limit + SLACK, answer=2 * (limit + BATCH_BYTES))
        found: dict[int, Fetched] = {}
        for uid_set in uid_sets(batch):
            with self._doing("reading messages"):
                answers = self._session.fetch(uid_set, f"(UID FLAGS INTERNALDATE {body})")
            for answer in answers:
                raw = next((value for key, value in answer.items() if key.startswith(b"BODY[]")), None)
                uid = answer[b"UID"]
                if not isinstance(raw, bytes) or uid not in batch:
                    continue  # vanished meanwhile (I-12), or an announcement about another message
                found[uid] = Fetched(uid, raw[:limit], flags_of(answer), _when(answer), len(raw) > limit)
        return list(found.values())

    def summaries(self, uids: Sequence[int]) -> Iterator[Summary]:
        """One FETCH for many."""
        self._selected()
        opened = self._opened
        items = "(UID RFC822.SIZE FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
        for uid_set in uid_sets(uids):
            self._still(opened)
            with self._doing("reading headers"):
                answers = self._session.fetch(uid_set, items)
            for answer in answers:
                if isinstance(answer.get(b"RFC822.SIZE"), int) and (header := _header(answer)) is not None:
                    size = answer[b"RFC822.SIZE"]
                    yield Summary(answer[b"UID"], size, flags_of(answer), _when(answer), header)

    def find(self, message_id: str, size: int) -> Sequence[int]:
        """SEARCH HEADER, then SEARCH by size where that finds nothing (some index words only); every hit is compared."""
        self._selected()
        wanted = _bare(message_id)
        by_size = f"LARGER {size - 1} SMALLER {size + 1}" if size > 0 else "SMALLER 1"
        questions = [by_size]
        if wanted and wanted.isascii() and wanted.isprintable() and len(wanted) < 500:
            questions.insert(0, f"{by_size} HEADER MESSAGE-ID {quoted(wanted.encode()).decode()}")
        for question in questions:
            with self._doing("searching"):
                hits = self._session.search(question)
            found = [s.uid for s in self.summaries(hits) if s.size == size and (not wanted or s.message_id == wanted)]
            if found:
                return sorted(found)
        return []

    def named(self, message_id: str) -> Sequence[int]:
        """SEARCH HEADER, then what was appended last: some servers index a new message only later."""
        folder = self._selected()
        questions = (
            f"HEADER MESSAGE-ID {quoted(message_id.encode()).decode()}",
            f"UID {max(folder.uidnext - _NEWEST, 1)}:*",
        )
        for question in questions:
            with self._doing("searching"):
                hits = self._session.search(question)
            found = [one.uid for one in self.summaries(hits) if one.message_id == message_id]
            if found:
                return sorted(found)
        return []

    def next_uid(self, folder: str) -> tuple[int, int] | None:
        """STATUS (RFC 9051 section 6.3.11). Both numbers or none: a UIDNEXT means nothing under another UIDVALIDITY."""
        with self._doing(f"looking at the folder {folder}"):
            try:
                self._session.command("STATUS", quoted(self._wire_name(folder)), "(UIDVALIDITY UIDNEXT)", take="STATUS")
            except Refused as refused:
                if meaning(refused)[0] == "folder":
                    return None
                raise
            said = self._session.code("STATUS")
        told = dict(re.findall(rb"(UIDVALIDITY|UIDNEXT) (\d+)", said.upper().rpartition(b"(")[2]))
        return (int(told[b"UIDVALIDITY"]), int(told[b"UIDNEXT"])) if len(told) == 2 else None

    # --- faults

    def _selected(self) -> FolderStatus:
        if self._folder is None:
            raise MailboxError("folder", f"{self._session.host}: no folder is open", temporary=False)
        return self._folder

    def _still(self, opened: int) -> None:
        """UIDs of one folder are never used in another."""
        if opened != self._opened:
            text = f"{self._session.host}: another folder was opened while the first was being read"
            raise MailboxError("protocol", text, temporary=False)

    @contextlib.contextmanager
    def _doing(self, what: str, *, changes: bool = False, idle: bool = False) -> Iterator[None]:
        """Makes faults of what goes wrong; what was sent to change something and never understood is unclear (2.0 step 4)."""
        session = self._session
        if self._idle.active and not idle:
            raise MailboxError("protocol", f"{session.host}: {what}: still waiting for mail (IDLE)", temporary=False)
        sent = session.wire.sent
        fault: MailboxError
        try:
            yield
            self._same_validity()
            return
        except MailboxError:
            raise
        except Refused as refused:
            raise refusal(session.host, refused, what) from None
        except Lost as lost:
            fault = loss(session.host, lost, what)
        except (session.client.Error, ValueError, TypeError, LookupError):
            # parsed amiss: what it quotes may be mail, and where the next answer begins is anybody's guess
            session.wire.shutdown()
            fault = loss(session.host, Lost("garbled"), what)
        except BaseException:
            session.wire.shutdown()  # cut off in the middle of an answer: the next would be taken for this one
            raise
        if changes and session.wire.sent > sent:
            raise UnclearOutcome(str(fault), slow=not fault.cut) from None
        raise fault from None

    def _same_validity(self) -> None:
        """A UIDVALIDITY that changes within a session makes every UID that we know worthless (I-09)."""
        said = _number(self._session.code("UIDVALIDITY"))
        if self._folder is not None and said not in (0, self._folder.uidvalidity):
            self._folder = None
            self._opened += 1
            text = f"{self._session.host}: the folder's UIDVALIDITY changed: it must be opened anew"
            raise MailboxError("protocol", text, temporary=True)


def _batches(sizes: dict[int, Any], limit: int) -> Iterator[tuple[list[int], bool]]:
    """(UIDs, whether they are fetched whole), bounded in bytes and number; over the limit, or of unknown size: alone."""
    batch: list[int] = []
    weight = 0
    for uid, size in sorted(sizes.items()):
        if not isinstance(size, int) or size > limit:
            yield [uid], False
            continue
        if batch and (weight + size > BATCH_BYTES or len(batch) >= BATCH_COUNT):
            yield batch, True
            batch, weight = [], 0
        batch.append(uid)
        weight += size
    if batch:
        yield batch, True


def _most(size: object, limit: int) -> int:
    """Bytes that are fetched of a message of that announced size; of an unknown one what is asked for."""
    return min(size, limit + 1) if isinstance(size, int) else limit + 1


def selectable(listed: Listed) -> bool:
    """A folder that holds messages, and not only a name above others."""
    return not listed.attributes & {"\\noselect", "\\nonexistent"}


def _number(text: bytes) -> int:
    digits = text.split()[:1]
    return int(digits[0]) if digits and digits[0].isdigit() else 0


def flags_of(answer: dict[bytes, Any]) -> tuple[str, ...]:
    r"""The flags and keywords of one FETCH answer, without \Recent."""
    flags = answer.get(b"FLAGS")
    words = (text_of(flag) if isinstance(flag, bytes) else str(flag) for flag in flags or ())
    return tuple(word for word in words if word.lower() != "\\recent")


def _when(answer: dict[bytes, Any]) -> datetime:
    return internaldate(text_of(answer.get(b"INTERNALDATE")))


def _header(answer: dict[bytes, Any]) -> str | None:
    """The Message-ID of HEADER.FIELDS, bare; None where the answer has no such item."""
    for key, value in answer.items():
        if key.startswith(b"BODY[HEADER.FIELDS"):
            text = text_of(value)
            found = re.match(r"message-id[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", text, re.IGNORECASE)
            return _bare("".join(found.group(1).splitlines())) if found else ""
    return None


def _bare(message_id: str) -> str:
    """A Message-ID without blanks around it and without angle brackets."""
    return message_id.strip().removeprefix("<").removesuffix(">").strip()
