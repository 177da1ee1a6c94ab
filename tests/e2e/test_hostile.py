"""Five hundred hostile values in real mails: no script runs, and nothing is asked of anybody else; the browser's log is the witness.

W-01, W-02, W-03, W-14, W-15.
"""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.e2e.hostile import ADDRESSES, FORMULAS, MAILS, MARKUP, MUTATING, TEMPLATES, VALUES, mail, share
from tests.e2e.world import Chromium, Eye, World, window
from tests.ledger.made import NOON, intent, outcome, place, record
from vigie.ledger.report_types import Draft, Report
from vigie.ledger.review_types import CaseLine, Pile, Wanted
from vigie.ledger.types import Decision, Record
from vigie.rules.types import Kind
from vigie.web.review import frame

RAN = """Array.from({length: frames.length}, (_, at) => frames[at]).filter((one) => {
    try { return one.pwned } catch { return true /* it has left */ }
}).length + (window.pwned ? 1 : 0)"""
ELSEWHERE = "http://page.control.example/"
"""A page that is not ours, so that no header of ours is a fence; it is answered here."""
PAGES = 5
ANSWERS = 4
"""Reports that carry the values."""
ROWS = 50
"""Values of one made-up case."""
LINE = 190
"""Characters that a line of the list shows of a subject."""
CLOSED = 50
"""Cases that have been moved; others wait for it."""
_COMPUTED = ("=", "+", "-", "@", "|", "%", "\t", "\r", "＝", "＋", "－", "＠")


def pwned(page: Page) -> bool:
    """A script of a mail has run, in the page or in one of its frames."""
    return any(one.evaluate("typeof window.pwned") != "undefined" for one in page.frames)


def opened(eye: Eye, path: str) -> Page:
    page = eye.go(path)
    assert not pwned(page), path
    return page


def _case_json(values: Sequence[str]) -> str:
    """A stored case in which every text is hostile, also those that no mail of today can bring there."""
    kinds = list(Kind)
    found = [
        {
            "rule": value[:60],
            "kind": kinds[at % len(kinds)].value,
            "strength": "strong",
            "layer": "outer",
            "topic": value,
            "quotes": [{"where": value, "text": value}],
        }
        for at, value in enumerate(values)
    ]
    links = [{"shown": value, "target": value, "host": value, "unwrapped_from": value} for value in values]
    said = dict.fromkeys(("spf", "dkim", "dmarc", "author_domain", "authenticated_domain", "mail_from"), values[0])
    advice = {language: list(values) for language in ("fr", "en")}
    return json.dumps(
        {"findings": found, "links": links, "authentication": said, "advice": advice, "error": {"kind": values[-1]}}
    )


def _texts() -> Iterator[str]:
    """All values, as many in one text as a line of the list shows; what a spreadsheet may compute begins its cell."""
    yield from FORMULAS
    text = ""
    for value in VALUES:
        if value in FORMULAS:
            continue
        if text and len(text) + len(value) >= LINE:
            yield text
            text = ""
        text = f"{text} {value}" if text else value
    yield text


def _rows() -> Iterator[Record]:
    """The cases of the list, the first ones with a page full of values."""
    full = [VALUES[start : start + ROWS] for start in range(0, len(VALUES), ROWS)]
    for at, text in enumerate(_texts()):
        told = {"case_json": _case_json(full[at])} if at < len(full) else {}
        where = place(1000 + at, folder=f"Dossier {text}"[:100])
        yield replace(record(where), subject=text, author=text, message_id=text, brand=None, **told)  # type: ignore[arg-type] # texts


def stored(world: World) -> list[str]:
    """What the list shows: all values as subject, sender, folder and Message-ID. Gives the ids of the cases that hold many."""
    rows = list(_rows())
    moves = [intent(row, f"h{at}") for at, row in enumerate(rows) if at % 2]
    world.ledger.add_records(rows, None, moves)
    for at, move in enumerate(moves):
        if at < CLOSED:
            world.ledger.close_intent(outcome(move, destination=move.source))
    return [row.id for row in rows if row.case_json.startswith('{"findings"')]


def reported(world: World) -> list[str]:
    """Reports of which desk, receipt and answer are hostile, in a mailbox that no service looks after. Gives their pages."""
    ways = []
    for at, value in enumerate(" ".join(VALUES[start::ANSWERS]) for start in range(ANSWERS)):
        case = record(place(1, folder=f"R{at}", account="archive"), sha256=f"{at:064x}", subject=value[:200])
        world.ledger.add_records([case], None)
        world.ledger.set_decision(case.id, Decision.CONFIRMED, NOON)
        asked = world.ledger.desk("web:Marie").reports.ask(case.id, f"desk {value}"[:60], at=datetime.now(UTC))
        assert isinstance(asked, Report)
        ways += [f"/cases/{case.id}", f"/cases/{case.id}/reports/{asked.id}"]
        if at:
            world.ledger.outbox.unfetched(asked.id, value, at=datetime.now(UTC))
        else:
            world.ledger.outbox.fetched(asked.id, b"raw")
            draft = Draft(tuple(MARKUP), "message/rfc822", mail(0), redacted=False)
            world.ledger.outbox.drafted(asked.id, draft, at=datetime.now(UTC))
    return [*ways, "/reports"]


