"""The IMAP mailbox: what base.Mailbox promises, on any server that follows RFC 3501 or RFC 9051."""

from __future__ import annotations

import contextlib
import hashlib
import re
import ssl
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from vigie.scanner.mailboxes.base import FolderStatus, MailboxError, Moved, UnclearOutcome
from vigie.scanner.mailboxes.imap_faults import Lost, Refused, meaning
from vigie.scanner.mailboxes.imap_reading import ImapReader, flags_of, selectable
from vigie.scanner.mailboxes.imap_session import ATOM, Session, open_session, quoted
from vigie.scanner.mailboxes.imap_sets import date_time
from vigie.scanner.settings import AccountSettings

LARGEST: Final = 256 * 1024 * 1024
"""A message that is compared with its copy."""
GOODBYE_S: Final = 3.0
KEYWORD_REFUSED: Final = frozenset({"LIMIT", "CANNOT", "NOPERM", "READ-ONLY"})
"""The server keeps no such keyword: what was kept is read back, no fault (I-16)."""
VIEWS: Final = frozenset({"\\all", "\\flagged", "\\important"})
"""Uses of folders whose messages lie elsewhere, too (RFC 6154 section 2, RFC 8457)."""


def connect(account: AccountSettings) -> ImapMailbox:
    """A session that is logged in. Raises MailboxError."""
    return ImapMailbox(open_session(account))


