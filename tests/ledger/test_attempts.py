"""Attempts are counted before a judgement and forgotten with its record: what is left tells what killed a scan (I-50)."""

import pytest

from tests.ledger.made import intent, place, record
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Cursor


def left(ledger: Ledger) -> dict[int, int]:
    return ledger.attempts("accueil", "INBOX", 7)


def test_counted_uncounted_and_forgotten_with_the_record(ledger: Ledger) -> None:
    ledger.count_attempts([place(1), place(2), place(3)])
    ledger.count_attempts([place(1)])
    assert left(ledger) == {1: 2, 2: 1, 3: 1}
    ledger.uncount_attempts([place(1), place(2), place(9)])
    assert left(ledger) == {1: 1, 3: 1}
    ledger.add_records([record(1)], None)
    assert left(ledger) == {3: 1}
    assert list(ledger.records()) == [record(1)]


def test_the_cursor_forgets_what_it_has_passed(ledger: Ledger) -> None:
    ledger.count_attempts([place(1), place(5), place(2, folder="Autre"), place(9, uidvalidity=6)])
    ledger.add_records([], Cursor("accueil", "INBOX", 7, 4))
    assert left(ledger) == {5: 1}
    assert ledger.attempts("accueil", "Autre", 7) == {2: 1}
    assert ledger.attempts("accueil", "INBOX", 6) == {}


def test_records_intents_and_cursor_are_one_transaction(ledger: Ledger) -> None:
    wanted = intent(record(1), "aaaa")
    ledger.add_records([record(1)], Cursor("accueil", "INBOX", 7, 1), [wanted])
    assert ledger.open_intents("accueil") == [wanted]
    stray = intent(record(8), "bbbb")
    with pytest.raises(LedgerError):
        ledger.add_records([record(2)], Cursor("accueil", "INBOX", 7, 2), [stray])
    assert list(ledger.records()) == [record(1)]
    assert ledger.cursor("accueil", "INBOX") == Cursor("accueil", "INBOX", 7, 1)
