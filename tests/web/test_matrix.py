"""Every route x {nobody, reader, reviewer, admin, all of another account} (W-12), generated from the application's own routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from tests.ledger.made import record
from tests.web.api.asking import give
from tests.web.conftest import MAILBOXES
from tests.web.matrix import ROWS, Row
from tests.web.review import seeded
from tests.web.served import ROOT, Browser, Served, serve
from vigie.ledger.people_types import Role
from vigie.ledger.review_types import Bulk
from vigie.ledger.token_types import Use
from vigie.ledger.types import Decision
from vigie.web.app import ROUTERS
from vigie.web.settings import WebSettings

ROLES = tuple(Role)
TARGET = "id-Cible"
OTHER = frozenset({"compta"})
"""The account of those who have a role, but not for `accueil`, which everything here is about."""
IDS = dict.fromkeys(("record_id", "job_id", "request_id", "report_id", "handed_id"), "x") | {
    "user_id": TARGET,
    "campaign_id": "c0ffee",
}
"""What stands in paths; the fixture puts in what it has made."""


def routes(found: Served) -> Iterator[tuple[str, str]]:
    for route in _all(found.app.routes):
        if isinstance(route, Mount):
            yield "GET", route.path
        elif isinstance(route, Route | APIRoute):
            yield from ((method, route.path) for method in route.methods or () if method != "HEAD")


def _all(given: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """FastAPI keeps an included router as one entry, with its own routes inside."""
    for route in given:
        inner = getattr(route, "original_router", None)
        yield from [route] if inner is None else _all(inner.routes)


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("matrix"), mailboxes=MAILBOXES, second_factor="optional") as pages:
        pages.add("Racine", Role.ADMIN)
        pages.add("Cible", Role.READER, frozenset({"accueil"}))
        for role in ROLES:
            pages.add(f"Toute-{role.value}", role)
            pages.add(f"Autre-{role.value}", role, OTHER)
        cases = [seeded.held(pages.ledger, record(uid, campaign="c0ffee")) for uid in (1, 2)]
        job = pages.ledger.desk("web:Racine").decide_campaign("c0ffee", Decision.CONFIRMED, seen=2, at=pages.clock())
        assert isinstance(job, Bulk)
        handed_in = seeded.handed_in(pages.ledger, seeded.DISGUISED)
        reported = seeded.reported(pages, seeded.confirmed(pages, cases[0]).id)
        IDS.update(record_id=cases[0].id, job_id=job.id, report_id=reported.id, handed_id=handed_in)
        yield pages


def test_every_route_has_a_row_and_every_row_a_route(matrix: Served) -> None:
    assert ROUTERS
    assert set(routes(matrix)) == set(ROWS)


def path(pattern: str, row: Row) -> str:
    return pattern.format_map({**IDS, **row.ids})


def call(browser: Browser, method: str, pattern: str, row: Row) -> int:
    if method == "GET":
        return browser.get(path(pattern, row)).status_code
    page = "/sign-in" if not browser.signed_in else "/profile"
    return browser.post(path(pattern, row), dict(row.form), on=page).status_code


PASSWORD_WRONG = ("/profile/password", "/profile/digest", "/profile/second-factor", "/profile/second-factor/off")
"""The rows give a wrong one: that is a 403 of another kind."""


@pytest.mark.parametrize(("method", "pattern"), sorted(ROWS), ids=lambda part: part)
def test_who_may_call_it(matrix: Served, method: str, pattern: str) -> None:
    row = ROWS[method, pattern]
    people = matrix.ledger.people
    answer = call(matrix.browser(), method, pattern, row)
    if row.use is not None:
        _by_token_alone(matrix, method, pattern, row)
        return
    if row.role is None:
        assert answer < 500
        return
    # nobody is signed in: a browser is led to the sign-in page, a form gets 401
    assert answer == (303 if method == "GET" else 401)
    for role in ROLES:
        whole, other = people.named(f"Toute-{role.value}"), people.named(f"Autre-{role.value}")
        assert whole is not None
        assert other is not None
        scoped = call(matrix.browser(other), method, pattern, row)
        answer = call(matrix.browser(whole), method, pattern, row)
        if not role.includes(row.role):
            assert (answer, scoped) == (403, 403), role
            continue
        assert answer != 401, role
        assert (answer == 403) == (method == "POST" and pattern in PASSWORD_WRONG), role
        if "{user_id}" in pattern:
            assert scoped in (403, 404)  # somebody whose rights are not covered is not there
        elif row.case:
            assert scoped == 404, role
            assert answer != 404 or "{request_id}" in pattern, role  # requests are those of the person alone
        elif row.every_account:
            assert (answer, scoped) == (200, 404)
    people.remove(TARGET, ROOT, at=matrix.clock())
    matrix.add("Cible", Role.READER, frozenset({"accueil"}))


def _by_token_alone(matrix: Served, method: str, pattern: str, row: Row) -> None:
    """No token, a person's cookie, a token that is good for other things: nothing. Its own: further than that."""
    admin = matrix.ledger.people.named("Racine")
    assert call(matrix.browser(), method, pattern, row) == call(matrix.browser(admin), method, pattern, row) == 401
    for use in Use:
        _, secret = give(matrix, use)
        headers = {"Authorization": f"Bearer {secret}"}
        answer = matrix.browser().http.request(method, path(pattern, row), headers=headers).status_code
        assert (answer == 403) == (use is not row.use), use
        assert answer not in (401, 500)


