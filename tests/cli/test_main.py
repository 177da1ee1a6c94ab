"""The frame around every command: what a bug, an interrupt or a broken pipe ends with."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from vigie.cli import commands, logs, main, words
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


def test_a_sentence_is_never_cut_inside_an_english_quote(monkeypatch):
    monkeypatch.setattr(words, "current", lambda: "en")
    told = {"en": "It says “Hello. Your card. End” here. Nothing else."}
    assert words.sentences(told) == ["It says “Hello. Your card. End” here.", "Nothing else."]


@given(st.text())
def test_sentences_lose_no_word(text):
    assert " ".join(words.sentences({"fr": text})).split() == text.split()


def test_every_command_has_a_file_of_its_own_and_its_place_in_the_help():
    files = {path.stem for path in Path(commands.__file__).parent.glob("*.py")} - {"__init__"}
    in_order = [module.__name__.rpartition(".")[2] for module in main.COMMANDS]
    assert sorted(in_order) == sorted(files)
    app = main.build()
    declared = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    groups = [group.name for group in app.registered_groups]
    assert declared == [name for name in in_order if name not in groups]
    assert groups == [name for name in in_order if name in groups]
    assert [*declared, *groups] == (
        "check text scan run status login report backtest promote rollback undo forget export demo doctor evaluate catalog init "
        "web review audit".split()
    )


def test_the_help_loads_nothing_of_what_commands_do():
    code = "import sys; from vigie.cli import main; main.run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name for name in done.stderr.split() if name.startswith("vigie.")}
    table = {"vigie.cli", "vigie.log_keys", *(f"vigie.cli.{name}" for name in TABLE.split())}
    assert {name for name in ours if not name.startswith("vigie.cli.commands")} <= table
    assert {name.partition(".")[0] for name in done.stderr.split()} & HEAVY == set()


TABLE = "console frame language logs main status usage"
HEAVY = {"pydantic", "sqlalchemy", "apscheduler", "imapclient", "dns", "dkim", "jinja2"}
