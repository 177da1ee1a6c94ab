"""An intent that was cut off, in every state the world can be in: taken up, never repeated blindly (threats 2.0, I-01, I-06..08, I-49)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanner.world import NOW, QUARANTINE, flags, hands, look, mail, places, scan, uids
from tests.servers.dovecot import Dovecot, append, client, hashes
from vigie.ledger.identity import fresh_id
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Decision, Intent, Outcome, Place, State
from vigie.rules.types import Label
from vigie.scanner import locate, recover
from vigie.scanner.decide import FALSE, Mode
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError, Moved, UnclearOutcome
from vigie.scanner.settings import AccountSettings

RAW = mail("faux", "impersonation")
WORLDS = ("source", "destination", "both", "neither")
Server = Callable[..., AccountSettings]


@pytest.fixture(params=["full", "uidplus", "poor"])
def server(request: pytest.FixtureRequest) -> Dovecot:
    name = {"full": "dovecot", "uidplus": "dovecot_uidplus", "poor": "dovecot_poor"}[request.param]
    found = request.getfixturevalue(name)
    assert isinstance(found, Dovecot)
    return found


def judged(account: AccountSettings, ledger: Ledger, raw: bytes = RAW, *, folder: str = "INBOX") -> Intent:
    """The message lies in the folder and was judged; the intent to quarantine it is durable and PENDING."""
    append(account, raw, folder=folder, flags=("\\Flagged", "perso"))
    scan(account, ledger, mode="observe", folder=folder)
    record = next(iter(ledger.records()))
    with contextlib.closing(hands(account, ledger).session) as session:
        status = session.mailbox.select(folder, read_only=True)
        summary = locate.summary_of(session.mailbox, record.place.uid)
    assert summary is not None
    assert status.uidvalidity == record.place.uidvalidity
    intent = Intent(
        fresh_id(),
        record.id,
        ActionKind.QUARANTINE,
        record.place,
        QUARANTINE,
        FALSE,
        State.PENDING,
        summary.message_id,
        record.sha256,
        summary.size,
        NOW,
        summary.flags,
        summary.internaldate,
    )
    ledger.open_intent(intent)
    return intent


def arrange(account: AccountSettings, intent: Intent, world: str) -> None:
    """Puts the message where the cut-off attempt, or somebody, may have left it."""
    with client(account) as connection:
        if not connection.folder_exists(QUARANTINE):
            connection.create_folder(QUARANTINE)
        connection.select_folder("INBOX")
        if world in {"destination", "both"}:
            connection.copy([intent.source.uid], QUARANTINE)
        if world in {"destination", "neither"}:
            connection.delete_messages([intent.source.uid])
            connection.expunge()


def begun(account: AccountSettings, ledger: Ledger, intent: Intent) -> None:
    """The state in which a kill after MOVING leaves the intent."""
    with client(account) as connection:
        if not connection.folder_exists(intent.destination):
            connection.create_folder(intent.destination)
        status = connection.folder_status(intent.destination, ["UIDVALIDITY", "UIDNEXT"])
    before = Place(account.name, intent.destination, status[b"UIDVALIDITY"], status[b"UIDNEXT"])
    ledger.begin(intent.id, before)


def recovered(account: AccountSettings, ledger: Ledger, mode: Mode = "enforce") -> Outcome:
    work = hands(account, ledger)
    with contextlib.closing(work.session):
        ((_, outcome),) = recover.recover(work, mode)
        assert ledger.open_intents(account.name) == []
        assert recover.recover(work, mode) == []
    return outcome


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("state", [State.PENDING, State.MOVING])
def test_every_state_in_every_world(server: Dovecot, ledger: Ledger, state: State, world: str) -> None:
    account = server.account()
    intent = judged(account, ledger)
    if state is State.MOVING:
        begun(account, ledger, intent)
    arrange(account, intent, world)
    before = hashes(account)
    outcome = recovered(account, ledger)
    poor = server.variant.name == "poor"
    there = places(account).get("faux", [])
    if world == "neither":
        assert outcome.state is State.GONE
        assert there == []
        return
    assert outcome.state is State.DONE
    assert outcome.destination is not None
    assert outcome.destination.folder == QUARANTINE
    assert set(hashes(account)) == set(before)
    if world == "destination":
        assert there == [QUARANTINE]
    elif poor:
        # Only a copy is possible: the original stays. Nobody copies a second time what an interrupted attempt has copied.
        copies = 2 if (world, state) == ("both", State.PENDING) else 1
        assert sorted(there) == ["INBOX", *[QUARANTINE] * copies]
        assert "original stays" in outcome.detail
    else:
        # PENDING: nothing was sent, so the copy there is somebody's own and stays beside ours.
        copies = 2 if (world, state) == ("both", State.PENDING) else 1
        assert there == [QUARANTINE] * copies
    validity, found = uids(account, QUARANTINE)
    assert (outcome.destination.uidvalidity, outcome.destination.uid in found) == (validity, True)
    held = [seen for seen in look(account) if seen.folder == QUARANTINE]
    assert all({"\\Flagged", "perso"} <= set(seen.flags) for seen in held)


def test_identical_mails_are_told_apart(server: Dovecot, ledger: Ledger) -> None:
    """The copy that an earlier intent brought is not the second one's, though its bytes are the same."""
    account = server.account()
    append(account, RAW, RAW)
    first = scan(account, ledger)
    assert first.quarantined == 2
    poor = server.variant.name == "poor"
    assert sorted(places(account)["faux"]) == sorted(["INBOX"] * (2 * poor) + [QUARANTINE] * 2)
    second = judged(account, ledger)
    begun(account, ledger, second)
    assert recovered(account, ledger).state is State.DONE
    assert sorted(places(account)["faux"]) == sorted(["INBOX"] * (3 * poor) + [QUARANTINE] * 3)


