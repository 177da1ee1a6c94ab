"""The frame around every command: what a bug, an interrupt or a broken pipe ends with."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from vigie.cli import logs, words
from vigie.cli.console import plain
from vigie.cli.status import Status, worst


@given(st.lists(st.sampled_from([Status.DONE, Status.IMPERSONATION, Status.USAGE, Status.UNREACHED])))
def test_the_precedence_is_2_3_1_0(statuses):
    wanted = next((number for number in (2, 3, 1) if number in statuses), 0)
    assert worst(*statuses) == wanted


def test_a_bug_is_one_line_and_never_status_1():
    code = (
        "from vigie.cli import main, check; import sys\n"
        "def broken(*a, **k): raise ValueError('secret')\n"
        "check.check = broken\n"
        "sys.argv[1:] = ['check', 'x']\n"
        "main.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert done.stderr.startswith("vigie: ")
    assert "secret" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@given(st.text())
def test_nothing_that_is_shown_controls_a_terminal(text):
    shown = plain(text)
    assert shown.isprintable()
    assert plain(shown) == shown


def test_log_lines_are_one_json_object_with_the_keys_of_the_call(capsys):
    logs.start("json", 1)
    logging.getLogger("vigie.x").info("a %s", "b\nc", extra={"account": "accueil"})
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["message"], told["account"], told["level"]) == ("a b\nc", "accueil", "info")


def test_log_lines_for_people_stay_one_line(capsys):
    logs.start("text", 1)
    logging.getLogger("vigie.x").warning("a\nb\x1b[31m")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_sentence_is_never_cut_inside_a_quote():
    told = {"fr": "C'est faux. Il écrit « Bonjour. Votre carte. Fin » ici. Rien d'autre."}
    assert words.sentences(told) == ["C'est faux.", "Il écrit « Bonjour. Votre carte. Fin » ici.", "Rien d'autre."]


@given(st.text())
def test_sentences_lose_no_word(text):
    assert " ".join(words.sentences({"fr": text})).split() == text.split()
