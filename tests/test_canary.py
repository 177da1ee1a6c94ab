"""The search for secrets finds them: in text, in files, in base64, in the arguments of a program."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from tests import canary


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "\0user\0"])
def test_the_mark_is_found_however_it_is_encoded(before):
    """W-19."""
    hidden = canary.secret("x")
    for text in (hidden, base64.b64encode(f"{before}{hidden} and more".encode()).decode()):
        assert canary.is_in(f"something {text} else".encode())
    assert not canary.is_in(b"something else, kanari and vogel")


def test_files_are_found_but_for_those_that_are_there_for_it(tmp_path):
    for name in ("password", "accueil.token", "vigie.db", "log"):
        (tmp_path / name).write_bytes(b"\xff" + canary.secret("x").encode())
    (tmp_path / "clean").write_text("nothing")
    assert {path.name for path in canary.files_with_it([tmp_path])} == {"vigie.db", "log"}
    for name in ("vigie.db", "log"):  # or the search after the whole run finds them, too
        (tmp_path / name).unlink()


def test_the_arguments_of_a_program_are_looked_at():
    watch = canary.Watch()
    try:
        watch._started("subprocess.Popen", ("vigie", ["vigie", "--password", canary.secret("x")]))
        watch._started("subprocess.Popen", ("vigie", ["vigie", "run"]))
        subprocess.run((sys.executable, "-c", "pass"), check=True)
    finally:
        watch.stop()
    assert watch.found == ["argv of vigie"]
