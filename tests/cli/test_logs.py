"""Log lines: one line, at most 4 KiB, documented keys, never mail content; and a reload that comes before there is a service."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.program import environment
from vigie import log_keys
from vigie.cli import logs

ROOT = Path(__file__).parents[2]
FIXED = ("at", "level", "logger", "message")


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("vigie.x", logging.WARNING, __file__, 1, "%s", (message,), None)
    vars(made).update(extra)
    return made


texts = st.text(max_size=9000) | st.text("\U0001f600é\x1b\n\u2028 ", max_size=9000)


@settings(deadline=None, max_examples=50)  # other work on the machine is no fault
@given(texts, st.dictionaries(st.sampled_from([*log_keys.KEYS, "subject"]), texts | st.integers()))
def test_any_line_is_whole_short_and_holds_known_keys_alone(message, extra):
    """X-19."""
    for line in (logs.JsonLines().format(record(message, **extra)), logs.TextLines().format(record(message, **extra))):
        assert len(line.encode()) < logs.LONGEST
        assert len(line.splitlines()) == 1
        assert line.isprintable()
    told = json.loads(logs.JsonLines().format(record(message, **extra)))
    assert set(told) <= {*FIXED, *log_keys.KEYS}
    assert set(FIXED) <= set(told)


def test_the_keys_are_those_of_the_page():
    page = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    section = page[page.index("## Logs") : page.index("## Metrics")]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [*FIXED, *log_keys.KEYS]


def test_a_fault_is_told_by_its_type_and_nothing_of_its_text():
    try:
        raise ValueError("Subject: votre remboursement")
    except ValueError:
        made = record("it broke", exc_info=sys.exc_info())
    for line in (logs.JsonLines().format(made), logs.TextLines().format(made)):
        assert "ValueError" in line
        assert "remboursement" not in line


def test_a_line_that_cannot_be_written_says_nothing_elsewhere(capsys, monkeypatch):
    """With stderr gone, logging would print the whole chain of exceptions, and their texts may quote mail."""
    with monkeypatch.context() as patched:
        gone = io.StringIO()
        gone.close()
        patched.setattr(sys, "stderr", gone)
        logs.start("text", 0)
    try:
        raise ValueError("Madame Vasseur-Lantin")
    except ValueError:
        logging.getLogger("vigie.x").warning("a fault")
    logs.start("text", 0)
    assert capsys.readouterr() == ("", "")


def test_keys_hold_for_a_block_and_the_call_itself_wins():
    with log_keys.about(account="accueil"), log_keys.about(folder="INBOX"):
        told = json.loads(logs.JsonLines().format(record("x", folder="Junk", uid=7)))
    assert (told["account"], told["folder"], told["uid"]) == ("accueil", "Junk", 7)
    assert "account" not in json.loads(logs.JsonLines().format(record("x")))


def test_libraries_that_read_mail_say_nothing(capsys):
    logs.start("json", 2)
    logging.getLogger("pypdf._reader").error("votre remboursement")
    logging.getLogger("mailparser").critical("votre remboursement")
    logging.getLogger("vigie.x").error("seen")
    err = capsys.readouterr().err
    assert "remboursement" not in err
    assert json.loads(err)["message"] == "seen"


HANG_UP = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "vigie.cli.main":  # nothing of the program is loaded yet
            os.kill(os.getpid(), signal.SIGHUP)
sys.meta_path.insert(0, Finder())
from vigie.cli.entry import main
main()
"""


@pytest.mark.parametrize(("command", "status"), [("run", 2), ("scan", -1)])
def test_a_reload_before_anything_is_loaded_does_not_end_the_service(tmp_path, command, status):
    done = subprocess.run(
        [sys.executable, "-c", HANG_UP, "--config", "absent.toml", command],
        cwd=tmp_path, env=environment(PYTHONPATH=str(ROOT)), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
