import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.ledger.made import NOON, intent, outcome, record
from vigie.ledger.store import Ledger
from vigie.ledger.types import Cursor, Decision

PROCESS = """
import sys
from tests.ledger.made import place, record
from vigie.ledger.store import Ledger
from vigie.ledger.types import Cursor
ledger = Ledger(sys.argv[1])
for uid in range(60):
    where = place(uid, account=sys.argv[2])
    ledger.add_records([record(where)], Cursor(sys.argv[2], "INBOX", 7, uid))
    ledger.add_records([], Cursor("shared", "INBOX", 7, uid))
"""


def test_programs_that_open_a_new_ledger_at_once_all_write(url: str) -> None:
    names = ["a", "b", "c"]
    programs = [subprocess.Popen([sys.executable, "-c", PROCESS, url, name]) for name in names]
    assert [program.wait() for program in programs] == [0, 0, 0]
    with Ledger(url) as ledger:
        assert [len(list(ledger.records(account=name))) for name in names] == [60, 60, 60]
        assert ledger.cursor("shared", "INBOX") == Cursor("shared", "INBOX", 7, 59)


def test_threads_share_one_ledger(ledger: Ledger) -> None:
    def work(number: int) -> None:
        for step in range(20):
            of = record(1000 * number + step)
            ledger.add_records([of], Cursor("accueil", "INBOX", 7, 1000 * number + step))
            ledger.open_intent(intent(of, f"{number}-{step}"))
            assert ledger.record(of.id) == of
            ledger.close_intent(outcome(intent(of, f"{number}-{step}")))
            ledger.beat("accueil", "INBOX", NOON, step, "")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert len(list(ledger.records(held=True))) == 160
    assert ledger.cursor("accueil", "INBOX") == Cursor("accueil", "INBOX", 7, 7019)
    assert ledger.open_intents("accueil") == []


def test_of_two_decisions_at_once_both_are_remembered_and_the_last_counts(ledger: Ledger) -> None:
    of = record(1)
    ledger.add_records([of], None)
    gate = threading.Barrier(2)

    def decide(decision: Decision) -> None:
        gate.wait()
        ledger.set_decision(of.id, decision, NOON)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(decide, [Decision.RELEASED, Decision.CONFIRMED]))
    found = ledger.record(of.id)
    assert found is not None
    assert found.decision == ledger.decisions(of.id)[-1][0]
    assert len(ledger.decisions(of.id)) == 2
