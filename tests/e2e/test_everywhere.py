"""Every page: read by axe in light and dark, and on a screen 360 pixels wide without anything beside it."""

from __future__ import annotations

from importlib import resources

from playwright.sync_api import Page

from tests.e2e.everywhere import furnished, pages
from tests.e2e.world import Chromium, Scheme, World, window
from vigie.ledger.people_types import Role

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
GRAVE = ("serious", "critical")
PHONE = 360
RULES: dict[Scheme, dict[str, list[str]]] = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
"""All of axe's once; then those that colours can change."""


def faults(page: Page, scheme: Scheme) -> list[str]:
    """What axe finds that is serious or critical, each with the element. axe is put in from outside: no policy asks it."""
    page.emulate_media(color_scheme=scheme)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], iframes: false, ...rules})", RULES[scheme]
    )
    return [
        f"{fault['id']}: {node['html'][:150]}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def beside(page: Page) -> list[str]:
    """What makes a page wider than the screen of a phone."""
    page.set_viewport_size({"width": PHONE, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide <= PHONE:
        return []
    over = page.evaluate(
        "w => [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > w + 1)"
        ".map((e) => e.outerHTML.slice(0, 120)).slice(0, 5)",
        PHONE,
    )
    return [f"{wide} pixels: {over}"]


def test_axe_finds_nothing_grave_and_a_phone_nothing_beside(world: World, chromium: Chromium) -> None:
    world.add("Racine", Role.ADMIN)
    seen, wrong = furnished(world), []
    with window(chromium, world, "Racine") as eye:
        for name in pages(eye, seen):
            for scheme in RULES:
                wrong += [f"{name}, {scheme}: {fault}" for fault in faults(eye.page, scheme)]
            wrong += [f"{name}: {fault}" for fault in beside(eye.page)]
            eye.page.set_viewport_size({"width": 1200, "height": 800})
        eye.forgive(404)  # /nowhere is one of the pages
    world.ledger.people.set_language("id-Racine", "en")
    with window(chromium, world, "Racine", language="en", width=PHONE) as eye:
        for path in (
            "/",
            "/cases?pile=all",
            f"/cases/{seen.case}",
            f"/jobs/{seen.job}",
            "/campaigns",
            "/people",
            "/profile",
        ):
            wrong += [f"{path} (en): {fault}" for fault in beside(eye.go(path))]
    assert wrong == []
