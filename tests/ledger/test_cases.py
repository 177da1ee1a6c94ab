"""The list of cases: piles, filters, search, order, pages; figures; and what the indices are for."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, text

from tests.ledger.desks import SHAPE, carry_out, case, hold
from tests.ledger.made import NOON
from vigie.ledger.desk import Desk
from vigie.ledger.review_types import CaseLine, Pile, Sort, Standing, Wanted
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.spreadsheet import COLUMNS, lines, safe
from vigie.ledger.store import Ledger
from vigie.ledger.types import Decision

HELD = [
    case(1, subject="Votre remboursement", theme="refund", author="Sécurité sociale <a@example.net>"),
    case(2, subject="Carte à renouveler", account="direction", verdict="suspicious", campaign=""),
    case(3, subject="100 % gratuit _ '; DROP TABLE records --", sender="?example.org"),
    case(4, subject='=HYPERLINK("https://example.net")', author="zoé <z@example.net>"),
]
IN_PLACE = [case(5, subject="Seulement marqué", verdict="suspicious"), case(6, verdict="genuine", theme="")]
UNRELATED = case(7, verdict="unrelated", subject="", author="", theme="", campaign="", sender="")


@pytest.fixture
def full(ledger: Ledger) -> Ledger:
    hold(ledger, *HELD)
    ledger.add_records([*IN_PLACE, UNRELATED], None)
    ledger.desk("web:marie").decide(HELD[2].id, Decision.CONFIRMED, seen=0, at=NOON)
    ledger.desk("web:marie").decide(HELD[3].id, Decision.RELEASED, seen=0, at=NOON)
    return ledger


def uids(desk: Desk, wanted: Wanted, **more: Any) -> list[int]:
    known = {one.id: one.place.uid for one in (*HELD, *IN_PLACE, UNRELATED)}
    return [known[line.id] for line in desk.cases(wanted, **more).cases]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [2, 1]),
        (Wanted(Pile.HELD), [4, 3, 2, 1]),
        (Wanted(Pile.CONFIRMED), [3]),
        (Wanted(Pile.RELEASED), [4]),
        (Wanted(Pile.DECIDED), [4, 3]),
        (Wanted(Pile.IN_PLACE), [6, 5]),
        (Wanted(Pile.ALL), [6, 5, 4, 3, 2, 1]),
        (Wanted(Pile.ALL, verdicts=("unrelated",)), [7]),
        (Wanted(Pile.ALL, verdicts=("suspicious", "genuine")), [6, 5, 2]),
        (Wanted(Pile.HELD, account="direction"), [2]),
        (Wanted(Pile.HELD, account="nobody's"), []),
        (Wanted(Pile.ALL, theme="refund"), [1]),
        (Wanted(Pile.HELD, campaign=SHAPE), [4, 3, 1]),
        (Wanted(Pile.ALL, since=NOON + timedelta(seconds=3), until=NOON + timedelta(seconds=5)), [4, 3]),
        (Wanted(Pile.ALL, search="SECURITE remboursement"), [1]),
        (Wanted(Pile.ALL, search="<1@example.org>"), [1]),
        (Wanted(Pile.ALL, search=HELD[1].id), [2]),
        (Wanted(Pile.ALL, search="%"), [3]),
        (Wanted(Pile.ALL, search="_"), [3]),
        (Wanted(Pile.ALL, search="'; DROP TABLE"), [3]),
        (Wanted(Pile.ALL, search="Ｃａｒｔｅ"), [6, 2]),
        (Wanted(Pile.ALL, search="rembоursement"), [1]),  # a Cyrillic o
        (Wanted(Pile.ALL, search="remboursement carte"), []),
        (Wanted(Pile.ALL, search=" \0 \ud800 " * 10), []),
        (Wanted(Pile.ALL, search="a" * 100_000), []),
    ],
)
def test_what_a_list_holds(full: Ledger, wanted: Wanted, expected: list[int]) -> None:
    """W-15."""
    desk = full.desk("web:marie")
    assert uids(desk, wanted) == expected
    assert desk.cases(wanted).total == len(expected)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.NEWEST, [4, 3, 2, 1]),
        (Sort.OLDEST, [1, 2, 3, 4]),
        (Sort.SUBJECT, [3, 4, 2, 1]),
        (Sort.AUTHOR, [2, 3, 1, 4]),
        (Sort.ACCOUNT, [1, 3, 4, 2]),
    ],
)
def test_the_order_of_a_list(full: Ledger, sort: Sort, expected: list[int]) -> None:
    assert uids(full.desk("web:marie"), Wanted(Pile.HELD), sort=sort) == expected


def test_what_a_line_says(full: Ledger) -> None:
    newest, confirmed, *_ = full.desk("web:marie").cases(Wanted(Pile.HELD)).cases
    assert (newest.standing, newest.decision, newest.version) == (Standing.RELEASING, Decision.RELEASED, 1)
    assert (confirmed.standing, confirmed.decided_by, confirmed.decided_at) == (Standing.HELD, "web:marie", NOON)
    carry_out(full)
    (released,) = full.desk("web:marie").cases(Wanted(Pile.RELEASED)).cases
    assert released.standing is Standing.RELEASED


def test_a_person_sees_the_accounts_that_are_his(full: Ledger) -> None:
    desk = full.desk("web:paul", frozenset({"direction", "elsewhere"}))
    assert uids(desk, Wanted(Pile.ALL)) == [2]
    assert uids(desk, Wanted(Pile.ALL, account="accueil")) == []
    counts = desk.counts(since=NOON - timedelta(days=1), until=NOON + timedelta(days=1))
    assert (counts.waiting, counts.held, counts.judged) == (1, 1, {"suspicious": 1})
    assert full.desk("web:nobody", frozenset()).cases(Wanted(Pile.ALL)).total == 0


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sort=st.sampled_from(Sort), limit=st.integers(1, 4))
def test_pages_forth_and_back_hold_every_line_once(full: Ledger, sort: Sort, limit: int) -> None:
    desk = full.desk("web:marie")
    whole = desk.cases(Wanted(Pile.ALL), sort=sort).cases
    pages, mark = [], ""
    while True:
        page = desk.cases(Wanted(Pile.ALL), sort=sort, mark=mark, limit=limit)
        pages.append(page)
        if not page.after:
            break
        mark = page.after
    assert [line for page in pages for line in page.cases] == list(whole)
    back = pages[-1]
    for before in reversed(pages[:-1]):
        back = desk.cases(Wanted(Pile.ALL), sort=sort, mark=back.before, limit=limit)
        assert back.cases == before.cases
    assert back.before == ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mark=st.one_of(st.text(max_size=40), st.sampled_from(["W10", "WzEsMl0", "bnVsbA", "W3RydWUsIngiLDFlOTld"])))
def test_a_mark_that_is_none_begins_at_the_top(full: Ledger, mark: str) -> None:
    assert uids(full.desk("web:marie"), Wanted(), mark=mark) == [2, 1]


def test_figures(full: Ledger) -> None:
    counts = full.desk("web:marie").counts(since=NOON - timedelta(days=2), until=NOON + timedelta(days=1))
    assert (counts.waiting, counts.held, counts.oldest_waiting) == (2, 4, HELD[0].judged_at)
    assert counts.judged == {"impersonation": 3, "suspicious": 2, "genuine": 1, "unrelated": 1}
    assert [day for day, _ in counts.by_day] == ["2026-11-20", "2026-11-21", "2026-11-22"]
    assert counts.by_day[-1][1] == counts.judged
    assert counts.by_theme == [("card", 3), ("refund", 1)]  # the released one is no fraud
    assert counts.waiting_by_account == {"accueil": 1, "direction": 1}


def test_what_is_old_loses_what_the_list_told_of_it(full: Ledger) -> None:
    full.expire(RetentionSettings(), NOON + timedelta(days=400))
    assert [(line.subject, line.theme, line.campaign) for line in full.desk("x").cases(Wanted()).cases] == [
        ("", "", ""),
        ("", "", ""),
    ]
    assert full.desk("x").cases(Wanted(search="remboursement")).total == 0
    assert full.desk("x").cases(Wanted(search=HELD[0].id)).total == 1


def test_lists_are_read_from_indices(url: str, full: Ledger) -> None:
    """The rows are long: a list, a search and the figures of 10,000 cases read none of them."""
    statements: list[tuple[str, Any]] = []
    engine = full._database._engine
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append((told[2], told[3])))
    desk = full.desk("web:marie")
    for pile in (Pile.WAITING, Pile.REQUESTED, Pile.HELD, Pile.ALL):
        desk.cases(Wanted(pile, search="carte", theme="card", account="accueil", since=NOON))
    desk.counts(since=NOON, until=NOON + timedelta(days=1))
    desk.campaigns()
    plans = []
    watching = create_engine(url)
    with watching.connect() as connection:
        for statement, values in statements:
            if "SELECT" in statement and "WHERE records.number IN" not in statement:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                plans += [(row[3], statement) for row in rows if " records" in row[3]]
        assert connection.execute(text("SELECT count(*) FROM records")).scalar_one() == 7
    watching.dispose()
    assert plans
    for plan, statement in plans:
        assert "COVERING INDEX" in plan, f"{plan}: {statement}"


HOSTILE = st.one_of(
    st.text(max_size=20),
    st.sampled_from("= + - @ \t \r \n | % ＝ ＋ － ＠ ' \" ;= ;- a;\"＝ ;'=".split(" ")).flatmap(
        lambda start: st.text(max_size=9).map(lambda rest: start + rest)
    ),
)


@given(subject=HOSTILE, author=HOSTILE)
def test_no_cell_of_the_csv_is_a_formula(subject: str, author: str) -> None:
    line = CaseLine(
        "id",
        0,
        "accueil",
        "INBOX",
        author,
        subject,
        "suspicious",
        "ameli",
        "card",
        "",
        "",
        NOON,
        Standing.HELD,
        None,
        "",
        None,
    )
    written = "".join(lines([line]))
    head, row = csv.reader(io.StringIO(written, newline=""))
    assert tuple(head) == COLUMNS
    for cell in row:
        assert cell.isprintable()
        assert cell.strip()[:1] not in tuple("=+-@|%＝＋－＠")
    assert written.count("\r\n") == 2 == len(written.splitlines())
    for cell in row:
        assert not re.search(r";[\s\"]*[=+@|%＝＋－＠-]", cell), "a cell for whom the semicolon separates"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        (" \t=1", "'  =1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ('"=1', "'\"=1"),
        ("-2", "'-2"),
        ("Votre carte", "Votre carte"),
        ("", ""),
        ("a\r\n=1", "a  =1"),
        # a spreadsheet that takes the semicolon for the end of a cell
        ("a;=1+1", "a;'=1+1"),
        ("a; \"'=1", "a;' \"'=1"),
        ("a;＝1;b;+33", "a;'＝1;b;'+33"),
        ("oui ; non; 1-2", "oui ; non; 1-2"),
    ],
)
def test_a_cell(cell: str, expected: str) -> None:
    assert safe(cell) == expected


def test_a_case_whose_frozen_text_is_damaged_is_listed_all_the_same(ledger: Ledger) -> None:
    hold(ledger, case(1, case_json="{"), case(2, case_json=json.dumps([1])))
    assert ledger.desk("x").cases(Wanted()).total == 2
