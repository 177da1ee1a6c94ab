"""What is installed in a mail client: built twice it is the same; it runs nothing that it did not bring, and has all its words."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from pathlib import Path

import pytest

from deploy.thunderbird import LONG_AGO
from deploy.thunderbird import thunderbird as packed
from vigie.rules import brand

ROOT = Path(__file__).parents[2]
THUNDERBIRD = ROOT / "addins" / "thunderbird"
SCRIPTS = sorted(THUNDERBIRD.glob("*.js"))
CODE = "".join(path.read_text("utf-8") for path in SCRIPTS)
LANGUAGES = {
    language: json.loads((THUNDERBIRD / "_locales" / language / "messages.json").read_text("utf-8"))
    for language in ("fr", "en")
}
MANIFEST = json.loads((THUNDERBIRD / "manifest.json").read_text("utf-8"))


def test_built_twice_it_is_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first, second = (packed(tmp_path / name) for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as made:
        assert {"manifest.json", "background.js", "banner.js", "_locales/fr/messages.json"} <= set(made.namelist())
        assert {member.date_time for member in made.infolist()} == {LONG_AGO}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_a_message_brings_is_never_markup_nor_code(path: Path) -> None:
    """W-10."""
    wrong = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|DOMParser|srcdoc|setHTML|createContextualFragment"
    assert not re.search(wrong, path.read_text("utf-8"))


def test_the_manifest_asks_for_little() -> None:
    """W-10: no server until the person names one, no mailbox's folders, no code from elsewhere."""
    assert MANIFEST["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert "host_permissions" not in MANIFEST
    assert {"messagesRead", "messagesModify", "scripting", "sensitiveDataUpload", "storage"} == set(
        MANIFEST["permissions"]
    )
    policy = MANIFEST["content_security_policy"]["extension_pages"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy


def test_every_word_is_there_in_both_languages() -> None:
    french, english = LANGUAGES["fr"], LANGUAGES["en"]
    assert french.keys() == english.keys()
    for key in french:
        holes = [sorted(re.findall(r"\$\d", words[key]["message"])) for words in (french, english)]
        assert holes[0] == holes[1], key
    page = (THUNDERBIRD / "options.html").read_text("utf-8") + json.dumps(MANIFEST)
    named = set(re.findall(r'(?<![\w.])t\("(\w+)"', CODE)) | set(re.findall(r'getMessage\("(\w+)"', CODE))
    named |= set(re.findall(r'data-text="(\w+)"', page)) | set(re.findall(r"__MSG_(\w+)__", page))
    named |= {f"problem_{word}" for word in re.findall(r'problem: "(\w+)"', CODE)}
    assert named <= french.keys()


@pytest.mark.parametrize("name", brand.names())
def test_every_brand_that_comes_along_is_called_as_in_the_explanations(name: str) -> None:
    assert brand.load(name).title == {
        language: words[f"brand_{name}"]["message"] for language, words in LANGUAGES.items()
    }
