"""What base.Mailbox promises, on every IMAP server that we have: with and without MOVE, UIDPLUS, keywords, a namespace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Protocol

import pytest

from tests.servers.dovecot import Dovecot, append, client, hashes
from vigie.scanner.mailboxes.base import Mailbox, MailboxError, UnclearOutcome
from vigie.scanner.mailboxes.imap import ImapMailbox, connect
from vigie.scanner.settings import AccountSettings

LIMIT = 1 << 20
NAMES = ("Été & Cie ~ &-", "日本語 😀", 'a"b\\c d', "100% * [x] {3}", "&AOk-", "e\u0301te\u0301")
QUARANTINE = "À vérifier & co"


class Server(Protocol):
    def account(self, user: str = "user", **changes: object) -> AccountSettings: ...


def mail(number: int, body: bytes = b"Bonjour.\r\n", *, message_id: bool = True) -> bytes:
    line = b"Message-ID: <m%d@example.org>\r\n" % number if message_id else b""
    return b"From: Alice <alice@example.org>\r\nTo: accueil@example.org\r\n" + line + b"Subject: n\r\n\r\n" + body


ODD = (
    mail(1, b"A1 NO x\r\n* BYE not really\r\nA0001 OK [COPYUID 1 2 3]\r\n"),  # I-34
    mail(2, b"8 bits: \xe9\xe8\xff\r\n"),
    mail(3, b"{5}\r\n)\r\n\r\n"),
    mail(4, b"x" * 5000 + b"\r\n"),
    mail(5, b"no line end at the end"),
    mail(6, message_id=False),
    mail(7, b""),
    b"Subject: no body at all\r\nMessage-ID:\r\n <folded@example.org>\r\n\r\n",
    mail(9, ("é\U0001f600" * 50).encode() + b"\r\n"),
)


@pytest.fixture(params=["dovecot", "dovecot_uidplus", "dovecot_poor", "dovecot_prefix", "cyrus", "pymap"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def account(server: Server) -> AccountSettings:
    return server.account()


@pytest.fixture
def mailbox(account: AccountSettings) -> Iterator[ImapMailbox]:
    with closing(connect(account)) as found:
        yield found


def opened(account: AccountSettings) -> AbstractContextManager[ImapMailbox]:
    return closing(connect(account))


def flags_now(account: AccountSettings, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
    with client(account) as imap:
        imap.select_folder(folder, readonly=True)
        found = imap.get_flags(imap.search())
    return {uid: tuple(flag for flag in flags if flag != b"\\Recent") for uid, flags in found.items()}


class TestContract:
    def test_it_is_a_mailbox(self, mailbox: ImapMailbox) -> None:
        promised: Mailbox = mailbox
        assert "INBOX" in promised.folders()

    def test_select_tells_what_the_folder_is(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *ODD)
        status = mailbox.select("INBOX", read_only=True)
        assert (status.name, status.exists, status.read_only) == ("INBOX", len(ODD), True)
        assert status.uidvalidity > 0
        assert status.uidnext == max(mailbox.uids_after(0)) + 1
        assert not mailbox.select("INBOX", read_only=False).read_only

    def test_next_uid_without_selecting(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *ODD)
        folder = mailbox.ensure_folder(QUARANTINE)
        mailbox.select("INBOX", read_only=False)
        status = mailbox.select(folder, read_only=True)
        assert mailbox.next_uid(folder) == (status.uidvalidity, status.uidnext)
        mailbox.select("INBOX", read_only=False)
        mailbox.move(max(mailbox.uids_after(0)), folder)
        assert mailbox.next_uid(folder) == (status.uidvalidity, status.uidnext + 1)
        assert mailbox.next_uid("Nowhere") is None

    def test_a_folder_that_is_not_there(self, mailbox: ImapMailbox) -> None:
        with pytest.raises(MailboxError, match="opening the folder Nowhere") as caught:
            mailbox.select("Nowhere", read_only=True)
        assert (caught.value.kind, caught.value.temporary) == ("folder", False)
        assert "\n" not in str(caught.value)
        with pytest.raises(MailboxError):  # and no UID is taken for one of the folder before
            list(mailbox.uids_after(0))
        mailbox.select("INBOX", read_only=True)

    def test_fetch_gives_the_bytes_and_leaves_the_flags(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *ODD)
        append(account, mail(99), flags=("\\Seen", "\\Flagged"))
        before = flags_now(account)
        for read_only in (True, False):
            mailbox.select("INBOX", read_only=read_only)
            uids = list(mailbox.uids_after(0))
            found = {one.uid: one for one in mailbox.fetch(uids, limit=LIMIT)}
            assert [found[uid].raw for uid in uids] == [*ODD, mail(99)]
            assert not any(one.partial for one in found.values())
            assert set(found[uids[-1]].flags) == {"\\Seen", "\\Flagged"}
            assert all(abs(datetime.now(UTC) - one.internaldate) < timedelta(hours=1) for one in found.values())
            list(mailbox.summaries(uids))
        assert flags_now(account) == before

    def test_fetch_over_the_limit_gives_the_beginning(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        large = mail(1, b"y" * 70 + b"\r\n") * 40
        append(account, mail(0), large, mail(2))
        mailbox.select("INBOX", read_only=True)
        found = sorted(mailbox.fetch(list(mailbox.uids_after(0)), limit=1000), key=lambda one: one.uid)
        assert [(one.raw, one.partial) for one in found] == [(mail(0), False), (large[:1000], True), (mail(2), False)]
        exactly = list(mailbox.fetch([found[0].uid], limit=len(mail(0))))
        assert [(one.raw, one.partial) for one in exactly] == [(mail(0), False)]

    def test_vanished_uids_are_left_out(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        """I-12."""
        append(account, *ODD)
        mailbox.select("INBOX", read_only=True)
        first, *_, last = mailbox.uids_after(0)
        wanted = [first, last, last + 1, last + 1000]
        assert {one.uid for one in mailbox.fetch(wanted, limit=LIMIT)} == {first, last}
        assert {one.uid for one in mailbox.summaries(wanted)} == {first, last}
        assert list(mailbox.fetch([last + 5], limit=LIMIT)) == []
        assert list(mailbox.fetch([], limit=LIMIT)) == []

    def test_uids_after_never_repeats_the_last_one(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *ODD[:3])
        mailbox.select("INBOX", read_only=True)
        uids = list(mailbox.uids_after(0))
        assert uids == sorted(uids)
        assert list(mailbox.uids_after(uids[0])) == uids[1:]
        assert list(mailbox.uids_after(uids[-1])) == []  # I-31
        append(account, ODD[3])
        assert len(list(mailbox.uids_after(uids[-1]))) == 1  # without opening the folder again

    def test_uids_since_a_day(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, mail(1), when=datetime(2024, 5, 1, 12, tzinfo=UTC))
        append(account, mail(2), when=datetime(2025, 5, 1, 12, tzinfo=UTC))
        mailbox.select("INBOX", read_only=True)
        uids = list(mailbox.uids_after(0))
        assert list(mailbox.uids_since(datetime(2024, 12, 31, tzinfo=UTC))) == uids[1:]
        assert list(mailbox.uids_since(datetime(2024, 1, 1, tzinfo=UTC))) == uids

    def test_summaries(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *ODD)
        mailbox.select("INBOX", read_only=True)
        found = sorted(mailbox.summaries(list(mailbox.uids_after(0))), key=lambda one: one.uid)
        assert [one.size for one in found] == [len(raw) for raw in ODD]
        ids = [f"m{number}@example.org" for number in (1, 2, 3, 4, 5)]
        assert [one.message_id for one in found] == [*ids, "", "m7@example.org", "folded@example.org", "m9@example.org"]
        assert all(one.flags == () for one in found)

    def test_find_by_message_id_and_size(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *ODD, mail(1, b"the same Message-ID, another size\r\n"))
        mailbox.select("INBOX", read_only=True)
        uids = list(mailbox.uids_after(0))
        for uid, raw in zip(uids, ODD, strict=False):
            (summary,) = mailbox.summaries([uid])
            assert uid in mailbox.find(summary.message_id, len(raw))
        assert mailbox.find("m1@example.org", len(ODD[0])) == [uids[0]]
        assert mailbox.find("<m1@example.org>", len(ODD[0])) == [uids[0]]
        assert mailbox.find("m1@example.org", 17) == []
        assert mailbox.find('nobody"\\ \r\n@example.org', len(ODD[0])) == []
        assert uids[5] in mailbox.find("", len(ODD[5]))

    def test_ensure_folder_twice_gives_the_same(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        real = mailbox.ensure_folder(QUARANTINE)
        assert real.endswith(QUARANTINE)
        assert mailbox.ensure_folder(QUARANTINE) == real
        assert mailbox.ensure_folder(real) == real
        assert mailbox.folders().count(real) == 1
        assert mailbox.select(real, read_only=True).exists == 0
        with client(account) as imap:
            assert real in [name for _, _, name in imap.list_sub_folders()]

    def test_ensure_folder_below_another(self, mailbox: ImapMailbox) -> None:
        real = mailbox.ensure_folder("Tri/Vigie")
        assert mailbox.ensure_folder("Tri/Vigie") == real
        assert mailbox.select(real, read_only=True).exists == 0

    def test_move_keeps_every_message(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *ODD)
        before = hashes(account)
        folder = mailbox.ensure_folder(QUARANTINE)
        mailbox.select("INBOX", read_only=False)
        uids = list(mailbox.uids_after(0))
        copies: Counter[str] = Counter()
        for uid, raw in zip(uids[1:4], ODD[1:4], strict=True):
            moved = mailbox.move(uid, folder)
            assert moved.uid is not None
            if moved.how == "copied-only":
                copies[sha256(raw).hexdigest()] += 1
            with opened(account) as other:
                assert other.select(folder, read_only=True).uidvalidity == moved.uidvalidity
                assert [one.raw for one in other.fetch([moved.uid], limit=LIMIT)] == [raw]
        assert hashes(account) == before + copies
        left = uids if copies else [uids[0], *uids[4:]]
        assert list(mailbox.uids_after(0)) == left

    def test_move_keeps_flags_and_internaldate(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        """I-46."""
        when = datetime(2021, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=2)))
        append(account, mail(1), flags=("\\Seen", "\\Answered"), when=when)
        folder = mailbox.ensure_folder(QUARANTINE)
        mailbox.select("INBOX", read_only=False)
        (uid,) = mailbox.uids_after(0)
        moved = mailbox.move(uid, folder)
        assert moved.uid is not None
        mailbox.select(folder, read_only=True)
        (found,) = mailbox.fetch([moved.uid], limit=LIMIT)
        assert (set(found.flags), found.internaldate) == ({"\\Seen", "\\Answered"}, when)

    def test_messages_that_others_marked_deleted_survive(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *(mail(number) for number in range(12)))
        append(account, *(mail(number) for number in range(12, 16)), flags=("\\Deleted",))
        before = hashes(account)
        folder = mailbox.ensure_folder(QUARANTINE)
        mailbox.select("INBOX", read_only=False)
        for uid in list(mailbox.uids_after(0))[:12]:
            mailbox.move(uid, folder)
        mailbox.close()
        assert set(before) == set(hashes(account))  # I-03
        assert sum(1 for flags in flags_now(account).values() if b"\\Deleted" in flags) == 4

    def test_move_of_what_is_gone(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, mail(1))
        folder = mailbox.ensure_folder(QUARANTINE)
        mailbox.select("INBOX", read_only=False)
        (uid,) = mailbox.uids_after(0)
        with suppress(MailboxError):  # a server may also refuse
            assert mailbox.move(uid + 7, folder).uid is None  # I-06: an OK that moved nothing
        assert hashes(account) == Counter({sha256(mail(1)).hexdigest(): 1})

    def test_move_creates_a_missing_destination_once(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, mail(1), mail(2))
        mailbox.select("INBOX", read_only=False)
        first, second = mailbox.uids_after(0)
        assert mailbox.move(first, "Missing").uid is not None  # I-13
        assert mailbox.move(second, next(name for name in mailbox.folders() if "Missing" in name)).uid is not None
        assert set(hashes(account)) == {sha256(mail(1)).hexdigest(), sha256(mail(2)).hexdigest()}

    def test_nothing_is_changed_in_a_folder_opened_for_reading(
        self, account: AccountSettings, mailbox: ImapMailbox
    ) -> None:
        append(account, mail(1))
        mailbox.select("INBOX", read_only=True)
        (uid,) = mailbox.uids_after(0)
        changes: list[Callable[[], object]] = [
            lambda: mailbox.move(uid, "Junk"),
            lambda: mailbox.add_keywords(uid, ["$Junk"]),
            lambda: mailbox.remove_keywords(uid, ["$Junk"]),
        ]
        for change in changes:
            with pytest.raises(MailboxError, match="can only be read"):
                change()

    def test_keywords_are_kept_or_not_claimed(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, mail(1), mail(2))
        status = mailbox.select("INBOX", read_only=False)
        uid, other = mailbox.uids_after(0)
        kept = mailbox.add_keywords(uid, ["$Phishing", "$Junk"])
        assert kept == (("$Phishing", "$Junk") if status.keeps("$Phishing") else ())
        seen = {flag.decode() for flag in flags_now(account)[uid]}
        assert seen == set(kept)
        assert flags_now(account)[other] == ()
        mailbox.remove_keywords(uid, ["$Phishing"])
        assert {flag.decode() for flag in flags_now(account)[uid]} == set(kept) - {"$Phishing"}
        assert mailbox.add_keywords(uid + 100, ["$Phishing"]) == ()

    def test_a_keyword_cannot_smuggle_a_command(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, mail(1))
        mailbox.select("INBOX", read_only=False)
        (uid,) = mailbox.uids_after(0)
        for keyword in ("a b", "x)\r\nz EXPUNGE", "", "(", "é", "*"):
            with pytest.raises(MailboxError):
                mailbox.add_keywords(uid, [keyword])
            with pytest.raises(MailboxError):
                mailbox.append("INBOX", mail(2), [keyword], datetime.now(UTC))

    def test_append_gives_back_what_was_stored(self, mailbox: ImapMailbox) -> None:
        when = datetime(2019, 11, 5, 23, 59, 58, tzinfo=timezone(timedelta(hours=-5)))
        keeps = mailbox.select("INBOX", read_only=False).keeps("$Phishing")
        keywords = ("$Phishing", "$Label1") if keeps else ()
        for raw in ODD:
            place = mailbox.append("INBOX", raw, ("\\Seen", "\\Recent", *keywords), when)
            status = mailbox.select("INBOX", read_only=True)
            (uid,) = [max(mailbox.uids_after(0))]
            assert place in (None, (status.uidvalidity, uid))
            (found,) = mailbox.fetch([uid], limit=LIMIT)
            assert (found.raw, found.internaldate, set(found.flags)) == (raw, when, {"\\Seen", *keywords})

    def test_append_to_a_folder_that_is_not_there(self, mailbox: ImapMailbox) -> None:
        with pytest.raises(MailboxError) as caught:
            mailbox.append("Nowhere", mail(1), (), datetime.now(UTC))
        assert caught.value.kind == "folder"

    def test_reading_on_in_another_folder_is_refused(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        append(account, *ODD)
        other = mailbox.ensure_folder("Other")
        mailbox.select("INBOX", read_only=True)
        mailbox.select(other, read_only=True)
        assert list(mailbox.uids_after(0)) == []
        mailbox.select("INBOX", read_only=True)
        reading = mailbox.fetch(list(mailbox.uids_after(0)), limit=len(ODD[0]) - 1)
        next(reading)
        mailbox.select(other, read_only=True)
        with pytest.raises(MailboxError, match="another folder was opened"):
            list(reading)

    def test_finish_move_removes_the_original_of_a_true_copy_only(
        self, account: AccountSettings, mailbox: ImapMailbox
    ) -> None:
        append(account, mail(1), mail(2))
        folder = mailbox.ensure_folder(QUARANTINE)
        place = mailbox.append(folder, mail(1), (), datetime.now(UTC))
        mailbox.select(folder, read_only=True)
        copy = place[1] if place else max(mailbox.uids_after(0))
        mailbox.select("INBOX", read_only=False)
        first, second = mailbox.uids_after(0)
        with pytest.raises(MailboxError, match="not the same"):
            mailbox.finish_move(second, folder, copy)
        moved = mailbox.finish_move(first, folder, copy)
        assert moved.uid == copy
        assert list(mailbox.uids_after(0)) == ([first, second] if moved.how == "copied-only" else [second])
        assert set(hashes(account)) == {sha256(mail(1)).hexdigest(), sha256(mail(2)).hexdigest()}

    def test_a_folder_removed_and_made_again_is_another_one(
        self, account: AccountSettings, mailbox: ImapMailbox
    ) -> None:
        folder = mailbox.ensure_folder("Travail")
        append(account, mail(1), folder=folder)
        before = mailbox.select(folder, read_only=False)
        assert len(list(mailbox.uids_after(0))) == 1
        with client(account) as imap:
            imap.delete_folder(folder)
            imap.create_folder(folder)
            imap.append(folder, mail(2))
        try:  # I-08: every move begins by opening the folder, in the session that had it open, too
            after = mailbox.select(folder, read_only=False)
        except MailboxError:  # a server may end that session (RFC 2180 section 3.3)
            with opened(account) as again:
                after = again.select(folder, read_only=False)
        assert after.uidvalidity != before.uidvalidity
        with opened(account) as other:
            other.select(folder, read_only=True)
            assert [one.raw for one in other.fetch(list(other.uids_after(0)), limit=LIMIT)] == [mail(2)]

    def test_a_name_of_any_letters_is_the_same_folder_for_others(
        self, account: AccountSettings, mailbox: ImapMailbox
    ) -> None:
        append(account, *(mail(number) for number in range(len(NAMES))))
        made = []
        for name in NAMES:
            # a server may forbid what it cannot store, and says so
            with suppress(MailboxError):
                made.append(mailbox.ensure_folder(name))
        assert len(made) >= 3
        assert set(made) <= set(mailbox.folders())
        mailbox.select("INBOX", read_only=False)
        for uid, real in zip(list(mailbox.uids_after(0)), made, strict=False):
            assert mailbox.move(uid, real).uid is not None
        with opened(account) as other:  # one that has not listed them, and encodes the names itself (I-15)
            assert [other.select(real, read_only=True).exists for real in made] == [1] * len(made)
        with client(account) as imap:
            assert set(made) <= {listed for _, _, listed in imap.list_folders()}

    def test_idle_tells_of_new_mail_or_is_not_offered(self, account: AccountSettings, mailbox: ImapMailbox) -> None:
        mailbox.select("INBOX", read_only=True)
        if not mailbox.can_idle:
            with pytest.raises(MailboxError, match="no IDLE"):
                mailbox.idle_start()
            return
        mailbox.idle_start()
        append(account, mail(1))
        assert mailbox.idle_wait(60)  # without inotify Dovecot looks every 30 s
        mailbox.idle_done()
        assert len(list(mailbox.uids_after(0))) == 1

    def test_wrong_password(self, account: AccountSettings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WRONG", "not-the-password")
        wrong = account.model_copy(update={"password_file": None, "password_env": "WRONG"})
        with pytest.raises(MailboxError) as caught:
            connect(wrong)
        assert (caught.value.kind, caught.value.temporary) == ("auth", False)
        assert "not-the-password" not in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_close_twice_and_use_after(self, mailbox: ImapMailbox) -> None:
        mailbox.select("INBOX", read_only=True)
        mailbox.close()
        mailbox.close()
        with pytest.raises(MailboxError) as caught:
            mailbox.select("INBOX", read_only=True)
        assert caught.value.kind == "connect"


@pytest.mark.parametrize(("name", "count"), [("dovecot", 3000), ("pymap", 500)])
def test_many_messages(request: pytest.FixtureRequest, name: str, count: int) -> None:
    account = request.getfixturevalue(name).account()
    with client(account) as imap:
        for start in range(0, count, 500):
            imap.multiappend("INBOX", [mail(number) for number in range(start, start + 500)])
    with closing(connect(account)) as mailbox:
        assert mailbox.select("INBOX", read_only=True).exists == count
        uids = list(mailbox.uids_after(0))
        assert len(uids) == count
        assert uids == sorted(set(uids))
        assert list(mailbox.uids_after(uids[count // 2 - 1])) == uids[count // 2 :]
        raws = {one.uid: one.raw for one in mailbox.fetch(uids[::7], limit=LIMIT)}
        assert raws == {uid: mail(number) for number, uid in enumerate(uids) if number % 7 == 0}


def test_a_full_mailbox_is_a_limit_and_loses_nothing(dovecot_quota: Dovecot) -> None:
    account = dovecot_quota.account()
    large = mail(1, b"z" * 70 * 500 + b"\r\n")
    append(account, large)
    with opened(account) as mailbox:
        mailbox.select("INBOX", read_only=False)
        with pytest.raises(MailboxError) as caught:
            mailbox.append("INBOX", large, (), datetime.now(UTC))
        assert (caught.value.kind, caught.value.temporary) == ("limit", True)
        assert not isinstance(caught.value, UnclearOutcome)
        (uid,) = mailbox.uids_after(0)
        assert mailbox.move(uid, mailbox.ensure_folder(QUARANTINE)).uid is not None  # a move needs no room
    assert hashes(account) == Counter({sha256(large).hexdigest(): 1})
