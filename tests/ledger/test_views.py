"""Messages that people look at: asked for, sealed, shown to who asked, gone after ten minutes."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.ledger.desks import case, hold
from tests.ledger.made import NOON
from vigie.ledger import sealing, view_rows
from vigie.ledger.desk import Desk
from vigie.ledger.review_types import Failed, Fetched, Pending, Refusal, Unknown
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Decision

OF = case(1)
RAW = b"From: ameli <contact@example.net>\r\nSubject: MARKER-IN-CLEAR\r\n\r\nnumero 1 23 45 67 890 123 45\r\n"
LATER = NOON + view_rows.LIFE


@pytest.fixture
def marie(ledger: Ledger) -> Desk:
    hold(ledger, OF)
    return ledger.desk("web:marie")


def asked(answer: object) -> Pending:
    assert isinstance(answer, Pending), answer
    return answer


def test_a_message_is_asked_for_fetched_and_shown(ledger: Ledger, marie: Desk) -> None:
    request = asked(marie.ask_view(OF.id, at=NOON))
    assert marie.view(request.request_id, at=NOON, how="rendered") == request
    assert ledger.wanted_views("accueil", NOON) == [request]
    assert ledger.wanted_views("direction", NOON) == []
    ledger.answer_view(request.request_id, RAW, NOON)
    assert ledger.wanted_views("accueil", NOON) == []
    for how in ("rendered", "raw"):
        shown = marie.view(request.request_id, at=NOON, how=how)
        assert shown == Fetched(request.request_id, OF.id, RAW, LATER)
    views = [entry for entry in ledger.audit_entries() if entry.what == "view"]
    assert [(entry.who, entry.about, entry.detail["how"]) for entry in views] == [
        ("web:marie", OF.id, "asked"),
        ("web:marie", OF.id, "rendered"),
        ("web:marie", OF.id, "raw"),
    ]


def test_the_file_holds_nothing_that_can_be_read(tmp_path: Path, ledger: Ledger, marie: Desk) -> None:
    """W-25."""
    request = asked(marie.ask_view(OF.id, at=NOON))
    ledger.answer_view(request.request_id, RAW, NOON)
    files = [path for path in tmp_path.iterdir() if path.name != "vigie.db-key"]
    assert any(path.stat().st_size > len(RAW) for path in files)
    for path in files:
        assert b"MARKER-IN-CLEAR" not in path.read_bytes()
    assert (tmp_path / "vigie.db-key").stat().st_mode & 0o777 == 0o600


def test_it_is_the_asking_persons_alone(ledger: Ledger, marie: Desk) -> None:
    request = asked(marie.ask_view(OF.id, at=NOON))
    ledger.answer_view(request.request_id, RAW, NOON)
    assert ledger.desk("web:paul").view(request.request_id, at=NOON, how="raw") == Unknown()
    moved = ledger.desk("web:marie", frozenset({"direction"}))
    assert moved.view(request.request_id, at=NOON, how="raw") == Unknown()
    assert asked(ledger.desk("web:paul").ask_view(OF.id, at=NOON)).request_id != request.request_id
    assert asked(marie.ask_view(OF.id, at=NOON + timedelta(minutes=1))).request_id == request.request_id


def test_it_lives_ten_minutes(ledger: Ledger, marie: Desk) -> None:
    request = asked(marie.ask_view(OF.id, at=NOON))
    ledger.answer_view(request.request_id, RAW, NOON)
    assert isinstance(marie.view(request.request_id, at=LATER - timedelta(seconds=1), how="raw"), Fetched)
    assert marie.view(request.request_id, at=LATER, how="raw") == Unknown()
    assert ledger.expire_views(NOON) == 0
    assert ledger.expire_views(LATER) == 1
    late = asked(marie.ask_view(OF.id, at=NOON))
    assert ledger.wanted_views("accueil", LATER) == []
    ledger.answer_view(late.request_id, RAW, LATER)
    assert ledger.wanted_views("accueil", NOON) == [late]  # the answer came too late and was dropped
    assert ledger.expire_views(NOON - timedelta(days=1)) == 1  # the clock was set back: nothing lives longer


def test_a_person_has_some_at_a_time(ledger: Ledger) -> None:
    many = [case(uid) for uid in range(1, view_rows.MOST + 3)]
    hold(ledger, *many)
    marie, paul = ledger.desk("web:marie"), ledger.desk("web:paul")
    other = asked(paul.ask_view(many[0].id, at=NOON))
    requests = [asked(marie.ask_view(of.id, at=NOON + timedelta(seconds=at))) for at, of in enumerate(many)]
    waiting = ledger.wanted_views("accueil", NOON + timedelta(minutes=1))
    assert waiting == [other, *requests[2:]]


@pytest.mark.parametrize("verdict", ["unrelated", "genuine"])
def test_a_harmless_mail_is_its_readers_alone(ledger: Ledger, verdict: str) -> None:
    ledger.add_records([case(1, verdict=verdict)], None)
    answer = ledger.desk("web:marie").ask_view(OF.id, at=NOON)
    assert isinstance(answer, Refusal)
    assert answer.code == "private"
    assert ledger.wanted_views("accueil", NOON) == []


def test_why_there_is_none(ledger: Ledger, marie: Desk) -> None:
    request = asked(marie.ask_view(OF.id, at=NOON))
    ledger.answer_view(request.request_id, ("gone", "It is gone."), NOON)
    assert marie.view(request.request_id, at=NOON, how="raw") == Failed(
        request.request_id, OF.id, "gone", "It is gone."
    )
    again = asked(marie.ask_view(OF.id, at=NOON))
    assert again.request_id != request.request_id
    ledger.answer_view(again.request_id, RAW, NOON)
    ledger.answer_view(again.request_id, ("fault", "Late."), NOON)
    assert isinstance(marie.view(again.request_id, at=NOON, how="raw"), Fetched)


def test_what_is_forgotten_is_not_shown(ledger: Ledger, marie: Desk) -> None:
    request = asked(marie.ask_view(OF.id, at=NOON))
    ledger.answer_view(request.request_id, RAW, NOON)
    marie.decide(OF.id, Decision.CONFIRMED, seen=0, at=NOON)
    assert marie.purge([OF.id]).records == 1
    assert marie.view(request.request_id, at=NOON, how="raw") == Unknown()


def test_only_the_beginning_of_a_big_one(ledger: Ledger) -> None:
    hold(ledger, case(1, case_json='{"verdict":"impersonation","partial":true}'))
    marie = ledger.desk("web:marie")
    request = asked(marie.ask_view(OF.id, at=NOON))
    ledger.answer_view(request.request_id, RAW, NOON)
    shown = marie.view(request.request_id, at=NOON, how="raw")
    assert isinstance(shown, Fetched)
    assert shown.partial


# -- the seal ----------------------------------------------------------------------------------------------------------------


def test_a_seal_holds_for_its_request_its_key_and_its_bytes(tmp_path: Path) -> None:
    here, there = tmp_path / "a.db", tmp_path / "b.db"
    sealed = sealing.seal(here, RAW, "one")
    assert sealing.unseal(here, sealed, "one") == RAW
    assert sealing.seal(here, RAW, "one") != sealed
    changed = bytes((sealed[0] ^ 1,)) + sealed[1:]
    for ledger, text, about in (
        (here, sealed, "two"),
        (there, sealed, "one"),
        (here, changed, "one"),
        (here, b"", "one"),
    ):
        with pytest.raises(LedgerError, match="does not open"):
            sealing.unseal(ledger, text, about)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    ledger = tmp_path / "vigie.db"
    sealed = sealing.seal(ledger, RAW, "one")
    key = sealing.key_path(ledger)
    key.chmod(0o640)
    with pytest.raises(LedgerError, match="chmod 600"):
        sealing.unseal(ledger, sealed, "one")
    key.chmod(0o600)
    key.write_bytes(b"short")
    with pytest.raises(LedgerError, match="no key of Vigie"):
        sealing.seal(ledger, RAW, "one")
    key.unlink()
    sealing.seal(ledger, RAW, "one")
    with pytest.raises(LedgerError, match="does not open"):
        sealing.unseal(ledger, sealed, "one")
    assert [path.name for path in tmp_path.iterdir()] == ["vigie.db-key"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be used"):
        sealing.seal(tmp_path / "nowhere" / "vigie.db", RAW, "one")


def test_something_was_written_is_noticed(url: str, ledger: Ledger) -> None:
    before = ledger.version()
    assert ledger.version() == before
    with Ledger(url, "cli:paul") as other:
        hold(other, OF)
    after = ledger.version()
    assert after != before
    ledger.desk("x").decide(OF.id, Decision.CONFIRMED, seen=0, at=NOON)
    assert ledger.version() != after