def judged(world: World) -> list[CaseLine]:
    """The mails that carry them, judged and put into quarantine by the service."""
    world.arrives(*(mail(number) for number in range(MAILS)), at="compta")
    cases = world.cases(Wanted(pile=Pile.HELD, search="hostile.example"), sure=MAILS)
    assert len(cases) == MAILS
    return cases


def test_no_value_of_a_mail_runs_or_asks_for_anything(world: World, witness: Chromium) -> None:
    assert len(VALUES) >= 500
    assert {value for number in range(MAILS) for value in share(number)} == set(VALUES)
    made, ways = stored(world), reported(world)
    cases = judged(world)
    with window(witness, world, "Marie") as eye:
        for path in (*_lists(), *ways):
            opened(eye, path)
        assert _listed(eye) >= len(list(_texts()))
        for record_id in (*made, *(case.id for case in cases)):
            opened(eye, f"/cases/{record_id}")
        for case in cases:
            eye.go(f"/cases/{case.id}")
            eye.page.click("form[action$='/message'] button")
            _looked_at(eye.page)
        rows = csv.reader(
            io.StringIO(eye.context.request.get(f"{world.origin}/cases.csv?pile=all").body().decode("utf-8-sig"))
        )
        cells = [cell for row in rows for cell in row]
        assert len(cells) > len(VALUES)
        assert len([cell for cell in cells if cell.strip("'\t\r ").startswith(_COMPUTED)]) >= len(FORMULAS) // 2
        assert not [cell for cell in cells if cell.strip().startswith(_COMPUTED)]
    with window(witness, world) as eye:
        safe = [frame.inert(value, {}) for value in VALUES]
        assert (
            _framed(eye.page, ["".join(safe[start::PAGES]) for start in range(PAGES)]) == 0
        )  # inert() closes what it opens
        assert set(eye.wrong) == {f"request {ELSEWHERE}"}
        # What is looked for can be seen: some of the same values as they are, with another host's name.
        bare = [value.replace("leak.example", "control.example") for value in (*MARKUP, *MUTATING[::3])]
        assert _framed(eye.page, bare) > len(MARKUP) // 2
        eye.wrong.clear()
    asked = witness.requested()
    assert {"x.control.example"} <= asked
    assert {host for host in asked if not host.endswith("control.example")} == set()


def _lists() -> Iterator[str]:
    """Pages with many cases, and addresses that are hostile themselves."""
    yield from ("/", "/?days=365", "/campaigns", "/accounts", "/profile")
    for values in (MARKUP, ADDRESSES, TEMPLATES):
        bad = [quote(" ".join(values[start : start + 4])[:200], safe="") for start in range(0, len(values), 4)]
        names = ("q", "account", "campaign", "mark", "decided", "said", "since", "pile", "sort", "theme")
        yield "/cases?" + "&".join(f"{name}={bad[at % len(bad)]}" for at, name in enumerate(names))


def _listed(eye: Eye) -> int:
    """Reads the list to its end; gives the number of its lines."""
    path: str | None = "/cases?pile=all&account=accueil&sort=subject"
    lines = 0
    while path is not None:
        page = opened(eye, path)
        lines += page.locator("tr[data-row]").count()
        older = page.locator("a[rel=next]")
        path = older.get_attribute("href") if older.count() else None
    return lines


def _looked_at(page: Page) -> None:
    """The message's page, once the service has brought it; the frame is drawn, too."""
    expect(page.locator("iframe.mail")).to_be_visible()
    expect(page.frame_locator("iframe.mail").locator("body")).to_contain_text("Assurance Maladie")
    assert len(page.frames) == 2
    assert not pwned(page)
    assert (
        page.frame_locator("iframe.mail")
        .locator("script, iframe, form, link, meta[http-equiv], base, svg, object")
        .count()
        == 0
    )


def _framed(page: Page, documents: Sequence[str]) -> int:
    """In how many of these documents a script runs, each in a frame without any fence."""
    page.route(ELSEWHERE, lambda route: route.fulfill(body="<p>", content_type="text/html"))
    page.goto(ELSEWHERE)
    page.set_content("".join(f'<iframe srcdoc="{html.escape(text)}"></iframe>' for text in documents))
    return int(page.evaluate(RAN))