class ImapMailbox(ImapReader):
    """One session; see base.Mailbox for what each method promises."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._views: dict[str, bool] = {}

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server says that it can do, after login."""
        return self._session.capabilities

    @property
    def certificate_ends(self) -> datetime | None:
        """When the server's certificate expires; None on a connection without TLS."""
        told = self._session.wire.sock.getpeercert() if isinstance(self._session.wire.sock, ssl.SSLSocket) else None
        ends = told.get("notAfter") if told else None
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if isinstance(ends, str) else None

    def rights(self, folder: str) -> str | None:
        """Ours on that folder, as letters (RFC 4314 section 3.5); None where the server does not say."""
        if not self._session.has("ACL"):
            return None
        with self._doing(f"asking for the rights on {folder}"):
            try:
                lines = self._session.command("MYRIGHTS", quoted(self._wire_name(folder)), take="MYRIGHTS")
            except Refused:
                return None
        found = re.search(rb"([A-Za-z0-9]+)$", lines[-1].strip()) if lines and isinstance(lines[-1], bytes) else None
        return found.group(1).decode() if found else None

    @property
    def takes_away(self) -> bool:
        """MOVE or UIDPLUS."""
        return self._session.has("MOVE") or self._session.has("UIDPLUS")

    # --- changing

    def ensure_folder(self, folder: str) -> str:
        """LIST, else CREATE and SUBSCRIBE; somebody else's CREATE in between is as good (I-13)."""
        with self._doing(f"creating the folder {folder}", changes=True):
            names = self._real_names(folder)
            for name in dict.fromkeys(names):
                if (listed := self._listed(name)) is not None and selectable(listed):
                    return listed.name
            real = names[0]
            wire_name = self._wire_name(real)
            try:
                self._session.command("CREATE", quoted(wire_name))
            except Refused as refused:
                if refused.code != "ALREADYEXISTS" and self._listed(real) is None:
                    raise
            with contextlib.suppress(Refused):  # some servers know no subscriptions; the folder is there
                self._session.command("SUBSCRIBE", quoted(wire_name))
            return real

    def add_keywords(self, uid: int, keywords: Iterable[str]) -> tuple[str, ...]:
        """Those that PERMANENTFLAGS promises to keep are stored, and read back: some servers say OK and keep nothing."""
        folder = self._writable()
        wanted = [keyword for keyword in _checked(keywords) if folder.keeps(keyword)]
        if wanted:
            with self._doing("setting keywords", changes=True):
                try:
                    self._session.command("UID", "STORE", str(uid), "+FLAGS.SILENT", f"({' '.join(wanted)})")
                except Refused as refused:
                    if refused.code not in KEYWORD_REFUSED:
                        raise
        with self._doing("reading flags"):
            kept = {
                flag.lower() for answer in self._session.fetch(str(uid), "(UID FLAGS)") for flag in flags_of(answer)
            }
        return tuple(keyword for keyword in wanted if keyword.lower() in kept)

    def remove_keywords(self, uid: int, keywords: Iterable[str]) -> None:
        """STORE -FLAGS.SILENT."""
        self._writable()
        names = _checked(keywords)
        if names:
            with self._doing("removing keywords", changes=True):
                self._session.command("UID", "STORE", str(uid), "-FLAGS.SILENT", f"({' '.join(names)})")

    def append(self, folder: str, raw: bytes, flags: Sequence[str], internaldate: datetime) -> tuple[int, int] | None:
        """The bytes exactly as given. APPENDUID where there is one (RFC 4315)."""
        names = _checked(flag for flag in flags if flag.lower() != "\\recent")
        with self._doing(f"storing a message in {folder}", changes=True):
            self._session.append(self._wire_name(folder), raw, names, date_time(internaldate))
            found = re.fullmatch(rb"(\d+) (\d+)", self._session.code("APPENDUID"))
        return (int(found.group(1)), int(found.group(2))) if found else None

    def move(self, uid: int, folder: str) -> Moved:
        """Threats 2.0 step 2 and 3. A destination that is missing is created, once. Out of a view nothing is moved (I-42)."""
        self._not_a_view(self._writable().name)
        if self._session.has("MOVE"):
            with self._doing(f"moving a message to {folder}", changes=True):
                target = self._transfer("MOVE", uid, folder)
            return Moved(target[0], target[1], "move") if target else Moved(None, None, "move")
        return self._move_by_copy(uid, folder)

    def finish_move(self, uid: int, folder: str, copy_uid: int) -> Moved:
        """The rest of a move whose COPY is known to have worked; that copy is compared once more, byte by byte."""
        self._writable()
        doing = f"comparing with the copy in {folder}"
        original = self._digests([uid], doing).get(uid)
        if original is None:
            return Moved(None, None, "copy")
        validity, same = self._look_into(folder, doing, original, [copy_uid])
        if not same:
            raise MailboxError("refused", f"{self._session.host}: {doing}: it is not the same", temporary=False)
        return self._remove_original(uid, validity, copy_uid)

    def _move_by_copy(self, uid: int, folder: str) -> Moved:
        r"""COPY, tagged OK, the copy seen at the destination; only then \Deleted and UID EXPUNGE of that UID (I-02, I-03)."""
        doing = f"copying a message to {folder}"
        if self._session.has("UIDPLUS") and "\\deleted" not in map(str.lower, self._selected().permanent):
            # RFC 4314 section 4: without that right STORE says OK all the same; a copy would be all that comes of it
            text = f"{self._session.host}: {doing}: the server lets nobody take it out of {self._selected().name}"
            raise MailboxError("refused", text, temporary=False)
        with self._doing(doing):
            name = quoted(self._wire_name(folder))
            try:
                self._session.command("STATUS", name, "(UIDNEXT)", take="STATUS")
            except Refused:
                folder = self.ensure_folder(folder)
                self._session.command("STATUS", quoted(self._wire_name(folder)), "(UIDNEXT)", take="STATUS")
            found = re.search(rb"UIDNEXT (\d+)", self._session.code("STATUS"))
            fresh = int(found.group(1)) if found else 1
        with self._doing(doing, changes=True):
            target = self._transfer("COPY", uid, folder)
        if target is not None:
            return self._remove_original(uid, *target)
        try:
            original = self._digests([uid], doing).get(uid)
            if original is None:
                return Moved(None, None, "copy")
            validity, same = self._look_into(folder, doing, original, None, fresh)
        except MailboxError as error:
            raise UnclearOutcome(str(error)) from None
        if not same:
            raise UnclearOutcome(f"{self._session.host}: {doing}: the copy cannot be found")
        return self._remove_original(uid, validity, same[-1])

    def _transfer(self, command: str, uid: int, folder: str) -> tuple[int, int] | None:
        """UID MOVE or UID COPY to its OK; (UIDVALIDITY, UID) at the destination where COPYUID tells (I-05)."""
        session = self._session
        for attempt in (1, 2):
            try:
                session.command("UID", command, str(uid), quoted(self._wire_name(folder)))
                break
            except Refused as refused:
                if session.code("COPYUID") or session.code("EXPUNGE"):
                    # RFC 6851 section 4.3: refused, and yet something was moved
                    raise UnclearOutcome(f"{session.host}: the server refused a {command} and did it") from None
                if meaning(refused)[0] != "folder" or attempt == 2:
                    raise
                folder = self.ensure_folder(folder)
        for line in session.wire.untagged_responses.get("COPYUID", []):
            found = re.fullmatch(rb"(\d+) (\d+)(?::\2)? (\d+)(?::\3)?", line) if isinstance(line, bytes) else None
            if found and int(found.group(2)) == uid:
                return int(found.group(1)), int(found.group(3))
        return None

    def _remove_original(self, uid: int, validity: int, copy_uid: int) -> Moved:
        if not self._session.has("UIDPLUS"):
            # without UID EXPUNGE only the bare one is left, which takes what other clients marked, too (I-03)
            return Moved(validity, copy_uid, "copied-only")
        doing = "removing the original of a verified copy"
        try:
            with self._doing(doing, changes=True):
                self._session.command("UID", "STORE", str(uid), "+FLAGS.SILENT", "(\\Deleted)")
                self._session.command("UID", "EXPUNGE", str(uid))
                # OK is no proof (I-06), where rights are wanting: said to be gone, or seen not to be there
                gone = bool(self._session.code("EXPUNGE")) or not self._still_there(uid)
        except UnclearOutcome:
            raise
        except MailboxError as error:
            raise UnclearOutcome(f"{error}; the message is in both folders") from None
        return Moved(validity, copy_uid, "copy" if gone else "copied-only")

    def _still_there(self, uid: int) -> bool:
        return any(answer[b"UID"] == uid for answer in self._session.fetch(str(uid), "(UID FLAGS)"))

    def _look_into(
        self, folder: str, doing: str, digest: str, uids: Sequence[int] | None, fresh: int = 1
    ) -> tuple[int, list[int]]:
        """(UIDVALIDITY, those UIDs of another folder that hold exactly these bytes); then the folder is opened again."""
        home = self._selected()
        opened = self._opened
        status = self.select(folder, read_only=True)
        if uids is None:
            uids = [uid for uid in self.uids_after(fresh - 1) if uid >= fresh]
        same = sorted(uid for uid, found in self._digests(uids, doing).items() if found == digest)
        again = self.select(home.name, read_only=False)
        if again.uidvalidity != home.uidvalidity:
            raise MailboxError("protocol", f"{self._session.host}: {doing}: UIDVALIDITY changed", temporary=True)
        self._opened = opened
        return status.uidvalidity, same

    def _digests(self, uids: Sequence[int], doing: str) -> dict[int, str]:
        found: dict[int, str] = {}
        for uid in uids:
            with self._doing(doing):
                self._session.wire.expect(literal=LARGEST, answer=LARGEST)
                answers = self._session.fetch(str(uid), "(UID BODY.PEEK[])")
            for answer in answers:
                if answer[b"UID"] == uid and isinstance(answer.get(b"BODY[]"), bytes):
                    found[uid] = hashlib.sha256(answer[b"BODY[]"]).hexdigest()
        return found

    # --- waiting

    @property
    def can_idle(self) -> bool:
        """The server knows IDLE."""
        return self._session.has("IDLE")

    def idle_start(self) -> None:
        """Asks the server to tell what happens in the selected folder. Raises MailboxError where it has no IDLE."""
        self._selected()
        if not self.can_idle:
            raise MailboxError("refused", f"{self._session.host}: the server has no IDLE", temporary=False)
        with self._doing("waiting for mail"):
            self._idle.start()

    def idle_wait(self, timeout: float) -> bool:
        """True as soon as something happened; False after `timeout` seconds of nothing. A closed connection raises."""
        with self._doing("waiting for mail", idle=True):
            return self._idle.wait(timeout)

    def idle_done(self) -> bool:
        """Ends the wait; True when something happened meanwhile. Also proves that the server is still there (I-20)."""
        with self._doing("waiting for mail", idle=True):
            return self._idle.done()

    def close(self) -> None:
        """LOGOUT, which expunges nothing (RFC 9051 section 6.1.3), then the socket."""
        wire = self._session.wire
        if wire.lost is None:
            wire.hurry(GOODBYE_S)
            with contextlib.suppress(Lost, Refused):
                self._idle.done()
                self._session.command("LOGOUT")
        wire.shutdown()

    def _not_a_view(self, folder: str) -> None:
        r"""A folder that only shows what others hold: a MOVE out of Gmail's "All Mail" says OK, and the message stays in INBOX."""
        if folder.upper() == "INBOX":
            return
        if folder not in self._views:
            with self._doing(f"looking at the folder {folder}"):
                pattern = quoted(self._wire_name(folder))
                listed = self._session.listing(pattern, special=True)
            self._views[folder] = any(one.name == folder and one.attributes & VIEWS for one in listed)
        if self._views[folder]:
            text = f"{self._session.host}: the folder {folder} only shows what lies in others: scan those instead"
            raise MailboxError("refused", text, temporary=False)

    def _writable(self) -> FolderStatus:
        folder = self._selected()
        if folder.read_only:
            text = f"{self._session.host}: the folder {folder.name} can only be read"
            raise MailboxError("refused", text, temporary=False)
        return folder


def _checked(flags: Iterable[str]) -> list[str]:
    """The same flags, each of them one atom: nothing else can get into a command through them."""
    names = list(flags)
    for name in names:
        if not ATOM.fullmatch(name):
            raise MailboxError("protocol", f"{name!r} cannot be a flag", temporary=False)
    return names
