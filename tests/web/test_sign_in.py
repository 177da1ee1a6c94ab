"""Signing in and out: sessions, cookies, and how often a password may be tried."""

from __future__ import annotations

from tests.web.served import PASSWORD, Served, text
from vigie.ledger.people_types import Role


def test_a_person_signs_in_is_led_on_and_signs_out(served: Served) -> None:
    served.add("Marie", Role.ADMIN)
    browser = served.browser()
    asked = browser.get("/profile")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Fprofile")
    before = dict(browser.http.cookies)
    came = browser.post("/sign-in", {"name": "marie", "password": PASSWORD, "next": "/profile"}, on="/sign-in")
    assert (came.status_code, came.headers["location"]) == (303, "/profile")
    assert dict(browser.http.cookies)["vigie"] not in before.values()  # fixation
    assert "Marie" in text(browser.get("/profile"))
    left = browser.post("/sign-out")
    assert left.headers["location"] == "/sign-in?said=signed_out"
    assert browser.get("/profile").status_code == 303
