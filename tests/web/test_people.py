"""People on the pages: inviting, changing, and what an admin of some mailboxes cannot reach."""

from __future__ import annotations

import re

import httpx
import pytest

from tests import canary
from tests.web.served import ROOT, Browser, Served, text
from vigie.ledger.audit import What
from vigie.ledger.people_types import Rights, Role

FRESH = canary.secret("password")


def link(page: httpx.Response) -> str:
    found = re.search(r"http://127\.0\.0\.1:[0-9]+(/invitation/[A-Za-z0-9_-]{43})", page.text)
    assert found is not None, page.text
    return found[1]


def accept(browser: Browser, path: str, **form: str) -> httpx.Response:
    return browser.post(path, {"name": "Nora", "fresh": FRESH, "again": FRESH} | form, on=path)


def test_somebody_is_invited_accepts_and_is_in(served: Served) -> None:
    admin = served.browser(served.add("Racine", Role.ADMIN))
    page = admin.post("/people/invite", {"role": "reviewer", "accounts": ["compta"], "note": "Nora, <b>compta</b>"})
    path, nora = link(page), served.browser()
    assert "&lt;b&gt;" in admin.get("/people").text
    before = list(served.ledger.audit_entries())
    assert nora.get(path).status_code == 200  # programs that check links open it, too
    assert list(served.ledger.audit_entries()) == before
    for form in ({"name": ""}, {"name": "<script>"}, {"again": "other"}, {"fresh": "short", "again": "short"}):
        assert accept(nora, path, **form).status_code == 422, form
    assert accept(nora, path, name="racine").status_code == 409
    assert accept(nora, path).headers["location"] == "/"
    assert "compta@example.org" in text(nora.get("/accounts"))
    assert "accueil@example.org" not in text(nora.get("/accounts"))
    assert served.browser().get(path).status_code == 404
    user = served.ledger.people.named("nora")
    assert user is not None
    assert user.rights == Rights(Role.REVIEWER, frozenset({"compta"}))


def test_a_link_is_withdrawn(served: Served) -> None:
    admin = served.browser(served.add("Racine", Role.ADMIN))
    path = link(admin.post("/people/invite", {"role": "reader", "every": "true"}))
    (waiting,) = served.ledger.people.invitations(ROOT, at=served.clock())
    admin.post(f"/people/invitations/{waiting.id}/withdraw", on="/people")
    assert served.browser().get(path).status_code == 404
    assert admin.post(f"/people/invitations/{waiting.id}/withdraw", on="/people").status_code == 404


def test_a_lost_password_is_renewed(served: Served) -> None:
    admin, paul = served.browser(served.add("Racine", Role.ADMIN)), served.add("Paul")
    session = served.browser(paul)
    path = link(admin.post(f"/people/{paul.id}/renew"))
    fresh = served.browser()
    assert accept(fresh, path).headers["location"] == "/"
    assert session.get("/profile").status_code == 303
    assert served.browser().sign_in("Paul").status_code == 401
    assert served.browser().sign_in("Paul", FRESH).status_code == 303


@pytest.mark.parametrize(
    "form",
    [
        {"role": "reader"},
        {"role": "reader", "accounts": ["other"]},
        {"role": "reader", "accounts": ["accueil", "other"]},
        {"role": "owner", "every": "true"},
        {"every": "true"},
        {"role": "reader", "every": "maybe"},
    ],
)
def test_rights_that_there_are_not(served: Served, form: dict[str, object]) -> None:
    admin = served.browser(served.add("Racine", Role.ADMIN))
    assert admin.post("/people/invite", form).status_code == 422


def test_both_ticked_is_the_lesser_right(served: Served) -> None:
    admin, paul = served.browser(served.add("Racine", Role.ADMIN)), served.add("Paul", Role.ADMIN)
    admin.post(f"/people/{paul.id}/rights", {"role": "reader", "every": "true", "accounts": ["compta"]})
    changed = served.ledger.people.user(paul.id)
    assert changed is not None
    assert changed.rights == Rights(Role.READER, frozenset({"compta"}))


def test_an_admin_of_one_mailbox_stays_within_it(served: Served) -> None:
    scoped = served.browser(served.add("Locale", Role.ADMIN, frozenset({"compta"})))
    served.add("Racine", Role.ADMIN)
    served.add("Deux", Role.READER, frozenset({"compta", "accueil"}))
    mine = served.add("Une", Role.READER, frozenset({"compta"}))
    page = text(scoped.get("/people"))
    assert "Une" in page
    assert "Racine" not in page
    assert "Deux" not in page
    for form in ({"role": "reader", "every": "true"}, {"role": "reader", "accounts": ["accueil"]}):
        assert scoped.post("/people/invite", form).status_code == 403
        assert scoped.post(f"/people/{mine.id}/rights", form).status_code == 403
    assert scoped.post(f"/people/{mine.id}/rights", {"role": "admin", "accounts": ["compta"]}).status_code == 303
    assert scoped.get("/people/id-Racine").status_code == scoped.get("/people/id-Nobody").status_code == 404


def test_rights_that_are_taken_are_gone_at_the_next_click(served: Served) -> None:
    admin, paul = served.browser(served.add("Racine", Role.ADMIN)), served.add("Paul", Role.ADMIN)
    browser = served.browser(paul)
    assert browser.get("/people").status_code == 200
    admin.post(f"/people/{paul.id}/rights", {"role": "reader", "accounts": ["compta"]})
    assert browser.get("/people").status_code == 403
    assert "accueil@example.org" not in text(browser.get("/accounts"))
    admin.post(f"/people/{paul.id}/disable")
    assert browser.get("/accounts").status_code == 303


def test_the_last_admin_is_told_so(served: Served) -> None:
    racine = served.add("Racine", Role.ADMIN)
    browser = served.browser(racine)
    for step in ("remove", "disable"):
        answer = browser.post(f"/people/{racine.id}/{step}")
        assert (answer.status_code, "dernière personne" in text(answer)) == (409, True)


def test_the_log_of_an_admin_of_one_mailbox(served: Served) -> None:
    served.ledger.note(What.LOGIN, account="compta")
    served.ledger.note(What.LOGIN, account="accueil")
    whole = served.browser(served.add("Racine", Role.ADMIN))
    scoped = served.browser(served.add("Locale", Role.ADMIN, frozenset({"compta"})))
    assert "accueil" in text(whole.get("/audit"))
    page = text(scoped.get("/audit"))
    assert "compta" in page
    assert "accueil" not in page
    assert "Racine" not in page
    numbers = [int(number) for number in re.findall(r'class="number">(\d+)<', whole.get("/audit").text)]
    assert numbers == sorted(numbers, reverse=True)
    assert whole.get("/audit?what=login").text.count('class="number">') < len(numbers) + 1
    assert whole.get("/audit?before=0").status_code == whole.get("/audit?what=nothing").status_code == 422
