"""Every page that a person can open, by its address, in a world where there is something to see on each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.e2e.letters import card_mail, false_mail
from tests.e2e.world import Eye, World
from vigie.ledger.report_types import Report
from vigie.ledger.review_types import Bulk, Pile, Wanted
from vigie.ledger.types import Decision


@dataclass(frozen=True)
class Seen:
    """What there is to look at."""

    case: str
    campaign: str
    job: str
    report: str


def furnished(world: World) -> Seen:
    """Puts mails in, decides about some."""
    world.arrives(*(false_mail(number, subject="Partout") for number in range(3)))
    world.arrives(*(card_mail(number) for number in range(10, 12)), at="compta")
    desk = world.ledger.desk("web:Marie")
    campaign = world.held("partout", 3)[0].campaign
    world.held("expediteur", 2)
    job = desk.decide_campaign(campaign, Decision.CONFIRMED, seen=3, at=datetime.now(UTC))
    assert isinstance(job, Bulk)
    desk.finish_bulk(job.id)
    (_, (_, confirmed), *_) = desk.bulk_cases(job.id)
    report = desk.reports.ask(confirmed, "folder", at=datetime.now(UTC))
    assert isinstance(report, Report)
    world.arrives(*(false_mail(number, subject="Partout") for number in range(3, 6)))
    waiting = world.cases(Wanted(pile=Pile.WAITING, search="partout"), sure=3)
    return Seen(waiting[0].id, campaign, job.id, f"/cases/{confirmed}/reports/{report.id}")


def pages(eye: Eye, seen: Seen) -> Iterator[str]:
    """Opens one page after the other, and gives its name when it is open. The person is an admin of everything."""
    eye.go(seen.report)
    expect(eye.page.locator("#source")).to_be_visible()
    yield "what would be reported"
    eye.page.click("p > a[data-key=l]")
    expect(eye.page.locator("#reporting .desks")).to_be_visible()
    eye.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    yield "a confirmed fraud"
    for path in (
        *("/reports", "/", "/cases?pile=all&q=partout&verdict=impersonation", "/cases?q=nichts"),
        *(f"/cases/{seen.case}", "/campaigns", f"/campaigns/{seen.campaign}", f"/jobs/{seen.job}"),
        *("/accounts", "/people", "/audit", "/settings", "/profile", "/profile/second-factor", "/nowhere"),
    ):
        eye.go(path)
        yield path
    eye.go(f"/cases/{seen.case}")
    eye.page.click("form[action$='/message'] button")
    expect(eye.page.locator("iframe.mail")).to_be_visible()
    yield "the message"
    eye.go("/cases")
    eye.page.keyboard.press("?")
    expect(eye.page.locator("dialog")).to_be_visible()
    yield "the help of the keyboard"
    eye.go("/people")
    eye.page.check("input[name=every]")
    eye.page.click("form[action='/people/invite'] button")
    link = eye.page.locator("main p.link").inner_text()
    yield "an invitation that was made"
    eye.page.goto(link)
    yield "an invitation"
    eye.go("/people")
    eye.page.locator("main td a").first.click()
    yield "a person"
    eye.page.click("header form button")
    yield "the sign-in"
