"""The pictures of docs/screenshots, made of invented mails on a real server: `python -m tests.e2e.screenshots`."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.cli.program import DEMO
from tests.e2e.letters import card_mail, false_mail
from tests.e2e.world import Chromium, Eye, Scheme, World, chromium, driver, window, world
from tests.ledger.made import place
from tests.servers.dovecot import Dovecot
from tests.web.review import seeded
from vigie.ledger.identity import record_id
from vigie.ledger.people_types import Role
from vigie.ledger.report_types import Report
from vigie.ledger.review_types import Pile, Wanted
from vigie.ledger.types import Decision, Record

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
MOST = 150_000
"""Bytes of one picture."""
COLOURS = 128
DESKTOP, PHONE = 1200, 390
WINDOWS: tuple[tuple[str, str, int, Scheme, str], ...] = (
    ("Marie", "fr", DESKTOP, "light", "fr"),
    ("Ann", "en", DESKTOP, "dark", "en-dark"),
    ("Marie", "fr", PHONE, "light", "phone-fr"),
    ("Ann", "en", PHONE, "light", "phone-en"),
)
DAYS = 30
SHOWN = ("101", "110", "130", "150", "155", "169", "170")
"""Golden mails of the days before."""
FALSE = ("010", "012", "013", "015", "018", "021", "024", "028", "036", "067")
GENUINE = ("001", "002", "077", "081")


def before() -> Iterator[Record]:
    """A month of verdicts, so that there is something to draw."""
    now = datetime.now(UTC)
    for day in range(1, DAYS):
        for at in range(1 + (day * 7) % 5):
            where = place(100 * day + at, account="accueil" if at % 2 else "compta")
            sample = seeded.case(SHOWN[(day + at * 3) % len(SHOWN)])
            judged = now - timedelta(days=day, minutes=11 * at)
            yield replace(sample, id=record_id(where), place=where, judged_at=judged, campaign="")


def furnish(world: World) -> None:
    """Mail of a month, a campaign, and somebody who has decided about some of it."""
    world.ledger.add_records(list(before()), None)
    chosen = [path.read_bytes() for path in sorted(DEMO.glob("*.eml")) if path.name.startswith(FALSE + GENUINE)]
    world.arrives(*chosen)
    world.arrives(
        *(false_mail(number) for number in range(7)), *(card_mail(number) for number in range(4)), at="compta"
    )
    world.cases(Wanted(pile=Pile.HELD), sure=len(FALSE) + 8)
    world.add("Marie", Role.REVIEWER)
    world.add("Ann", Role.REVIEWER, language="en")


def picture(eye: Eye, name: str) -> None:
    """What is seen without scrolling, in few colours."""
    drawn = Image.open(io.BytesIO(eye.page.screenshot())).convert("RGB").quantize(COLOURS)
    path = FOLDER / f"{name}.png"
    drawn.save(path, optimize=True)
    size = path.stat().st_size
    assert size < MOST, f"{path.name}: {size} bytes"
    print(f"{path.name}: {size // 1000} kB")


def walk(
    browser: Chromium, world: World, who: str, language: str, case: str, *, width: int, scheme: Scheme, end: str
) -> None:
    """One person's way through the pages."""
    with window(browser, world, who, language=language, width=width, scheme=scheme) as eye:
        for path, name in (
            ("/", "overview"),
            ("/cases", "list"),
            (f"/cases/{case}", "case"),
            ("/campaigns", "campaigns"),
        ):
            eye.go(path)
            picture(eye, f"{name}-{end}")
        if width == DESKTOP:
            eye.go(f"/cases/{case}")
            eye.page.click("form[action$='/message'] button")
            expect(eye.page.frame_locator("iframe.mail").locator("body")).to_contain_text("remboursement")
            eye.page.locator("#rendering").scroll_into_view_if_needed()
            picture(eye, f"message-{end}")


def reporting(browser: Chromium, world: World, case: str) -> None:
    """The same case, confirmed: what would be reported, and the list of reports."""
    desk = world.ledger.desk("web:Marie")
    found = desk.case(case)
    assert found is not None
    desk.decide(case, Decision.CONFIRMED, seen=found.record.version, at=datetime.now(UTC))
    asked = desk.reports.ask(case, "folder", at=datetime.now(UTC))
    assert isinstance(asked, Report)
    for who, language, width, scheme, end in WINDOWS:
        with window(browser, world, who, language=language, width=width, scheme=scheme) as eye:
            eye.go(f"/cases/{case}/reports/{asked.id}")
            expect(eye.page.locator("#source")).to_be_visible()
            picture(eye, f"report-{end}")
            eye.go(f"/cases/{case}")
            eye.page.locator("#reporting").scroll_into_view_if_needed()
            picture(eye, f"desks-{end}")
    desk.reports.approve(asked.id, at=datetime.now(UTC))
    for who, language, width, scheme, end in WINDOWS:
        with window(browser, world, who, language=language, width=width, scheme=scheme) as eye:
            eye.go("/reports")
            expect(eye.page.locator("tr[data-row]").first).to_contain_text(".eml")
            picture(eye, f"reports-{end}")


def main() -> int:
    """Makes them all."""
    FOLDER.mkdir(exist_ok=True)
    server = Dovecot()
    try:
        with contextlib.ExitStack() as stack:
            one, two = (Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vigie-"))) for _ in range(2))
            made = stack.enter_context(world(one, server))
            browser = stack.enter_context(chromium(stack.enter_context(driver()), two))
            furnish(made)
            (case, *_) = made.held("AML-440917362")
            for who, language, width, scheme, end in WINDOWS:
                walk(browser, made, who, language, case.id, width=width, scheme=scheme, end=end)
            reporting(browser, made, case.id)
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
