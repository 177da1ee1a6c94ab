"""What a verdict rests on is kept with it, bounded, and without what is never kept; signatures are known across accounts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.made import NOON, place, record
from vigie.auth_checks.frozen import answers_of, plain
from vigie.auth_checks.types import Delivery, DnsAnswer
from vigie.judge.examine import Examiner
from vigie.judge.settings import JudgeSettings
from vigie.ledger import freezing
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Frozen, Place, Sighting
from vigie.rules.types import Case, Label

DEMO = Path(__file__).parents[2] / "vigie" / "cli" / "demo_mails"
SETTINGS = JudgeSettings.model_validate({"dns": {"zone_file": DEMO / "zone.toml"}})
FALSE, GENUINE = DEMO / "010-remboursement-dossier.eml", DEMO / "001-information-de-paiement.eml"
HERE = place(1)
PLAIN = Frozen("0.1.0+aa", "{}", NOON, None, "", 0)
EDITION = ("0.1.0+aa", "{}")


def case_of(path: Path) -> Case:
    return Examiner(SETTINGS).examine(path.read_bytes(), now=NOON)


def frozen_of(case: Case, answers: Iterable[DnsAnswer] | None = None, **delivery: Any) -> Frozen | None:
    assert case.evidence is not None
    if answers is not None:
        case = replace(case, evidence=replace(case.evidence, answers=tuple(answers)))
    known = Delivery(**delivery)
    return freezing.frozen_from_case(case, HERE, edition=EDITION, received=NOON, delivery=known, at=NOON)


NAMES = st.from_regex(r"\A[a-z0-9_-]{1,20}(\.[a-z0-9_-]{1,20}){0,3}\Z")
ANSWERS = st.lists(
    st.one_of(
        st.builds(DnsAnswer, NAMES, st.sampled_from(["TXT", "A", "MX"]), st.lists(st.binary(max_size=40)).map(tuple)),
        st.builds(DnsAnswer, NAMES, st.just("TXT"), absent=st.just(True)),
        st.builds(DnsAnswer, NAMES, st.just("TXT"), fault=st.text(min_size=1, max_size=30)),
    ),
    max_size=5,
).map(tuple)


@given(answers=ANSWERS)
def test_every_answer_comes_back_as_it_was(answers: tuple[DnsAnswer, ...]) -> None:
    assert answers_of(plain(answers)) == answers


def test_what_is_frozen_comes_back_and_is_replaced_with_its_verdict(ledger: Ledger) -> None:
    first = replace(PLAIN, answers=(DnsAnswer("a.example", "TXT", (b"\0\xff\x1b",)),), received=NOON, elsewhere=3)
    ledger.add_records([record(1), record(2)], None, frozen={HERE: first})
    assert ledger.frozen(record(1).id) == first
    assert ledger.frozen(record(2).id) is None
    ledger.add_records([record(1, attempts=2)], None)
    assert ledger.frozen(record(1).id) == first
    later = replace(PLAIN, settings='{"x":1}')
    ledger.add_records([record(1)], None, frozen={HERE: later})
    assert ledger.frozen(record(1).id) == later


def test_nothing_stays_frozen_of_a_mail_that_turns_out_unrelated(ledger: Ledger) -> None:
    ledger.add_records([record(1), record(2)], None, frozen={HERE: PLAIN, place(2): PLAIN})
    ledger.add_records([record(1, verdict="unrelated")], None)
    assert ledger.frozen(record(1).id) is None
    assert ledger.frozen(record(2).id) == PLAIN


def test_a_record_that_kept_an_old_id_keeps_what_is_frozen_with_it(ledger: Ledger) -> None:
    ledger.add_records([record(1, id="anoldid0")], None)
    ledger.add_records([record(1)], None, frozen={HERE: PLAIN})
    assert ledger.frozen("anoldid0") == PLAIN


def test_nothing_is_frozen_without_its_record(ledger: Ledger) -> None:
    with pytest.raises(LedgerError):
        ledger.add_records([record(2)], None, frozen={HERE: PLAIN})
    assert ledger.record(record(2).id) is None


def test_damaged_answers_are_one_line(ledger: Ledger) -> None:
    ledger.add_records([record(1)], None, frozen={HERE: PLAIN})
    with sqlite3.connect(ledger.path) as connection:
        connection.execute("UPDATE frozen SET answers = '[[1]]'")
    connection.close()
    with pytest.raises(LedgerError, match="damaged"):
        ledger.frozen(record(1).id)


def test_a_signature_is_known_in_other_accounts_only(ledger: Ledger) -> None:
    seen = [Sighting("s1", "accueil", NOON), Sighting("s1", "direction", NOON), Sighting("s2", "accueil", NOON)]
    ledger.add_records([record(1)], None, sightings=seen)
    assert ledger.elsewhere(["s1", "s2", "s3"], "accueil") == {"s1": {"direction"}}
    assert ledger.elsewhere(["s1", "s2"], "mairie") == {"s1": {"accueil", "direction"}, "s2": {"accueil"}}
    assert ledger.elsewhere([], "mairie") == {}


def test_a_sighting_keeps_its_first_instant(ledger: Ledger) -> None:
    ledger.add_records([record(1)], None, sightings=[Sighting("s1", "accueil", NOON)])
    later = datetime(2027, 1, 1, tzinfo=UTC)
    ledger.add_records([record(1)], None, sightings=[Sighting("s1", "accueil", later)] * 2)
    with sqlite3.connect(ledger.path) as connection:
        found = connection.execute("SELECT first_seen FROM signatures").fetchall()
    connection.close()
    assert found == [("2026-11-22T12:00:00.000000+00:00",)]


def test_a_signature_is_forgotten_with_the_last_message_that_carries_it(ledger: Ledger) -> None:
    twice, direction = place(2, folder="Archives"), place(1, account="direction")
    seen = [
        *(Sighting(name, "accueil", NOON, place(1)) for name in ("alone", "shared", "everywhere")),
        *(Sighting(name, "accueil", NOON, twice) for name in ("shared", "other")),
        Sighting("everywhere", "direction", NOON, direction),
        Sighting("older", "accueil", NOON),  # written before it was known which message carries it
    ]
    ledger.add_records([record(1), record(twice), record(direction)], None, sightings=seen)
    ledger.add_records([record(1)], None, sightings=seen[:3])
    exported = {item["id"]: item["signatures"] for item in ledger.exported([record(1).id, record(twice).id])}
    assert exported == {record(1).id: ["alone", "everywhere", "shared"], record(twice).id: ["other", "shared"]}

    def known() -> set[tuple[str, str]]:
        accounts = ("accueil", "direction")
        rows = (item for name in accounts for item in ledger.exported_account(name) if item["kind"] == "signature")
        return {(item["account"], item["signature_id"]) for item in rows}

    assert ledger.forget_records([record(1).id]).signatures == 2
    rest = {("accueil", name) for name in ("shared", "other", "older")}
    assert known() == rest | {("direction", "everywhere")}
    assert [entry.detail for entry in ledger.audit_entries()][-1] == {"records": 1, "signatures": 2}
    assert ledger.forget_account("accueil", places=False).signatures == 3
    assert known() == {("direction", "everywhere")}


def test_a_false_and_a_genuine_mail_are_frozen_with_all_that_was_asked() -> None:
    for path in (FALSE, GENUINE):
        case = case_of(path)
        frozen = frozen_of(case)
        assert case.evidence is not None
        assert frozen is not None
        assert frozen.answers == case.evidence.answers != ()
        assert (frozen.lacking, frozen.examined_at, frozen.received) == ("", NOON, NOON)


def test_of_an_unrelated_mail_nothing_is_frozen_and_no_signature_kept() -> None:
    case = case_of(GENUINE)
    unrelated = replace(case, verdict=replace(case.verdict, label=Label.UNRELATED))
    assert frozen_of(unrelated) is None
    assert list(freezing.sightings(unrelated, HERE, NOON)) == []
    assert len(list(freezing.sightings(case, HERE, NOON))) == 1


def test_the_addresses_of_a_mailbox_are_not_kept() -> None:
    addresses = ("accueil@mairie.example", "jean.dupont@mairie.example")
    kept = frozen_of(case_of(GENUINE), recipients=addresses)
    assert kept is not None
    assert not any(word in repr(kept) for word in ("mairie", "accueil", "jean"))
    again = frozen_of(case_of(GENUINE), recipients=tuple(address.upper() for address in reversed(addresses)))
    assert again is not None
    assert kept.mailbox == again.mailbox != ""
    other = frozen_of(case_of(GENUINE), recipients=addresses[:1])
    assert other is not None
    assert other.mailbox != kept.mailbox


@pytest.mark.parametrize(
    ("answers", "lacking"),
    [
        ([DnsAnswer("a.example", "TXT", (b"\0" * 20_000,))], freezing.TOO_BIG),
        ([DnsAnswer("s._domainkey.1-85-05-75-123-456-78.example", "TXT", absent=True)], freezing.PRIVATE_NAME),
        ([DnsAnswer("a.example", "TXT", (b"1 85 05 75 123 456 78",))], ""),
    ],
)
def test_what_cannot_be_kept_is_left_out_with_the_reason(answers: list[DnsAnswer], lacking: str) -> None:
    frozen = frozen_of(case_of(GENUINE), answers)
    assert frozen is not None
    assert frozen.lacking == lacking
    assert frozen.answers == (() if lacking else tuple(answers))


def test_a_message_that_was_not_examined_cannot_be_judged_again() -> None:
    case = replace(case_of(FALSE), evidence=None)
    frozen = freezing.frozen_from_case(
        case, Place("a", "b", 1, 2), edition=EDITION, received=None, delivery=Delivery(), at=NOON
    )
    assert frozen is not None
    assert frozen.lacking == freezing.NOT_EXAMINED
