"""The documentation names what exists: commands, options, files, and the eight lines."""

from __future__ import annotations

import contextlib
import io
import re
from functools import cache
from pathlib import Path

import pytest

from vigie.cli import config, example, main
from vigie.ledger.settings import RetentionSettings

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.fr.md")
KEEPING = tuple(
    f"{command} --help"
    for command in ("backtest", "promote", "rollback", "undo", "forget", "export", "audit list", "audit verify")
)
REVIEW = tuple(f"review {command} --help" for command in ("list", "release", "undo", "purge", "campaigns"))
PAGES = ("keeping.md", "keeping.fr.md")


@cache
def helped(command: str) -> tuple[int, str]:
    """The exit status and what was printed; most pages name the same commands."""
    with contextlib.redirect_stdout(io.StringIO()) as told:
        return main.run(command.split()), told.getvalue()


@pytest.fixture(params=READMES)
def readme(request):
    return (ROOT / request.param).read_text(encoding="utf-8")


def test_every_command_that_is_named_exists(readme):
    named = set(re.findall(r"vigie (check|[a-z]+)\b(?! *=)", " ".join(re.findall(r"`([^`]*)`", readme))))
    assert {"check", "scan", "run", "review", "demo", "doctor", "catalog", "init", "login"} <= named
    for command in sorted(named):
        assert helped(f"{command} --help")[0] == 0, command
    for sub in ("list", "show", "release"):
        assert helped(f"review {sub} --help")[0] == 0


def test_every_option_that_is_named_exists(readme):
    usual = (
        "--help",
        *(f"{name} --help" for name in ("check", "scan", "text", "catalog", "login", "evaluate", "report")),
    )
    told = "".join(helped(command)[1] for command in (*usual, *KEEPING, *REVIEW))
    for option in sorted(set(re.findall(r"`(--[a-z-]+)", readme))):
        assert option in told, option


def test_every_make_target_that_is_named_exists(readme):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for target in set(re.findall(r"\bmake ([a-z]+)", readme)):
        assert target in targets


def test_every_file_that_is_linked_exists(readme):
    for link in re.findall(r"\]\(([^)#]+)\)", readme):
        if not link.startswith("https://"):
            assert (ROOT / link).exists(), link


def test_the_eight_lines_load_and_say_what_init_writes(readme, tmp_path):
    (block,) = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    assert len(block.splitlines()) == 8
    shown, written = (config.parse(text, tmp_path / "vigie.toml") for text in (block, example.EIGHT_LINES))
    assert shown == written


def test_both_languages_have_the_same_sections():
    shapes = [
        re.findall(r"^(#+) |^(\d\.) |^(\| `)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in READMES
    ]
    assert shapes[0] == shapes[1]


def test_the_verdict_words_are_those_of_the_program(readme):
    words = ("unrelated", "genuine", "impersonation", "suspicious", "undecided")
    french = ("sans rapport", "authentique", "usurpation", "suspect", "indécis")
    assert all(f"`{word}`" in readme for word in (french if "Vie privée" in readme else words))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_what_exists(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for command in KEEPING:
        assert helped(command)[0] == 0
        assert f"vigie {command.removesuffix(' --help')}" in text
    told = "".join(helped(command)[1] for command in (*KEEPING, "scan --help"))
    for option in set(re.findall(r"(?<=[ `\[])(--[a-z-]+)", text)):
        assert option in told, option
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert config.parse(block, ROOT / "vigie.toml").retention == RetentionSettings()
