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
COLOURS = ["color-contrast", "link-in-text-block"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NEW_LOOKS = """(seen) => {
    const style = (node) => getComputedStyle(node), clear = /^(transparent|rgba\\(.*, 0\\))$/;
    const behind = (node) => node && clear.test(style(node).backgroundColor) ? behind(node.parentElement) : node;
    const known = new Set(seen), found = [];
    for (const node of document.querySelectorAll("body, body *")) {
        const words = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim()) || node.matches("input, select");
        if (!words || !node.checkVisibility()) continue;
        const own = style(node), ground = behind(node), around = style(node.parentElement);
        const look = [own.color, ground && style(ground).backgroundColor, own.fontSize, own.fontWeight, own.opacity,
            own.backgroundImage, own.textShadow, node.matches("a, :disabled") && [node.localName, around.color, own.textDecoration,
            around.fontWeight]].join();
        if (!known.has(look)) { known.add(look); found.push(node); }
    }
    window.fresh = found;
    return [...known];
}"""
"""Marks an element for each way in which words look on this page and on none before: contrast hangs on nothing else."""


class Axe:
    """Reads pages. It is put in from outside: no policy asks it."""

    def __init__(self) -> None:
        self.seen: dict[Scheme, list[str]] = {scheme: [] for scheme in SCHEMES}

    def faults(self, page: Page) -> list[str]:
        """What is serious or critical in the page, each with the element; then in its colours by day and by night."""
        page.evaluate(AXE)
        rules = {rule: {"enabled": False} for rule in COLOURS}
        found = self._run(page, "document", {"rules": rules})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            self.seen[scheme] = page.evaluate(NEW_LOOKS, self.seen[scheme])
            if page.evaluate("fresh.length"):
                found += [f"{scheme}: {fault}" for fault in self._run(page, "{include: fresh}", {"runOnly": COLOURS})]
        return found

    @staticmethod
    def _run(page: Page, context: str, rules: dict[str, object]) -> list[str]:
        found = page.evaluate(
            f"rules => axe.run({context}, {{resultTypes: ['violations'], iframes: false, ...rules}})", rules
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


PALE = """<!doctype html><html lang=fr><title>x</title><main><h1>x</h1><p>black</p><p style="color: #bbb">pale</p>
<p class=night>pale by night</p><input></main><style>@media (prefers-color-scheme: dark) { .night { color: #333; background: #000 } }"""


def test_axe_finds_what_is_grave(world: World, chromium: Chromium) -> None:
    with window(chromium, world) as eye:
        eye.page.set_content(PALE)
        found = Axe().faults(eye.page)
    assert [fault.partition(":")[0] for fault in found] == ["label", "light", "dark", "dark"]


def test_axe_finds_nothing_grave_and_a_phone_nothing_beside(world: World, chromium: Chromium) -> None:
    world.add("Racine", Role.ADMIN)
    seen, axe, wrong = furnished(world), Axe(), list[str]()
    with window(chromium, world, "Racine") as eye:
        for name in pages(eye, seen):
            wrong += [f"{name}: {fault}" for fault in axe.faults(eye.page)]
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
            "/reports",
            seen.report,
            "/profile",
        ):
            wrong += [f"{path} (en): {fault}" for fault in beside(eye.go(path))]
    assert wrong == []
