"""Ten thousand cases in quarantine: how long the pages of the review take, as a browser gets them from `vigie web`'s server."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.ledger.made import intent, outcome, place
from tests.web.conftest import MAILBOXES
from tests.web.review import seeded
from tests.web.served import Browser, Served, serve
from vigie.ledger import themes
from vigie.ledger.identity import record_id
from vigie.ledger.types import Record

TIMES = 20
ALIKE = 400
"""Cases of one campaign."""
AT_ONCE = 500


def cases(count: int, served: Served) -> Iterator[Record]:
    """Copies of judged golden mails, over a year and two mailboxes, each with its own words."""
    kinds = [seeded.case(sample) for sample in (seeded.FORM, seeded.LOOKALIKE, seeded.DISGUISED)]
    for number in range(count):
        where = place(number + 1, account=MAILBOXES[number % 2].name)
        yield replace(
            kinds[number % len(kinds)],
            id=record_id(where),
            place=where,
            sha256=f"{number:064x}",
            message_id=f"<{number}@example.net>",
            subject=f"Votre remboursement n° {number} est en attente",
            author=f"ameli <service-{number}@domaine-{number % 700}.example>",
            theme=themes.NAMES[number % len(themes.NAMES)],
            campaign=f"{number // ALIKE:016x}",
            judged_at=served.clock() - timedelta(minutes=50 * (count - number)),
        )


def fill(served: Served, count: int) -> None:
    """As the service writes them, with their moves."""
    batch: list[Record] = []
    for made in cases(count, served):
        batch.append(made)
        if len(batch) == AT_ONCE:
            moves = [intent(one, f"q-{one.id}") for one in batch]
            served.ledger.add_records(batch, None, moves)
            for one, move in zip(batch, moves, strict=True):
                served.ledger.close_intent(outcome(move, destination=replace(one.place, folder="Quarantaine")))
            batch = []
            print(f"\r{made.place.uid}", end="", file=sys.stderr, flush=True)


def measured(ask: Callable[[int], bytes]) -> tuple[float, float, int]:
    """p50 and p95 of TIMES requests one after the other, in milliseconds, and the size of the last answer."""
    took = []
    for turn in range(TIMES):
        began = time.perf_counter()
        size = len(ask(turn))
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took), statistics.quantiles(took, n=20)[-1], size


def requests(browser: Browser, count: int) -> dict[str, Callable[[int], bytes]]:
    """What is measured: a name, and what asks for it the n-th time."""

    def got(path: str) -> bytes:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        return answer.content

    def deep(turn: int) -> bytes:
        page = got("/cases") if turn == 0 else got(deeper[-1])
        deeper.append(page.decode().split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&"))
        return page

    deeper: list[str] = []
    return {
        "overview": lambda _: got("/?days=365"),
        "list": lambda _: got("/cases"),
        "list, page after page": deep,
        "list by subject": lambda _: got("/cases?sort=subject"),
        "filter (mailbox, theme, days)": lambda turn: got(
            f"/cases?account=compta&theme={themes.NAMES[turn % len(themes.NAMES)]}&since=2026-03-01&until=2026-09-30"
        ),
        "search, many found": lambda turn: got(f"/cases?q=remboursement+domaine-{turn}"),
        "search, one found": lambda turn: got(f"/cases?q=service-{(turn * 397) % count}%40"),
        "search, nothing found": lambda turn: got(f"/cases?q=introuvable{turn}"),
        "case": lambda turn: got(
            f"/cases/{record_id(place(1 + turn * 397 % count, account=MAILBOXES[turn * 397 % count % 2].name))}"
        ),
        "campaigns": lambda _: got("/campaigns"),
        "events": lambda _: got("/events"),
        "CSV of all": lambda _: got("/cases.csv"),
    }


def main() -> int:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    count = parser.parse_args().cases
    with (
        tempfile.TemporaryDirectory(prefix="vigie-review-") as folder,
        serve(Path(folder), mailboxes=MAILBOXES) as served,
    ):
        began = time.perf_counter()
        fill(served, count)
        size = served.ledger.path.stat().st_size
        print(f"\r{count} cases in {time.perf_counter() - began:.0f} s, a ledger of {size / 1e6:.0f} MB")
        browser = served.browser(served.add("Marie"))
        for name, ask in requests(browser, count).items():
            middle, most, size = measured(ask)
            print(f"{name:32} p50 {middle:7.0f} ms   p95 {most:7.0f} ms   {size / 1000:8.0f} kB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
