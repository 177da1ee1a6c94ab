"""What the mailbox makes of servers that fail, lie, hang or hang up in the middle."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.counting import lines
from tests.servers.fakeimap import CLOSE, HANG, FakeImap, Reply
from vigie.scanner.mailboxes import imap, imap_idle, imap_reading, imap_wire
from vigie.scanner.mailboxes.base import FolderStatus, MailboxError, Moved, UnclearOutcome
from vigie.scanner.mailboxes.imap import ImapMailbox, connect
from vigie.scanner.mailboxes.imap_faults import CODES

NO_MOVE = b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n%t OK done\r\n"
REFUSED_AND_DONE = b"* 2 EXPUNGE\r\n%t NO but it is done\r\n"
BARE = b"* CAPABILITY IMAP4rev1\r\n%t OK done\r\n"
BODY = b"From: a@example.org\r\n\r\nThe secret of the mail.\r\n"


def literal(raw: bytes = BODY, uid: int = 2) -> bytes:
    head = b'* 2 FETCH (UID %d FLAGS () INTERNALDATE "01-Jan-2026 10:00:00 +0100" BODY[] {%d}\r\n' % (uid, len(raw))
    return head + raw + b")\r\n%t OK done\r\n"


def selected(fake: FakeImap, *, timeout_s: float | None = None) -> ImapMailbox:
    """`timeout_s`: from here on; the way here has the time that it needs."""
    mailbox = connect(fake.account())
    mailbox.select("INBOX", read_only=False)
    if timeout_s is not None:
        hasten(mailbox, timeout_s)
    return mailbox


def hasten(mailbox: ImapMailbox, timeout_s: float) -> None:
    mailbox._session.wire._timeout = timeout_s


# --- moves


def test_copyuid_is_read_untagged_and_tagged() -> None:
    for reply in (
        b"* OK [COPYUID 99 2 41] moved\r\n* 2 EXPUNGE\r\n%t OK done\r\n",  # RFC 6851
        b"* 2 EXPUNGE\r\n%t OK [COPYUID 99 2 41] moved\r\n",  # Gmail
        b"* OK [COPYUID 99 2:2 41:41] moved\r\n%t OK done\r\n",
    ):
        with FakeImap({"UID MOVE": reply}) as fake, closing(selected(fake)) as mailbox:
            assert mailbox.move(2, "Q") == Moved(99, 41, "move")  # I-05


def test_an_old_copyuid_is_not_taken_for_the_new_one() -> None:
    replies = iter(
        (
            b"* OK [COPYUID 99 2 41] moved\r\n%t OK done\r\n",
            b"%t OK done\r\n",
            b"* OK [COPYUID 99 7 42] m\r\n%t OK d\r\n",
        )
    )
    with FakeImap({"UID MOVE": lambda _: next(replies)}) as fake, closing(selected(fake)) as mailbox:
        assert mailbox.move(2, "Q").uid == 41
        assert mailbox.move(3, "Q") == Moved(None, None, "move")  # I-06: gone, perhaps; the caller looks
        assert mailbox.move(3, "Q").uid is None  # about another message


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(b"* [COPYUID 52 86 1146]\r\n%t OK done\r\n", id="exchange-2013"),  # I-04
        pytest.param([CLOSE], id="closed"),
        pytest.param([b"* OK [COPYUID 99 2", CLOSE], id="cut"),
        pytest.param([HANG], id="hangs"),
        pytest.param([b"* BYE restarting\r\n", CLOSE], id="bye"),
        pytest.param(b"* BYE [UNAVAILABLE] restarting\r\n%t NO\r\n", id="bye-and-no"),
        pytest.param(b"\x00\xff\r\n", id="nonsense"),
        pytest.param(REFUSED_AND_DONE, id="refused-and-done"),
    ],
)
@pytest.mark.parametrize("capability", [None, NO_MOVE])
def test_a_lost_answer_is_unclear_and_nothing_follows(reply: Reply, capability: bytes | None) -> None:
    script: dict[str, Reply] = {"UID MOVE": reply, "UID COPY": reply}
    script |= {"STATUS": b"* STATUS Q (UIDNEXT 4)\r\n%t OK done\r\n"}
    if capability:
        script["CAPABILITY"] = capability
    with FakeImap(script) as fake, closing(selected(fake, timeout_s=1)) as mailbox:
        with pytest.raises(UnclearOutcome) as caught:
            mailbox.move(2, "Q")
        assert caught.value.temporary
        assert len(fake.commands("UID MOVE") + fake.commands("UID COPY")) == 1  # never repeated
        assert not fake.commands("UID STORE")
        assert not fake.commands("UID EXPUNGE")
        if reply != REFUSED_AND_DONE:
            with pytest.raises(MailboxError):  # and the session is not used on
                mailbox.select("INBOX", read_only=True)


@pytest.mark.parametrize(
    "reply",
    [b"%t NO [TRYCREATE] no such folder\r\n", b"%t NO [OVERQUOTA] full\r\n", b"%t BAD what\r\n", b"%t NO\r\n", [CLOSE]],
)
def test_a_copy_that_failed_is_never_followed_by_deleted(reply: Reply) -> None:
    script: dict[str, Reply] = {"CAPABILITY": NO_MOVE, "UID COPY": reply, "CREATE": b"%t NO no\r\n"}
    script |= {"STATUS": b"* STATUS Q (UIDNEXT 4)\r\n%t OK done\r\n"}
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        with pytest.raises(MailboxError):
            mailbox.move(2, "Q")
        assert not fake.commands("UID STORE")  # I-02
        assert not fake.commands("UID EXPUNGE")


def test_a_copy_without_copyuid_is_looked_for_before_the_original_goes() -> None:
    script: dict[str, Reply] = {
        "CAPABILITY": NO_MOVE,
        "STATUS": b"* STATUS Q (UIDNEXT 4)\r\n%t OK done\r\n",
        "UID COPY": b"%t OK done\r\n",
        "UID SEARCH": b"* SEARCH 3 4 \r\n%t OK done\r\n",
        "UID FETCH": lambda line: literal(BODY, int(line.split()[2])),
        "UID EXPUNGE": b"* 2 EXPUNGE\r\n%t OK done\r\n",
    }
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        assert mailbox.move(2, "Q") == Moved(7, 4, "copy")
        assert fake.commands("UID EXPUNGE") == [b"UID EXPUNGE 2"]
    fetch: Callable[[bytes], bytes] = lambda line: literal(BODY if b" 2 " in line else b"other", int(line.split()[2]))  # noqa: E731 - one line
    with FakeImap(script | {"UID FETCH": fetch}) as fake, closing(selected(fake)) as mailbox:
        with pytest.raises(UnclearOutcome, match="cannot be found"):
            mailbox.move(2, "Q")
        assert not fake.commands("UID STORE")


def test_an_expunge_that_says_ok_and_takes_nothing_is_no_move() -> None:
    script: dict[str, Reply] = {
        "CAPABILITY": NO_MOVE,
        "STATUS": b"* STATUS Q (UIDNEXT 4)\r\n%t OK done\r\n",
        "UID COPY": b"%t OK [COPYUID 9 2 4] done\r\n",
        "UID FETCH": b"* 2 FETCH (UID 2 FLAGS (\\Seen))\r\n%t OK done\r\n",
    }
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        assert mailbox.move(2, "Q") == Moved(9, 4, "copied-only")
        fake.replies["UID FETCH"] = b"%t OK done\r\n"
        assert mailbox.move(2, "Q") == Moved(9, 4, "copy")


def test_where_deleted_cannot_be_set_nothing_is_copied() -> None:
    kept = (
        b"* 1 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] k\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 4] n\r\n"
        b"%t OK [READ-WRITE] done\r\n"
    )
    with FakeImap({"CAPABILITY": NO_MOVE, "SELECT": kept}) as fake, closing(selected(fake)) as mailbox:
        with pytest.raises(MailboxError, match="lets nobody take it out of INBOX") as caught:
            mailbox.move(2, "Q")
        assert (caught.value.kind, caught.value.temporary) == ("refused", False)
        assert not fake.commands("UID COPY")


def test_without_uidplus_the_original_stays() -> None:
    script: dict[str, Reply] = {
        "CAPABILITY": BARE,
        "STATUS": b"* STATUS Q (UIDNEXT 4)\r\n%t OK done\r\n",
        "UID COPY": b"%t OK [COPYUID 9 2 4] done\r\n",
    }
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        assert mailbox.move(2, "Q") == Moved(9, 4, "copied-only")
        assert not fake.commands("UID STORE")


@pytest.mark.parametrize("verb", ["UID STORE", "UID EXPUNGE"])
def test_an_original_that_cannot_be_removed_is_unclear(verb: str) -> None:
    script: dict[str, Reply] = {
        "CAPABILITY": NO_MOVE,
        "STATUS": b"* STATUS Q (UIDNEXT 4)\r\n%t OK done\r\n",
        "UID COPY": b"%t OK [COPYUID 9 2 4] done\r\n",
        verb: b"%t NO not today\r\n",
    }
    with (
        FakeImap(script) as fake,
        closing(selected(fake)) as mailbox,
        pytest.raises(UnclearOutcome, match="both folders"),
    ):
        mailbox.move(2, "Q")


# --- refusals, I-38

DO: dict[str, Callable[[ImapMailbox], object]] = {
    "SELECT": lambda mailbox: mailbox.select("X", read_only=False),
    "UID COPY": lambda mailbox: mailbox.move(2, "Q"),
    "UID MOVE": lambda mailbox: mailbox.move(2, "Q"),
    "UID STORE": lambda mailbox: mailbox.remove_keywords(2, ["$Junk"]),
    "CREATE": lambda mailbox: mailbox.ensure_folder("Q"),
    "APPEND": lambda mailbox: mailbox.append("Q", BODY, (), datetime.now(UTC)),
    "UID FETCH": lambda mailbox: list(mailbox.fetch([2], limit=1000)),
    "UID SEARCH": lambda mailbox: list(mailbox.uids_after(0)),
    "LIST": lambda mailbox: mailbox.folders(),
}


@pytest.mark.parametrize("verb", list(DO))
def test_every_code_has_its_meaning(verb: str) -> None:
    script: dict[str, Reply] = {"STATUS": b"* STATUS Q (UIDNEXT 4)\r\n%t OK done\r\n"}
    if verb == "UID COPY":
        script["CAPABILITY"] = NO_MOVE
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        for code, (kind, temporary) in CODES.items():
            fake.replies[verb] = f"%t NO [{code}] words of the server\r\n".encode()
            if verb == "CREATE" and code == "ALREADYEXISTS":
                assert mailbox.ensure_folder("Q") == "Q"  # I-13: somebody was faster
                continue
            with pytest.raises(MailboxError) as caught:
                DO[verb](mailbox)
            assert (caught.value.kind, caught.value.temporary) == (kind, temporary), code
            assert not isinstance(caught.value, UnclearOutcome)
            assert "words of the server" in str(caught.value)
            assert "\n" not in str(caught.value)


def test_the_table_holds_every_code_of_rfc_5530() -> None:
    section_3 = """
        UNAVAILABLE AUTHENTICATIONFAILED AUTHORIZATIONFAILED EXPIRED PRIVACYREQUIRED CONTACTADMIN NOPERM INUSE
        EXPUNGEISSUED CORRUPTION SERVERBUG CLIENTBUG CANNOT LIMIT OVERQUOTA ALREADYEXISTS NONEXISTENT
    """
    assert len(section_3.split()) == 17
    assert set(section_3.split()) <= set(CODES)


@pytest.mark.parametrize("code", list(CODES))
def test_every_code_at_login(code: str) -> None:
    """What is refused for good there is the account itself: it must not be tried for ever (I-38)."""
    kind, temporary = CODES[code]
    barred = not temporary and kind in {"refused", "folder"}
    with FakeImap({"LOGIN": b"%t NO [" + code.encode() + b"] words\r\n"}) as fake:
        with pytest.raises(MailboxError) as caught:
            connect(fake.account())
        assert (caught.value.kind, caught.value.temporary) == ("auth" if barred else kind, temporary)


def test_a_code_beside_ok_is_no_refusal() -> None:
    """RFC 5530 section 3: OVERQUOTA may come with OK, too."""
    script: dict[str, Reply] = {"UID MOVE": b"* OK [COPYUID 9 2 4] moved\r\n%t OK [OVERQUOTA] nearly full\r\n"}
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        assert mailbox.move(2, "Q").uid == 4


@pytest.mark.parametrize(
    ("verb", "words", "kind", "temporary"),
    [
        ("LOGIN", b"%t NO LOGIN failed.\r\n", "auth", False),
        ("LOGIN", b"%t NO\r\n", "auth", False),
        ("LOGIN", b"%t BAD Invalid command\r\n", "protocol", False),
        ("LOGIN", b"%t NO Too many simultaneous connections. (Failure)\r\n", "limit", True),
        ("LOGIN", b"%t NO Please log in via your web browser\r\n", "auth", False),
        ("LOGIN", b"%t NO Temporary authentication failure\r\n", "connect", True),
        ("LOGIN", b"%t NO [ALERT] Account exceeded command or bandwidth limits. (Failure)\r\n", "limit", True),
        ("LOGIN", b"%t NO [ALERT] Application-specific password required (Failure)\r\n", "auth", False),
        ("LOGIN", b"%t NO System Error (Failure)\r\n", "connect", True),
        ("LOGIN", b"%t NO Lookup failed 1a2b3c\r\n", "connect", True),
        ("LOGIN", b"%t NO LOGIN Rate limit hit.\r\n", "limit", True),  # Yahoo
        ("LOGIN", b"%t NO LOGIN Server error - Please try again later\r\n", "connect", True),
        ("LOGIN", b"%t NO [LIMIT] LOGIN Rate limit hit.\r\n", "limit", True),
        ("LOGIN", b"%t NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials\r\n", "auth", False),
        ("LOGIN", b"%t NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded\r\n", "connect", True),
        ("LOGIN", b"%t NO Maximum number of connections from user+IP exceeded\r\n", "limit", True),  # Dovecot 2.2
        ("LOGIN", b"%t NO [CONTACTADMIN] User account is disabled\r\n", "auth", False),
        ("LOGIN", b"%t NO Login failed: authentication failure\r\n", "auth", False),  # Cyrus
        ("GREETING", b"* BYE Maximum connection limit reached\r\n", "limit", True),  # Courier
        ("SELECT", b"%t NO Mailbox is locked\r\n", "refused", True),  # Cyrus
        ("SELECT", b"%t NO System I/O error\r\n", "connect", True),
        ("SELECT", b"%t NO Server(s) unavailable to complete operation\r\n", "connect", True),
        ("SELECT", b"%t NO Mailbox does not exist\r\n", "folder", False),
        ("UID MOVE", b"%t NO Over quota\r\n", "limit", True),
        ("UID MOVE", b"%t NO [OVERQUOTA] Quota exceeded (mailbox for user is full)\r\n", "limit", True),
        ("UID FETCH", b"%t NO [SERVERBUG] Internal error occurred. Refer to server log.\r\n", "refused", True),
        ("UID FETCH", b"%t NO [EXPUNGEISSUED] Some messages were already expunged.\r\n", "refused", True),
        ("UID FETCH", b"%t BAD Command Error. 11\r\n", "refused", True),  # Exchange
        ("UID SEARCH", b"* BYE Session invalidated - AccessTokenExpired\r\n", "connect", True),
        ("UID SEARCH", b"* BYE Connection is closed. 13\r\n", "connect", True),
        ("UID SEARCH", b"* BYE Disconnected for inactivity.\r\n", "connect", True),
        ("SELECT", b"%t BAD User is authenticated but not connected.\r\n", "auth", False),
        ("SELECT", b"%t NO Server Unavailable. 15\r\n", "connect", True),
        ("SELECT", b"%t NO Mailbox doesn't exist: X\r\n", "folder", False),
        ("UID MOVE", b"%t BAD Command Error. 12\r\n", "refused", True),
        ("UID FETCH", b"%t NO Some messages could not be read\r\n", "refused", True),
        ("UID SEARCH", b"* BYE Session expired, please login again\r\n", "connect", True),
        ("UID SEARCH", b"* BYE [ALERT] Too many connections\r\n", "limit", True),
        ("GREETING", b"* BYE Server shutting down\r\n", "connect", True),
        ("GREETING", b"220 mx.example.org ESMTP\r\n", "protocol", False),
        ("GREETING", b"HTTP/1.1 400 Bad Request\r\n", "protocol", False),
    ],
)
def test_words_without_code(verb: str, words: bytes, kind: str, temporary: bool) -> None:
    """What vendors say without a code: Gmail's limits (I-43), Exchange's riddles (I-40, I-41), and others."""
    with FakeImap({verb: words}) as fake:
        with pytest.raises(MailboxError) as caught:
            DO.get(verb, ImapMailbox.close)(selected(fake))
        assert (caught.value.kind, caught.value.temporary) == (kind, temporary)


def test_a_throttled_client_is_told_how_long_to_stay_away() -> None:
    words = b"%t BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n"
    with FakeImap({"UID FETCH": words}) as fake, closing(selected(fake)) as mailbox:
        with pytest.raises(MailboxError) as caught:
            list(mailbox.fetch([1], limit=1000))
        assert (caught.value.kind, caught.value.temporary, caught.value.retry_after_s) == (
            "limit",
            True,
            299.961,
        )  # I-39


# --- reading


def test_uid_star_also_gives_the_last_message() -> None:
    with FakeImap({"UID SEARCH": b"* SEARCH 3 \r\n%t OK done\r\n"}) as fake, closing(selected(fake)) as mailbox:
        assert list(mailbox.uids_after(3)) == []  # I-31, I-32 (blank at the end)
        assert list(mailbox.fetch([], limit=100)) == []
        assert not fake.commands("UID FETCH")


def test_a_large_mailbox_is_searched_in_windows() -> None:
    uids = [*range(1, 30_001), 4_000_000_000]

    def search(line: bytes) -> bytes:
        low, _, high = line.split()[-1].partition(b":")
        top = 2**32 if high == b"*" else int(high)
        inside = [uid for uid in uids if int(low) <= uid <= top] or ([uids[-1]] if high == b"*" else [])
        assert len(inside) <= 5_000
        return b"* SEARCH " + b" ".join(b"%d" % uid for uid in inside) + b"\r\n%t OK done\r\n"

    big = b"* 30001 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 4000000001] n\r\n%t OK [READ-WRITE] done\r\n"
    with FakeImap({"SELECT": big, "UID SEARCH": search}) as fake, closing(selected(fake)) as mailbox:
        assert list(mailbox.uids_after(0)) == uids  # I-30
        assert len(fake.commands("UID SEARCH")) < 5_000
        assert list(mailbox.uids_after(29_999)) == uids[-2:]


def test_answers_about_other_messages_are_ignored() -> None:
    reply = (
        b"* 7 FETCH (FLAGS (\\Deleted))\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 5 FETCH (UID 9 FLAGS (\\Flagged))\r\n"
        b"* 3 EXPUNGE\r\n" + literal()
    )
    sizes = b"* 2 FETCH (UID 2 RFC822.SIZE 51)\r\n%t OK done\r\n"
    fetch = {"UID FETCH": lambda line: sizes if b"SIZE" in line else reply}
    with FakeImap(fetch) as fake, closing(selected(fake)) as mailbox:
        (found,) = mailbox.fetch([2], limit=1000)  # I-11: sequence number 2 is not UID 2
        assert (found.uid, found.raw, found.flags) == (2, BODY, ())
        assert found.internaldate == datetime(2026, 1, 1, 9, tzinfo=UTC)
        assert not any(b"BODY[" in line for line in fake.commands("UID FETCH"))  # I-18: PEEK only


@pytest.mark.parametrize(
    "reply",
    [
        b"* 2 FETCH (UID 2 FLAGS () BODY[] {2000000000}\r\nx",  # I-29
        b"* 2 FETCH (UID 2 FLAGS () BODY[] {9999999999999999999999}\r\nx",
    ],
)
def test_a_promise_of_gigabytes_reserves_nothing(reply: bytes) -> None:
    sizes = b"* 2 FETCH (UID 2 RFC822.SIZE 51)\r\n%t OK done\r\n"
    fetch = {"UID FETCH": lambda line: sizes if b"SIZE" in line else reply}
    with FakeImap(fetch) as fake, closing(selected(fake)) as mailbox:
        with pytest.raises(MailboxError) as caught:
            list(mailbox.fetch([2], limit=1000))
        assert (caught.value.kind, caught.value.temporary, caught.value.cut) == ("protocol", True, True)


def test_a_size_that_was_a_lie_still_ends_at_the_limit() -> None:
    sizes = b"* 2 FETCH (UID 2 RFC822.SIZE 10)\r\n%t OK done\r\n"
    raw = b"x" * 5000
    fetch = {"UID FETCH": lambda line: sizes if b"SIZE" in line else literal(raw)}
    with FakeImap(fetch) as fake, closing(selected(fake)) as mailbox:
        (found,) = mailbox.fetch([2], limit=1000)
        assert (found.raw, found.partial) == (raw[:1000], True)


@pytest.mark.parametrize(
    "reply",
    [
        b'* 2 FETCH (UID 2 BODY[] {5}\r\nab(c" FLAGS\r\n%t OK done\r\n',  # I-33
        b'* 2 FETCH (UID 2 BODY[] "never closed\r\n%t OK done\r\n',
        b"* 2 FETCH UID 2\r\n%t OK done\r\n",
        b"* 2 FETCH (UID 2 BODY[])\r\n%t OK done\r\n",
        b"mail text instead of an answer\r\n",
        [b"* 2 FETCH (UID 2 BODY[] {50}\r\nThe secret of", CLOSE],
    ],
)
def test_a_garbled_answer_is_a_fault_and_shows_no_mail(reply: Reply) -> None:
    sizes = b"* 2 FETCH (UID 2 RFC822.SIZE 51)\r\n%t OK done\r\n"
    fetch: dict[str, Reply] = {"UID FETCH": lambda line: sizes if b"SIZE" in line else reply}  # type: ignore[dict-item, return-value]  # a step list is one reply
    with FakeImap(fetch) as fake, closing(selected(fake)) as mailbox:
        with pytest.raises(MailboxError) as caught:
            list(mailbox.fetch([2], limit=1000))
        assert caught.value.temporary
        assert "secret" not in str(caught.value)
        assert "mail text" not in str(caught.value)
        assert caught.value.__suppress_context__


def test_a_status_without_text_is_understood() -> None:
    script: dict[str, Reply] = {"NOOP": b"%t OK\r\n", "UID SEARCH": b"* SEARCH\r\n%t OK\r\n"}
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        assert list(mailbox.uids_after(0)) == []  # I-35


@pytest.mark.parametrize("value", [b"0", b"", None])
def test_a_folder_without_uidvalidity_is_refused(value: bytes | None) -> None:
    line = b"* OK [UIDVALIDITY %s] v\r\n" % value if value is not None else b""
    script: dict[str, Reply] = {"SELECT": b"* 1 EXISTS\r\n" + line + b"* OK [UIDNEXT 2] n\r\n%t OK done\r\n"}
    with FakeImap(script) as fake, pytest.raises(MailboxError, match="UIDVALIDITY"):
        selected(fake)  # I-09


def test_a_uidvalidity_that_changes_in_between_closes_the_folder() -> None:
    with (
        FakeImap({"NOOP": b"* OK [UIDVALIDITY 8] changed\r\n%t OK done\r\n"}) as fake,
        closing(selected(fake)) as mailbox,
    ):
        with pytest.raises(MailboxError, match="UIDVALIDITY changed"):
            list(mailbox.uids_after(0))
        with pytest.raises(MailboxError, match="no folder is open"):
            mailbox.move(2, "Q")
        assert not fake.commands("UID MOVE")


def test_a_folder_that_the_server_opens_for_reading_only() -> None:
    reply = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 2] n\r\n%t OK [READ-ONLY] done\r\n"
    with FakeImap({"SELECT": reply}) as fake, closing(connect(fake.account())) as mailbox:
        status = mailbox.select("INBOX", read_only=False)
        assert status == FolderStatus("INBOX", 7, 2, 1, read_only=True, permanent=())  # I-17
        assert list(mailbox.uids_after(0)) == [1, 2, 3]
        with pytest.raises(MailboxError, match="can only be read"):
            mailbox.move(2, "Q")


@pytest.mark.parametrize("code", [b"LIMIT", b"CANNOT", b"NOPERM"])
def test_a_keyword_that_is_refused_is_not_claimed(code: bytes) -> None:
    script: dict[str, Reply] = {
        "UID STORE": b"%t NO [" + code + b"] At most 26 keywords\r\n",
        "UID FETCH": b"* 2 FETCH (UID 2 FLAGS (\\Seen $junk 123))\r\n%t OK done\r\n",
    }
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        assert mailbox.add_keywords(2, ["$Phishing", "$Junk"]) == ("$Junk",)  # I-16: it was there before


def test_without_permission_no_keyword_is_tried() -> None:
    reply = (
        b"* 1 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen $Junk)] k\r\n* OK [UIDVALIDITY 7] v\r\n%t OK [READ-WRITE] d\r\n"
    )
    flags = b"* 2 FETCH (UID 2 FLAGS ($Junk))\r\n%t OK done\r\n"
    with FakeImap({"SELECT": reply, "UID FETCH": flags}) as fake, closing(selected(fake)) as mailbox:
        assert mailbox.add_keywords(2, ["$Phishing", "$Junk"]) == ("$Junk",)
        assert fake.commands("UID STORE") == [b"UID STORE 2 +FLAGS.SILENT ($Junk)"]


def test_folder_names_that_are_not_proper_utf7() -> None:
    names = (
        b'* LIST () "/" "Caf&AOk-"\r\n* LIST () "/" "bad&!!!"\r\n* LIST () "/" 2026\r\n* LIST (\\Noselect) "/" up\r\n'
    )
    script: dict[str, Reply] = {"LIST": names + b'* LIST () "/" {4}\r\na"b\\\r\n* LIST () NIL INBOX\r\n%t OK done\r\n'}
    with FakeImap(script) as fake, closing(connect(fake.account())) as mailbox:
        found = mailbox.folders()
        assert found[0] == "Café"
        assert found[2:] == ["2026", 'a"b\\', "INBOX"]  # I-15
        for name in found:
            mailbox.select(name, read_only=True)
        assert fake.commands("EXAMINE")[:2] == [b'EXAMINE "Caf&AOk-"', b'EXAMINE "bad&!!!"']
        mailbox.select("À vérifier & co\r\nZ", read_only=True)
        assert fake.commands("EXAMINE")[-1] == b'EXAMINE "&AMA- v&AOk-rifier &- co&AA0ACg-Z"'


def test_bytes_are_appended_exactly() -> None:
    raw = b"From: a@example.org\r\n\r\nbare \n and \r and \xff\r\n"
    reply = b"%t OK [APPENDUID 5 17] done\r\n"
    with FakeImap({"APPEND": reply}) as fake, closing(connect(fake.account())) as mailbox:
        when = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
        assert mailbox.append("Été", raw, ("\\Seen", "$Junk"), when) == (5, 17)
        assert fake.literals == [raw]
        line = b'APPEND "&AMk-t&AOk-" (\\Seen $Junk) "04-Mar-2026 05:06:07 +0000" {%d}' % len(raw)
        assert fake.commands("APPEND") == [line]


@pytest.mark.parametrize("reply", [[CLOSE], [HANG], b"nonsense\r\n"])
def test_every_change_with_a_lost_answer_is_unclear(reply: Reply) -> None:
    for verb in ("UID STORE", "APPEND", "CREATE"):
        with (
            FakeImap({verb: reply}) as fake,
            closing(selected(fake, timeout_s=1)) as mailbox,
            pytest.raises(UnclearOutcome),
        ):
            DO[verb](mailbox)


# --- waiting


def test_idle_tells_and_ends() -> None:
    script: dict[str, Reply] = {"IDLE": [b"+ idling\r\n* OK Still here\r\n", 0.05, b"* 4 EXISTS\r\n"]}
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        mailbox.idle_start()
        assert mailbox.idle_wait(5)
        assert not mailbox.idle_wait(0.05)
        assert not mailbox.idle_done()
        assert list(mailbox.uids_after(0)) == [1, 2, 3]


def test_idle_with_data_before_its_plus_sign() -> None:
    script: dict[str, Reply] = {"IDLE": b"* 4 EXISTS\r\n+ idling\r\n", "DONE": b"* 5 EXISTS\r\n%t OK over\r\n"}
    with FakeImap(script) as fake, closing(selected(fake)) as mailbox:
        mailbox.idle_start()  # I-23
        assert mailbox.idle_wait(5)
        assert mailbox.idle_done()  # what came with the end is told, too


def test_idle_with_half_a_line() -> None:
    with FakeImap({"IDLE": [b"+ idling\r\n* 4 EXI", 2.0, b"STS\r\n"]}) as fake, closing(selected(fake)) as mailbox:
        mailbox.idle_start()  # I-22
        assert not mailbox.idle_wait(0.1)
        assert mailbox.idle_wait(20)
        assert not mailbox.idle_done()


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([b"+ idling\r\n", CLOSE], "connect"),  # I-21
        ([b"+ idling\r\n* 4 EXI", CLOSE], "connect"),
        ([b"+ idling\r\n* 4 EXI", HANG], "connect"),  # I-22: half a line for ever
        ([b"+ idling\r\n* BYE Autologout; idle for too long\r\n"], "connect"),  # I-24
        ([b"+ idling\r\n%t OK that was it\r\n"], "connect"),
        ([b"+ idling\r\nnot imap\r\n"], "protocol"),
        ([b"+ idling\r\n%t NO [UNAVAILABLE] not now\r\n"], "connect"),
    ],
)
def test_the_end_of_a_session_in_idle_is_never_silence(steps: list[object], kind: str) -> None:
    with FakeImap({"IDLE": steps}) as fake, closing(selected(fake)) as mailbox:
        mailbox.idle_start()
        hasten(mailbox, 0.3)
        with pytest.raises(MailboxError) as caught:
            mailbox.idle_wait(20)
        assert (caught.value.kind, caught.value.temporary) == (kind, True)


def test_done_without_answer_ends_in_time() -> None:
    with FakeImap({"DONE": [HANG]}) as fake, closing(selected(fake)) as mailbox:
        mailbox.idle_start()
        hasten(mailbox, 0.3)
        assert not mailbox.idle_wait(0.05)
        with pytest.raises(MailboxError, match="no answer in time"):  # I-20
            mailbox.idle_done()


@pytest.mark.parametrize("steps", [[HANG], [CLOSE], b"%t NO [CANNOT] no\r\n", b"%t BAD no\r\n", b"* BYE\r\n"])
def test_idle_that_is_not_granted(steps: Reply) -> None:
    with (
        FakeImap({"IDLE": steps}) as fake,
        closing(selected(fake, timeout_s=0.3)) as mailbox,
        pytest.raises(MailboxError),
    ):
        mailbox.idle_start()


def test_nothing_else_is_sent_during_idle() -> None:
    with FakeImap() as fake, closing(selected(fake)) as mailbox:
        mailbox.idle_start()
        with pytest.raises(MailboxError, match="IDLE"):
            mailbox.folders()
        assert not fake.commands("LIST")
        mailbox.idle_done()
        assert mailbox.folders() == []


def test_a_server_without_idle() -> None:
    with FakeImap({"CAPABILITY": BARE}) as fake, closing(selected(fake)) as mailbox:
        assert not mailbox.can_idle
        with pytest.raises(MailboxError, match="no IDLE"):
            mailbox.idle_start()


# --- time


def test_a_server_that_hangs_at_every_point() -> None:
    for verb in ("GREETING", "CAPABILITY", "LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "NOOP"):
        with FakeImap({verb: [HANG]}) as fake:
            with pytest.raises(MailboxError) as caught:
                list(impatient(fake).fetch(list(impatient(fake).uids_after(0)), limit=100))
            assert (caught.value.kind, caught.value.temporary) == ("connect", True), verb


def impatient(fake: FakeImap) -> ImapMailbox:
    """As `selected`, but from the first word on."""
    mailbox = connect(fake.account(timeout_s=0.2))
    mailbox.select("INBOX", read_only=False)
    return mailbox


def test_a_trickle_does_not_keep_a_command_alive_for_ever() -> None:
    drops: list[object] = [step for _ in range(400) for step in (b"* OK\r\n", 0.02)]
    with (
        FakeImap({"UID SEARCH": drops}) as fake,
        closing(selected(fake, timeout_s=0.1)) as mailbox,
        pytest.raises(MailboxError, match="no answer in time"),
    ):
        list(mailbox.uids_after(0))


def test_signs_of_life_are_waited_for() -> None:
    steps: list[object] = [
        *(step for _ in range(6) for step in (b"* OK Hang in there..\r\n", 0.5)),
        b"* SEARCH 1\r\n%t OK done\r\n",
    ]
    with FakeImap({"UID SEARCH": steps}) as fake, closing(selected(fake, timeout_s=2)) as mailbox:
        assert list(mailbox.uids_after(0)) == [1]


def test_close_does_not_wait_for_a_dead_server() -> None:
    """I-26."""
    with FakeImap({"LOGOUT": [HANG]}) as fake:
        mailbox = selected(fake, timeout_s=0.2)
        closer = threading.Thread(target=mailbox.close)
        closer.start()
        closer.join(20)
        assert not closer.is_alive()


# --- secrets


def test_no_log_and_no_fault_holds_the_password_or_the_mail(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    plain = base64.b64encode(b"\0accueil\0secret").decode()
    sizes = b"* 2 FETCH (UID 2 RFC822.SIZE 51)\r\n%t OK done\r\n"
    fetch: dict[str, Reply] = {"UID FETCH": lambda line: sizes if b"SIZE" in line else literal()}
    with FakeImap(fetch) as fake, closing(selected(fake)) as mailbox:
        assert [one.raw for one in mailbox.fetch([2], limit=1000)] == [BODY]
        mailbox.append("Q", BODY, (), datetime.now(UTC))
    with (
        FakeImap({"LOGIN": lambda line: b"%t BAD cannot parse: " + line + b"\r\n"}) as fake,
        pytest.raises(MailboxError) as caught,
    ):
        connect(fake.account())
    said = caplog.text + str(caught.value)
    for word in ("secret", plain, "The secret of the mail"):
        assert word not in said.replace("password.txt", "")


def test_a_password_with_any_character(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = 'é" \\ {3}€'
    monkeypatch.setenv("SECRET", secret)
    changes = {"password_file": None, "password_env": "SECRET"}
    with FakeImap() as fake:
        connect(fake.account(**changes)).close()
        assert fake.commands("LOGIN") == [b'LOGIN "accueil" ' + '"é\\" \\\\ {3}€"'.encode()]
    capability = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n%t OK done\r\n"
    with FakeImap({"CAPABILITY": capability, "AUTHENTICATE": [b"+ \r\n", 0.05, b"%t OK done\r\n"]}) as fake:
        connect(fake.account(**changes)).close()
        assert fake.commands("AUTHENTICATE") == [b"AUTHENTICATE PLAIN"]
    monkeypatch.setenv("SECRET", "a\r\nb LOGOUT")
    with FakeImap() as fake:
        with pytest.raises(MailboxError, match="line end"):
            connect(fake.account(**changes))
        assert not fake.commands("LOGIN")


def test_time_is_not_wasted_on_a_busy_loop() -> None:
    """An idle wait of nothing costs no work, however long it is (I-21): the same lines are carried out."""
    with FakeImap() as fake, closing(selected(fake)) as mailbox:
        mailbox.idle_start()
        short, long = (
            lines(partial(mailbox.idle_wait, wait_s), imap, imap_idle, imap_reading, imap_wire)
            for wait_s in (0.05, 0.5)
        )
        assert 0 < long <= short + 20
        mailbox.idle_done()
