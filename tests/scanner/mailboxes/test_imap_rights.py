"""Folders that others own or share, rights, quotas and limits: what real servers refuse, and that nothing is lost by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from tests.scanner.test_supervisor import until
from tests.scanner.world import QUARANTINE, mail, places, scan
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot, append, client, hashes
from vigie.ledger.store import Ledger
from vigie.scanner.mailboxes.base import MailboxError, UnclearOutcome
from vigie.scanner.mailboxes.imap import ImapMailbox, connect
from vigie.scanner.settings import AccountSettings

FALSE = mail("false", "impersonation")
ALL = "lrswipkxtea"


def opened(account: AccountSettings) -> AbstractContextManager[ImapMailbox]:
    return closing(connect(account))


def once(*messages: bytes) -> Counter[str]:
    return Counter(sha256(raw).hexdigest() for raw in messages)


def allow(account: AccountSettings, folder: str, rights: str) -> None:
    """The owner's own rights in a folder."""
    with client(account) as imap:
        assert imap._imap.setacl(folder, account.username, rights)[0] == "OK"


# --- rights (RFC 4314), I-17


@pytest.fixture(params=["cyrus", "dovecot_acl", "dovecot_acl_uidplus"])
def account(request: pytest.FixtureRequest) -> Iterator[AccountSettings]:
    server: Cyrus | Dovecot = request.getfixturevalue(request.param)
    found = server.account()
    with opened(found) as mailbox:
        mailbox.ensure_folder(QUARANTINE)
    append(found, FALSE)
    yield found
    allow(found, "INBOX", ALL)
    assert set(hashes(found)) == set(once(FALSE))


def quarantine(account: AccountSettings) -> str:
    with opened(account) as mailbox:
        return mailbox.ensure_folder(QUARANTINE)


def test_a_folder_that_may_only_be_read_is_judged_and_left_alone(account: AccountSettings, ledger: Ledger) -> None:
    allow(account, "INBOX", "lra")
    with opened(account) as mailbox:
        status = mailbox.select("INBOX", read_only=False)
        # Cyrus says READ-WRITE to an owner, who could give himself the rights back, and that it keeps no flag
        assert status.read_only or status.permanent == ()
        assert [one.raw for one in mailbox.fetch(list(mailbox.uids_after(0)), limit=1 << 20)] == [FALSE]
    summary = scan(account, ledger)
    assert (summary.judged, summary.quarantined, summary.tagged) == (1, 0, 0)
    assert places(account) == {"false": ["INBOX"]}


def test_without_the_right_to_take_away_the_message_stays(account: AccountSettings, ledger: Ledger) -> None:
    allow(account, "INBOX", "lrswia")
    summary = scan(account, ledger)
    assert (summary.judged, summary.quarantined, summary.failed) == (1, 0, 1)
    assert places(account) == {"false": ["INBOX"]}


def test_without_the_right_to_put_in_the_message_stays(account: AccountSettings, ledger: Ledger) -> None:
    allow(account, quarantine(account), "lra")
    summary = scan(account, ledger)
    assert (summary.judged, summary.quarantined, summary.failed) == (1, 0, 1)
    assert places(account) == {"false": ["INBOX"]}


def test_without_the_right_to_write_no_keyword_is_claimed(account: AccountSettings) -> None:
    allow(account, "INBOX", "lrsitea")
    with opened(account) as mailbox:
        mailbox.select("INBOX", read_only=False)
        (uid,) = mailbox.uids_after(0)
        assert mailbox.add_keywords(uid, ["$Phishing", "$Junk"]) == ()


# --- namespaces (RFC 2342), I-14


def shared_folder(cyrus: Cyrus, name: str) -> None:
    with cyrus.admin() as imap:
        if not imap.folder_exists(name):
            imap.create_folder(name)
        imap._imap.setacl(name, "anyone", ALL)


@pytest.mark.parametrize(("view", "real"), [("classic", "INBOX.Commun"), ("alt", "Commun")])
def test_quarantine_is_one_s_own_although_everybody_shares_a_folder_of_that_name(
    cyrus: Cyrus, ledger: Ledger, view: str, real: str
) -> None:
    shared_folder(cyrus, "Commun")
    account = cyrus.account(view=view, quarantine_folder="Commun")  # type: ignore[arg-type]  # one of the two
    append(account, FALSE)
    assert scan(account, ledger).quarantined == 1
    assert places(account) == {"false": [real]}


@pytest.mark.parametrize(("view", "base"), [("classic", "user.{}"), ("alt", "Other Users/{}")])
def test_somebody_else_s_folder_is_cleaned_into_quarantine_beside_it(
    cyrus: Cyrus, ledger: Ledger, view: str, base: str
) -> None:
    owner = cyrus.account("owner", view=view)  # type: ignore[arg-type]  # one of the two
    append(owner, FALSE, mail("true"))
    theirs = base.format(owner.username)
    there = f"{theirs}{'.' if view == 'classic' else '/'}Quarantaine"
    account = cyrus.account(view=view, folders=(theirs,), quarantine_folder=there)  # type: ignore[arg-type]  # one of the two
    with client(owner) as imap:
        imap._imap.setacl("INBOX", account.username, ALL)
    assert scan(account, ledger, folder=theirs).quarantined == 1
    own = "INBOX.Quarantaine" if view == "classic" else "INBOX/Quarantaine"
    assert places(owner) in ({"false": [own], "true": ["INBOX"]}, {"false": ["Quarantaine"], "true": ["INBOX"]})
    assert places(account) == {"false": [there], "true": [theirs]}


def test_a_real_server_names_the_folder_that_shows_all_mail(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(folders=("Tous",))
    with client(account) as imap:
        imap.create_folder("Tous")
    append(account, FALSE, folder="Tous")
    summary = scan(account, ledger, folder="Tous")
    assert (summary.judged, summary.quarantined, summary.failed) == (1, 0, 1)  # I-42
    assert places(account) == {"false": ["Tous"]}


# --- quotas (RFC 9208) and limits


def test_without_room_nothing_is_stored_and_a_move_still_works(cyrus: Cyrus) -> None:
    account = cyrus.account()
    large = mail("large", body="z" * 20_000)
    append(account, large)
    with cyrus.admin() as imap:
        assert imap._imap.setquota(f"user.{account.username}", "(STORAGE 16)")[0] == "OK"
    with opened(account) as mailbox:
        mailbox.select("INBOX", read_only=False)
        with pytest.raises(MailboxError) as caught:
            mailbox.append("INBOX", large, (), datetime.now(UTC))
        assert (caught.value.kind, caught.value.temporary) == ("limit", True)
        assert not isinstance(caught.value, UnclearOutcome)
        (uid,) = mailbox.uids_after(0)
        assert mailbox.move(uid, mailbox.ensure_folder(QUARANTINE)).uid is not None
    assert hashes(account) == once(large)


def let_in(account: AccountSettings, held: list[ImapMailbox]) -> bool:
    try:
        held.append(connect(account))
    except MailboxError:
        return False
    return True


def test_one_connection_too_many_is_a_matter_of_time(dovecot_acl: Dovecot) -> None:
    account = dovecot_acl.account()
    held = [connect(account) for _ in range(3)]
    with pytest.raises(MailboxError) as caught:
        connect(account)
    assert caught.value.temporary  # I-44: the supervisor comes back, and never takes it for a wrong password
    assert caught.value.kind in {"connect", "limit"}
    held.pop().close()
    assert until(lambda: let_in(account, held))  # once the server has noticed
    assert held[-1].select("INBOX", read_only=True).exists == 0
    for mailbox in held:
        mailbox.close()
