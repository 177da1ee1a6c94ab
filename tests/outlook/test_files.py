"""The add-in's own files: what a page may load, that nothing is markup, and that what comes from elsewhere is what it was."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.outlook.builder import ROOT

SOURCES = ROOT / "addins/outlook"
SCRIPTS = sorted(SOURCES.glob("*.js"))
MSAL = "1b20f9bfbabb2e33801042563761794b7818aa774606e4ed1ccb1ada6a18ce03"
"""msal-browser.min.js of @azure/msal-browser 5.29.0, which carries Microsoft's nested app authentication (MIT)."""


def test_no_script_makes_markup_or_code_of_a_text() -> None:
    assert SCRIPTS
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setTimeout\(['\"`]", text
        ), path


@pytest.mark.parametrize("name", ["taskpane.html", "report.html", "about.html"])
def test_a_page_loads_its_own_files_and_outlooks_library_alone(name: str) -> None:
    text = (SOURCES / name).read_text(encoding="utf-8")
    assert 'http-equiv="Content-Security-Policy"' in text
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|style=|<style", text)
    for source in re.findall(r'(?:src|href)="([^"]+)"', text):
        here = source == "runtime.js" or (SOURCES / source).is_file()
        assert here or source == "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"


def test_the_pages_runtime_runs_without_a_page() -> None:
    """Outlook for Windows gives it neither window nor storage, atob, TextEncoder, imports."""
    for name in ("words", "server", "access", "mail", "report"):
        text = (SOURCES / f"{name}.js").read_text(encoding="utf-8")
        assert not re.search(
            r"\bwindow\.|\batob\(|\bbtoa\(|new TextEncoder|^import |^export |onReady\(", text, re.MULTILINE
        ), name


def test_what_comes_from_microsoft_is_unchanged() -> None:
    found = (SOURCES / "msal/msal-browser.min.js").read_bytes()
    assert hashlib.sha256(found).hexdigest() == MSAL
    assert (SOURCES / "msal/LICENSE").read_text(encoding="utf-8").lstrip().startswith("MIT License")


def _keys(table: str) -> list[str]:
    text = (SOURCES / "words.js").read_text(encoding="utf-8")
    body = text.partition(f"const {table} = {{")[2].partition("};")[0]
    return re.findall(r"^    (\w+):", body, re.MULTILINE)


def test_both_languages_say_the_same_things() -> None:
    assert _keys("FR") == _keys("EN")
    said = {*_keys("FR")}
    asked = {key for path in SCRIPTS for key in re.findall(r"\bt\(\"(\w+)\"", path.read_text(encoding="utf-8"))}
    assert asked <= said
    shown = set(re.findall(r'data-text="(\w+)"', (SOURCES / "taskpane.html").read_text(encoding="utf-8")))
    assert shown <= said
    problems = set(re.findall(r'problem: "(\w+)"', "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)))
    assert {f"problem_{one}" for one in problems} <= said
    assert Path(SOURCES / "words.js").is_file()
