"""The Outlook add-in with what Microsoft publishes: the real office.js, office-addin-mock, the schema: `python -m tests.soak.office`.

Needs node and npm, which no other test does: versions and hashes are pinned in office/package-lock.json.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from tests.e2e import world as worlds
from tests.outlook.builder import ROOT, built
from tests.outlook.pane import Office, letter, office
from vigie.web.outlook import LIBRARY

PINNED = Path(__file__).parent / "office"
TARGET = ROOT / ".soak/office"
HOSTED = "https://appsforoffice.microsoft.com/lib/1/hosted/"
INSIDE = "?_host_Info=Outlook$Web$16.01$fr-FR$$$$0"
"""What Outlook on the web writes behind the address of a pane."""
BLOCKED = ("inline style", "telemetryservice.")
"""What the real library would like beside, and does without: styles of its own, Microsoft's telemetry."""


def fetched() -> Path:
    """The pinned packages, without running anything of theirs."""
    assert shutil.which("npm"), "npm is not installed: apt-get install npm"
    TARGET.mkdir(parents=True, exist_ok=True)
    for path in PINNED.iterdir():
        shutil.copy(path, TARGET)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=TARGET, check=True)
    return TARGET / "node_modules"


def node(script: str, *arguments: object, **more: str) -> Any:
    """What a script prints."""
    command = ["node", script, *map(str, arguments)]
    done = subprocess.run(command, cwd=TARGET, check=True, capture_output=True, text=True, env={**os.environ, **more})
    return json.loads(done.stdout)


def schema(folder: Path) -> None:
    """The unified manifest and its English are as published."""
    built(folder, origin="https://vigie.example.org")
    with zipfile.ZipFile(folder / "vigie-outlook.zip") as made:
        made.extractall(folder / "unified")
    for name, file in (
        ("MicrosoftTeams.schema.json", "manifest.json"),
        ("MicrosoftTeams.Localization.schema.json", "en.json"),
    ):
        wrong = node("schema.js", name, folder / "unified" / file)
        assert wrong == [], wrong
        print(f"{file}: as {name} has it")


def windows(made: Office, folder: Path) -> None:
    """The handler runs without a page; a message is handed in where there is a token, and never moved."""
    message = folder / "message.eml"
    message.write_bytes(letter("010"))
    runtime, before = folder / "outlook/runtime.js", made.served.ledger.handed_in.count()
    for token, title in (("", "Signalement non envoyé"), (made.secret, "Signalement envoyé")):
        done = node("outlook_for_windows.js", runtime, message, made.served.origin, TOKEN=token)
        told = done["told"]
        assert (told["moveItemTo"], told["onErrorDeleteItem"]) == ("noMove", False), done
        assert told["showPostProcessingDialog"]["title"] == title, done
        print(f"Outlook for Windows: {told['showPostProcessingDialog']['description']}")
    assert made.served.ledger.handed_in.count() == before + 1


def library(made: Office, packages: Path) -> None:
    """The real office.js runs under our policy, outside of Outlook and, up to what only Outlook can answer, inside."""
    hosted = packages / "@microsoft/office-js/dist"
    loaded: list[str] = []

    def gives(route: Route) -> None:
        name = route.request.url.removeprefix(HOSTED).partition("?")[0]
        loaded.append(name)
        if name.startswith("https:") or not (hosted / name).is_file():
            route.abort()
        else:
            route.fulfill(body=(hosted / name).read_bytes(), content_type="text/javascript")

    for inside, awaited in (("", "o15apptofilemappingtable.js"), (INSIDE, "outlook-web-16.01.js")):
        context = made.browser.new_context(locale="fr-FR")
        context.route(f"{HOSTED}**", gives)
        opened(context.new_page(), f"{made.served.origin}/addins/outlook/taskpane.html{inside}", loaded, awaited)
        print(f"office.js{inside}: {', '.join(sorted(set(loaded)))}")
        context.close()


def opened(page: Page, address: str, loaded: list[str], awaited: str) -> None:
    """The page loads that part of the library; nothing in it is against the policy but what is known."""
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    page.goto(address)
    worlds.until(lambda: bool(page.evaluate("1")) and awaited in loaded)
    if INSIDE not in address:
        worlds.until(lambda: "s'ouvre dans Outlook" in page.inner_text("#sentence"))
    # This test comes by http, where the library asks for that file by http, too; LIBRARY has it by https.
    known = (*BLOCKED, *(one.replace("https:", "http:") for one in LIBRARY[1:]))
    assert [one for one in wrong if not any(part in one for part in known)] == []


def main() -> int:
    """All of it."""
    packages = fetched()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two, worlds.driver() as driver:
        schema(Path(one))
        with worlds.chromium(driver, Path(two)) as browser, office(browser.browser, Path(two)) as made:
            windows(made, Path(one))
            library(made, packages)
    return 0


if __name__ == "__main__":
    sys.exit(main())
