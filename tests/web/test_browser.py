"""The shell of the pages in Debian's Chromium: signing in by keyboard, forms under the policy, axe, a narrow screen, the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers.oidc import Oidc
from tests.web.conftest import MAILBOXES
from tests.web.served import PASSWORD, Served, serve
from vigie.ledger.people_types import Role
from vigie.web.site import Section, Setting

CHROMIUM = "/usr/bin/chromium"
PAGES = ("/profile", "/profile/second-factor", "/accounts", "/people", "/people/id-Paul", "/audit", "/settings")
SETTINGS = (Section("[web]", (Setting("listen", "127.0.0.1:8025", True, "address and port"),)),)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def pages(tmp_path: Path, oidc: Oidc) -> Iterator[Served]:
    provider = {"issuer": oidc.issuer, "client_id": "vigie", "ca_file": oidc.ca}
    with serve(tmp_path, mailboxes=MAILBOXES, sections=SETTINGS, oidc=provider) as served:
        served.add("Marie", Role.ADMIN)
        served.add("Paul", Role.READER, frozenset({"accueil"}))
        yield served


def sign_in(page: Page, served: Served) -> None:
    """By keyboard alone."""
    page.goto(f"{served.origin}/profile")
    page.get_by_label("Nom", exact=True).focus()
    page.keyboard.type("Marie")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/profile")


def faults(page: Page) -> list[str]:
    return [
        f"{page.url}: {found['id']} {found['nodes'][0]['html']}" for found in Axe().run(page).response["violations"]
    ]


def test_a_whole_visit(pages: Served, chromium: Browser) -> None:
    context = chromium.new_context(locale="fr-FR")
    page, said = context.new_page(), []
    page.on("console", lambda line: said.append(line.text))
    sign_in(page, pages)
    page.goto(f"{pages.origin}/people")
    page.get_by_label("accueil").last.check()
    page.get_by_role("button", name="Faire le lien").click()
    link = page.locator(".link").inner_text()
    invited = chromium.new_context(locale="en-GB").new_page()
    invited.goto(link)
    invited.get_by_label("Your name").fill("Nora")
    invited.get_by_label("Password", exact=True).fill(PASSWORD)
    invited.get_by_label("The same once more").fill(PASSWORD)
    invited.get_by_role("button", name="Go").click()
    invited.wait_for_url(f"{pages.origin}/")
    user = pages.ledger.people.named("Nora")
    assert user is not None
    assert user.rights.accounts == frozenset({"accueil"})
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/sign-in?said=signed_out")
    assert page.get_by_role("status").inner_text() == "Vous êtes déconnecté."
    assert said == []  # no script or style was refused, no address was missing


def test_the_way_to_the_provider_and_back(pages: Served, oidc: Oidc, chromium: Browser) -> None:
    """The policy lets a browser leave and come back; who is unknown is told so."""
    page = chromium.new_context(locale="fr-FR", ignore_https_errors=True).new_page()
    page.goto(f"{pages.origin}/sign-in")
    page.get_by_role("link", name="Se connecter avec").click()
    page.wait_for_url("**/sign-in?said=wrong.provider_unknown")
    assert "invitation" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_needs_no_scrolling_sideways(
    pages: Served, chromium: Browser, scheme: str
) -> None:
    context = chromium.new_context(
        locale="fr-FR",
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 360, "height": 740} if scheme == "dark" else {"width": 1280, "height": 800},
    )
    page = context.new_page()
    page.goto(f"{pages.origin}/sign-in?said=wrong.provider_unknown")
    found = faults(page)
    sign_in(page, pages)
    for path in PAGES if scheme == "dark" else ("/accounts", "/people/id-Paul"):
        page.goto(f"{pages.origin}{path}")
        found += faults(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
        assert "." not in page.title().partition(" · ")[0], page.title()
    page.goto(f"{pages.origin}/nothing")
    found += faults(page)
    assert found == []
