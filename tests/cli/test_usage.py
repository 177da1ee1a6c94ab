"""A wrong command line is answered in the reader's language."""

import re

import pytest
import typer

from vigie.cli import language, main, usage

ENGLISH = re.compile(
    r"\b(?:missing|invalid|no such|requires|does not|got|unexpected|valid|should|try|did you)\b", re.IGNORECASE
)
WRONG = [
    ["check"],
    ["check", "--zut", "x"],
    ["check", "--jsn", "x"],
    ["check", "--json=1", "x"],
    ["--lang"],
    ["--lang", "de", "check", "x"],
    ["chek"],
    ["zut"],
    ["scan", "--since"],
    ["scan", "a", "b"],
    ["evaluate"],
    ["demo", "--speed", "vite"],
    ["demo", "--speed", "0"],
    ["demo", "--speed", "2000"],
    ["text", "--kind", "fax"],
    ["review", "show"],
    ["review", "zut"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_in_french(capsys, arguments):
    assert main.run(arguments) == 2
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert told.startswith("vigie: ")
    assert not ENGLISH.search(told), told
    assert "(aide : vigie" in told


def test_in_english(capsys):
    language.use("en")
    try:
        assert main.run(["evaluate"]) == 2
    finally:
        language.use("fr")
    assert capsys.readouterr().err == "vigie: Missing argument 'FOLDER' (help: vigie evaluate --help)\n"


@pytest.mark.parametrize("option", ["--lang=fr", "--config=x", "-v", "--verbose", "--log-format=json", "--version"])
def test_a_global_option_behind_the_command_is_told_to_stand_before_it(capsys, option):
    name = option.partition("=")[0]
    assert main.run(["check", option, "x"]) == 2
    assert f"vigie: {name} se place avant la commande : vigie {name}" in capsys.readouterr().err
    language.use("en")
    try:
        assert main.run(["check", option, "x"]) == 2
    finally:
        language.use("fr")
    assert f"vigie: {name} stands before the command: vigie {name}" in capsys.readouterr().err


def test_every_global_option_is_known_as_one():
    command = typer.main.get_command(main.build())
    names = {name for given in command.params for name in given.opts} - {"-h", "--help"}
    assert names == set(usage._GLOBAL)
