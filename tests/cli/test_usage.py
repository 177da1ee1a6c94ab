"""A wrong command line is answered in the reader's language."""

import re

import pytest

from vigie.cli import language, main

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