def test_a_uid_that_is_another_message_now_is_not_touched(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    intent = judged(account, ledger)
    ledger.close_intent(Outcome(intent.id, State.FAILED, NOW))
    append(account, mail("innocent"))
    _, (_, other) = uids(account)
    wrong = replace(intent, id=fresh_id(), source=replace(intent.source, uid=other))
    ledger.open_intent(wrong)
    assert recovered(account, ledger).state is State.GONE
    assert places(account) == {"faux": ["INBOX"], "innocent": ["INBOX"]}
    assert flags(account, "innocent") == set()


@pytest.mark.parametrize("state", [State.PENDING, State.MOVING])
def test_after_a_uidvalidity_change_the_message_is_found_by_its_content(
    dovecot: Dovecot, ledger: Ledger, state: State
) -> None:
    account = dovecot.account()
    intent = judged(account, ledger)
    ledger.close_intent(Outcome(intent.id, State.FAILED, NOW))
    append(account, mail("innocent"))
    validity, (mine, _) = uids(account)
    # as if the folder had been renumbered: our UID is somebody else's now
    stale = Place(account.name, "INBOX", validity - 1, mine + 1)
    ledger.open_intent(replace(intent, id=fresh_id(), source=stale))
    if state is State.MOVING:
        begun(account, ledger, ledger.open_intents(account.name)[0])
    assert recovered(account, ledger).state is State.DONE
    assert places(account) == {"faux": [QUARANTINE], "innocent": ["INBOX"]}


@pytest.mark.parametrize("label", [label for label in Label if label is not Label.IMPERSONATION])
def test_the_actor_moves_nothing_without_the_verdict(dovecot: Dovecot, ledger: Ledger, label: Label) -> None:
    """The first invariant, at the actor: whatever an intent says, only a durable "impersonation" is moved."""
    account = dovecot.account()
    judged(account, ledger, mail("faux", label.value))
    assert recovered(account, ledger).state is State.FAILED
    assert places(account) == {"faux": ["INBOX"]}
    assert flags(account, "faux") == {"\\Flagged", "perso"}


def test_the_actor_moves_nothing_that_is_proven(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    judged(account, ledger, mail("faux", "impersonation proven"))
    assert recovered(account, ledger).state is State.FAILED
    assert places(account) == {"faux": ["INBOX"]}


def test_the_actor_moves_nothing_that_was_released_meanwhile(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    intent = judged(account, ledger)
    ledger.set_decision(intent.record_id, Decision.RELEASED, NOW)
    assert recovered(account, ledger).state is State.FAILED
    assert places(account) == {"faux": ["INBOX"]}


@pytest.mark.parametrize("mode", ["observe", "tag"])
def test_a_rolled_back_mode_withdraws_what_was_not_begun(dovecot: Dovecot, ledger: Ledger, mode: Mode) -> None:
    account = dovecot.account()
    judged(account, ledger)
    assert recovered(account, ledger, mode).state is State.FAILED
    assert places(account) == {"faux": ["INBOX"]}


def test_what_was_begun_is_finished_in_every_mode(dovecot_uidplus: Dovecot, ledger: Ledger) -> None:
    account = dovecot_uidplus.account()
    intent = judged(account, ledger)
    begun(account, ledger, intent)
    arrange(account, intent, "both")
    assert recovered(account, ledger, "observe").state is State.DONE
    assert places(account) == {"faux": [QUARANTINE]}


def test_foreign_deleted_messages_survive(server: Dovecot, ledger: Ledger) -> None:
    r"""I-03: what other clients have marked \Deleted is not ours to expunge."""
    account = server.account()
    append(account, mail("marque-1"), mail("marque-2"), flags=("\\Deleted",))
    append(account, *(mail(f"faux-{number}", "impersonation") for number in range(5)))
    contents = hashes(account)
    assert scan(account, ledger).quarantined == 5
    if server.variant.name == "poor":
        assert set(hashes(account)) == set(contents)
    else:
        assert hashes(account) == contents
    assert places(account)["marque-1"] == places(account)["marque-2"] == ["INBOX"]


class _Unclear(imap.ImapMailbox):
    """A server whose answer to a move is lost: before it was carried out, or after."""

    after = True
    moves = 0

    def move(self, uid: int, folder: str) -> Moved:
        type(self).moves += 1
        if self.after:
            super().move(uid, folder)
        raise UnclearOutcome("cut off")


@pytest.mark.parametrize(("after", "moves"), [(True, 1), (False, recover.LOOKS)])
def test_an_unclear_answer_is_looked_up_over_another_connection(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, *, after: bool, moves: int
) -> None:
    account = dovecot.account()
    append(account, RAW)
    monkeypatch.setattr(_Unclear, "after", after)
    monkeypatch.setattr(_Unclear, "moves", 0)
    real = imap.connect
    with monkeypatch.context() as patch:
        patch.setattr(imap, "connect", lambda settings: _Unclear(real(settings)._session))
        if after:
            assert scan(account, ledger).quarantined == 1
        else:
            assert scan(account, ledger).waiting == 1
            assert [intent.state for intent in ledger.open_intents(account.name)] == [State.MOVING]
    assert _Unclear.moves == moves
    summary = scan(account, ledger)
    assert summary.recovered == (0 if after else 1)
    assert places(account) == {"faux": [QUARANTINE]}


class _Terse(imap.ImapMailbox):
    """A server that refuses a move to a missing folder without saying why (I-13)."""

    def move(self, uid: int, folder: str) -> Moved:
        if self._listed(folder) is None:
            raise MailboxError("refused", "no", temporary=False)
        return super().move(uid, folder)


def test_a_quarantine_folder_that_somebody_removed_meanwhile_is_made_again(
    server: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server.account()
    judged(account, ledger)  # the intent is durable, its folder was never there
    real = imap.connect
    with monkeypatch.context() as patch:
        patch.setattr(imap, "connect", lambda settings: _Terse(real(settings)._session))
        assert recovered(account, ledger).state is State.DONE
    assert QUARANTINE in places(account)["faux"]


def test_an_intent_whose_move_always_ends_the_session_does_not_keep_new_mail_waiting(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account()
    judged(account, ledger)
    append(account, mail("neuf", "suspicious"))
    monkeypatch.setattr(_Unclear, "after", False)
    real = imap.connect
    monkeypatch.setattr(imap, "connect", lambda settings: _Unclear(real(settings)._session))
    assert scan(account, ledger).tagged == 1
    assert [intent.state for intent in ledger.open_intents(account.name)] == [State.MOVING]


@pytest.mark.parametrize("world", ["source", "destination", "both", "neither"])
def test_a_copy_that_the_user_keeps_in_quarantine_is_never_taken_for_ours(
    server: Dovecot, ledger: Ledger, world: str
) -> None:
    """The same bytes lay there before; killed after MOVING, before or after the command was carried out."""
    account = server.account()
    intent = judged(account, ledger)
    arrange(account, intent, "both")
    own = uids(account, QUARANTINE)
    begun(account, ledger, intent)
    arrange(account, intent, world)
    outcome = recovered(account, ledger)
    validity, found = uids(account, QUARANTINE)
    assert (validity, found[:1]) == own, "his own copy is still there"
    assert len(found) == (1 if world == "neither" else 2)
    assert outcome.state is (State.GONE if world == "neither" else State.DONE)
    if outcome.destination is not None:
        assert outcome.destination.uid == found[1]
    poor = server.variant.name == "poor" and world in {"source", "both"}
    assert places(account).get("faux", []).count("INBOX") == (1 if poor else 0)


def test_where_nobody_knows_how_the_destination_was_a_second_copy_is_the_smaller_harm(
    dovecot: Dovecot, ledger: Ledger
) -> None:
    """An intent of an older Vigie: it does not say what lay in quarantine before."""
    account = dovecot.account()
    intent = judged(account, ledger)
    arrange(account, intent, "both")
    ledger.advance(intent.id, State.MOVING)
    assert recovered(account, ledger).state is State.DONE
    assert places(account) == {"faux": [QUARANTINE] * 2}


class _Full(imap.ImapMailbox):
    """A server without room in quarantine, as long as `room` is 0; it counts who asks."""

    room = 0
    asked = 0

    def move(self, uid: int, folder: str) -> Moved:
        type(self).asked += 1
        if not self.room:
            raise MailboxError("limit", "quota exceeded", temporary=True)
        return super().move(uid, folder)


@contextmanager
def _without_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = imap.connect
    with monkeypatch.context() as patch:
        patch.setattr(imap, "connect", lambda settings: _Full(real(settings)._session))
        patch.setattr(_Full, "room", 0)
        yield


def test_a_full_quarantine_does_not_keep_new_mail_waiting(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account()
    append(account, *(mail(f"faux-{number}", "impersonation", body="x" * number) for number in range(6)))
    real = imap.connect
    monkeypatch.setattr(imap, "connect", lambda settings: _Full(real(settings)._session))
    monkeypatch.setattr(_Full, "asked", 0)
    monkeypatch.setattr(_Full, "room", 0)
    told: list[tuple[str, int]] = []

    def passed() -> int:
        _Full.asked = 0
        return scan(account, ledger, progress=lambda it: told.append((it.record.subject, _Full.asked))).quarantined

    assert passed() == 0
    assert _Full.asked == 6
    assert {intent.state for intent in ledger.open_intents(account.name)} == {State.PENDING}
    assert {"$Phishing", "$Junk"} <= flags(account, "faux-3")  # I-38: tagged, as it cannot be moved
    append(account, mail("neuf", "suspicious"))
    assert passed() == 0
    assert (_Full.asked, told[-1]) == (0, ("neuf", 0))  # put off, so not even asked
    for intent in ledger.open_intents(account.name):
        ledger.put_off((intent.id,), NOW)
    append(account, mail("encore", "suspicious"))
    assert passed() == 0
    assert told[-1] == ("encore", 0), "new mail goes first"
    assert _Full.asked == 1, "one refusal speaks for the larger ones"
    _Full.room = 1
    for intent in ledger.open_intents(account.name):
        ledger.put_off((intent.id,), NOW)
    assert passed() == 6
    assert ledger.open_intents(account.name) == []
    assert ledger.sendings(account.name) == {}
    assert [place for name, place in places(account).items() if name.startswith("faux")] == [[QUARANTINE]] * 6


def test_what_was_refused_is_not_put_off_for_longer_than_it_should_when_the_clock_jumps(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account()
    append(account, RAW)
    with _without_room(monkeypatch):
        assert scan(account, ledger).waiting == 1
    (intent,) = ledger.open_intents(account.name)
    ledger.put_off((intent.id,), datetime.now(UTC) + timedelta(days=400))  # I-52
    assert scan(account, ledger).quarantined == 1


def test_a_refused_intent_is_withdrawn_when_the_mode_is_rolled_back(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account()
    append(account, RAW)
    with _without_room(monkeypatch):
        scan(account, ledger)
    assert scan(account, ledger, mode="tag").failed == 1
    assert (ledger.open_intents(account.name), places(account)) == ([], {"faux": ["INBOX"]})


class _Slow(imap.ImapMailbox):
    """A server that copies, and answers when nobody waits any more."""

    moves = 0

    def move(self, uid: int, folder: str) -> Moved:
        type(self).moves += 1
        raise UnclearOutcome(f"moving {uid} to {folder}: no answer in time", slow=True)


def test_a_server_that_is_still_at_it_is_not_asked_again(
    dovecot_uidplus: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot_uidplus.account()
    append(account, RAW)
    real = imap.connect
    monkeypatch.setattr(_Slow, "moves", 0)
    with monkeypatch.context() as patch:
        patch.setattr(imap, "connect", lambda settings: _Slow(real(settings)._session))
        assert scan(account, ledger).waiting == 1
        assert scan(account, ledger).waiting == 0
    (intent,) = ledger.open_intents(account.name)
    assert (_Slow.moves, intent.state) == (1, State.MOVING)
    arrange(account, intent, "both")  # the copy is made at last
    ledger.put_off([intent.id], NOW)
    assert scan(account, ledger).quarantined == 1
    assert places(account) == {"faux": [QUARANTINE]}