@pytest.mark.parametrize(("method", "pattern"), sorted(ROWS), ids=lambda part: part)
def test_nothing_changes_without_a_form_of_ours(matrix: Served, method: str, pattern: str) -> None:
    """W-04: another site, no site, no token, a token of another browser; by every route that changes something."""
    row = ROWS[method, pattern]
    if method == "GET" or row.use is not None:
        return
    admin = matrix.ledger.people.named("Racine")
    assert admin is not None
    browser, where = matrix.browser(admin), path(pattern, row)
    good, other = browser.token(), matrix.browser(admin).token()
    form = dict(row.form)
    before = [entry.number for entry in matrix.ledger.audit_entries()][-1]
    for token, headers in (
        (good, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}),
        (good, {"Origin": "null"}),
        (good, {"Origin": matrix.origin, "Sec-Fetch-Site": "same-site"}),
        (good, {"Origin": matrix.origin.replace("http:", "https:")}),
        (good, {}),
        (other, {"Origin": matrix.origin}),
        ("", {"Origin": matrix.origin}),
        ("0" * 64, {"Origin": matrix.origin, "Sec-Fetch-Site": "same-origin"}),
    ):
        answer = browser.http.post(where, data={**form, "csrf": token}, headers=headers)
        assert answer.status_code == 403, (token, headers)
    assert browser.http.post(where, data=form, headers={"Origin": matrix.origin}).status_code == 403
    json = browser.http.post(where, json=form, headers={"Origin": matrix.origin, "X-CSRF-Token": good})
    assert json.status_code == 415
    assert [entry.number for entry in matrix.ledger.audit_entries()][-1] == before


def test_an_admin_needs_a_second_factor_where_nobody_says_otherwise(tmp_path: Path) -> None:
    """W-06."""
    with serve(tmp_path, mailboxes=MAILBOXES, second_factor=WebSettings().second_factor) as pages:
        admin, reviewer = (pages.add(role.value, role) for role in (Role.ADMIN, Role.REVIEWER))
        assert pages.browser(admin).get("/").headers["location"] == "/profile/second-factor"
        assert pages.browser(reviewer).get("/").status_code == 200


def test_who_has_to_set_up_a_second_factor_can_do_nothing_else(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serve(tmp_path_factory.mktemp("factor"), mailboxes=MAILBOXES, second_factor="everybody") as pages:
        admin = pages.add("Racine", Role.ADMIN)
        browser = pages.browser(admin)
        for (method, pattern), row in sorted(ROWS.items()):
            if row.role is None or row.set_up:
                continue
            where, form = path(pattern, row), dict(row.form)
            answer = browser.get(where) if method == "GET" else browser.post(where, form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/profile/second-factor"), pattern
        assert browser.get("/profile/second-factor").status_code == 200
