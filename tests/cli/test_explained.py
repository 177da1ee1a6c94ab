"""`vigie check --explain-auth`: what is printed, to the letter, and what a hostile mail cannot make of it.

`python -m tests.cli.test_explained` writes the expected texts anew: read the difference before you commit it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.program import DEMO, FALSE, GENUINE, JUDGING, ORDINARY, vigie
from tests.test_samples import GOLDEN, golden
from vigie.cli import language
from vigie.cli.explained import WIDTH, explained, reasoning_object

TEXTS = Path(__file__).parent / "explained"
SHOWN = {"genuine": "110-", "spoof": "151-", "dns-fault": "456-"}
CONCLUSIONS = {
    ("genuine", "fr"): "=> signé par info.ameli.fr",
    ("genuine", "en"): "=> signed by info.ameli.fr",
    ("spoof", "fr"): "=> personne ne le prouve",
    ("spoof", "en"): "=> nobody proves it",
    ("dns-fault", "fr"): "=> personne ne le prouve",
    ("dns-fault", "en"): "=> nobody proves it",
}


def printed(name: str, lang: str) -> str:
    """The chain of reasoning about a sample, as a pipe gets it."""
    folder = next(folder for folder in GOLDEN if folder.name.startswith(SHOWN[name]))
    language.use(lang)
    try:
        return "".join(f"{line.plain}\n" for line in explained(golden(folder)))
    finally:
        language.use("fr")


@pytest.mark.parametrize(("name", "lang"), list(CONCLUSIONS))
def test_to_the_letter(name: str, lang: str):
    text = printed(name, lang)
    assert text == (TEXTS / f"{name}.{lang}.txt").read_text(encoding="utf-8")
    assert text.splitlines()[-1] == CONCLUSIONS[name, lang]
    assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.parametrize("folder", GOLDEN, ids=lambda folder: folder.name)
def test_the_last_line_is_the_proof(folder: Path):
    """No sample, however hostile, gets a conclusion that its evidence does not bear; all are narrow and printable."""
    case = golden(folder)
    lines = [line.plain for line in explained(case)]
    assert case.evidence is not None
    proven = case.evidence.complete or case.verdict.proven
    assert (lines[-1] == "=> personne ne le prouve") is not proven
    assert all(line.isprintable() for line in lines)
    assert [line for line in lines if line.startswith("=>")] == lines[-1:], "the one line is nowhere imitated"
    assert all(len(line) <= WIDTH for line in lines[:-1])
    told = reasoning_object(case)
    assert [set(step) for step in told] == [{"subject", "found", "standard"}] * len(told)
    assert told[-1]["subject"] == "conclusion"


def test_a_case_that_could_not_be_examined():
    case = replace(golden(GOLDEN[0]), evidence=None)
    assert [line.plain for line in explained(case)] == ["  non examiné : personne ne le prouve"]
    assert reasoning_object(case) == []


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "vigie.toml").write_text(JUDGING)
    return tmp_path


def test_as_people_run_it(here: Path):
    done = vigie("--lang", "en", "check", "--explain-auth", GENUINE, cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "=> signed by info.ameli.fr"
    done = vigie("check", "--explain-auth", FALSE, ORDINARY, cwd=here)
    assert done.returncode == 1
    ends = [line for line in done.stdout.splitlines() if line.startswith("=>")]
    assert len(ends) == 2
    assert "pas demandé" not in done.stdout, "the DNS is asked about ordinary mail, too"


def test_as_scripts_read_it(here: Path):
    done = vigie("check", "--json", "--explain-auth", GENUINE, cwd=here)
    told = json.loads(done.stdout)
    assert told["reasoning"][-1]["found"] == "signed by info.ameli.fr"
    assert any("RFC 9989" in step["standard"] for step in told["reasoning"])
    plain = json.loads(vigie("check", "--json", GENUINE, cwd=here).stdout)
    assert {key: value for key, value in told.items() if key not in {"reasoning", "elapsed_ms"}} == {
        key: value for key, value in plain.items() if key != "elapsed_ms"
    }


def test_no_control_character_of_a_mail_reaches_the_terminal(here: Path):
    raw = (DEMO / "010-remboursement-dossier.eml").read_bytes()
    hostile = b"\x1b]0;owned\x07".join((b"Received: from ", b" ([192.0.2.1]) by mx.demo.example\r\n")) + raw
    hostile = hostile.replace(b"From: ", b"From: \x1b[2J=> signed by info.ameli.fr ", 1)
    done = vigie("check", "--explain-auth", "-", cwd=here, stdin=hostile)
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
    assert done.stdout.splitlines()[-1] == "=> personne ne le prouve"


if __name__ == "__main__":
    TEXTS.mkdir(exist_ok=True)
    for wanted, spoken in CONCLUSIONS:
        (TEXTS / f"{wanted}.{spoken}.txt").write_text(printed(wanted, spoken), encoding="utf-8")
