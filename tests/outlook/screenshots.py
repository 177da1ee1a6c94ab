"""The pictures of the Outlook pane in docs/screenshots, of invented mails: `python -m tests.outlook.screenshots`."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.e2e import world as worlds
from tests.e2e.screenshots import COLOURS, FOLDER, MOST
from tests.outlook.pane import Office, Pane, in_parts, letter, office, whole

GAP = 12
FALSE, GENUINE = letter("010"), letter("001")


def panes(made: Office, language: str, scheme: worlds.Scheme) -> Iterator[Image.Image]:
    """Proven, false with its reasons, unproven in an older Outlook, the question before a report."""

    def picture(pane: Pane) -> Image.Image:
        return Image.open(io.BytesIO(pane.page.screenshot())).convert("RGB")

    with made.pane(whole(GENUINE), language=language) as pane:
        pane.page.emulate_media(color_scheme=scheme)
        expect(pane.page.locator("#answer")).to_have_class("genuine")
        yield picture(pane)
    with made.pane(whole(FALSE), language=language) as pane:
        pane.page.emulate_media(color_scheme=scheme)
        pane.press("why")
        yield picture(pane)
        pane.press("report")
        yield picture(pane)
    with made.pane(in_parts(GENUINE), language=language, version="1.8") as pane:
        pane.page.emulate_media(color_scheme=scheme)
        expect(pane.page.locator("#answer")).to_have_class("undecided")
        pane.press("open")
        yield picture(pane)


def draw(shown: list[Image.Image], path: Path) -> None:
    """Side by side, in few colours."""
    width, height = shown[0].size
    row = Image.new("RGB", (len(shown) * (width + GAP) - GAP, height), "#808080")
    for number, pane in enumerate(shown):
        row.paste(pane, (number * (width + GAP), 0))
    row.quantize(COLOURS).save(path, optimize=True)
    assert path.stat().st_size < MOST, path.name
    print(f"{path.name}: {path.stat().st_size // 1000} kB")


def main() -> int:
    """One picture a language, the panes side by side."""
    wanted: tuple[tuple[str, worlds.Scheme, str], ...] = (("fr-FR", "light", "fr"), ("en-GB", "dark", "en-dark"))
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        worlds.driver() as driver,
        worlds.chromium(driver, Path(one)) as browser,
        office(browser.browser, Path(two)) as made,
    ):
        for language, scheme, end in wanted:
            draw(list(panes(made, language, scheme)), FOLDER / f"outlook-{end}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
