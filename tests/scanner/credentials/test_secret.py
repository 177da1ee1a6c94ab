"""Passwords from files, the environment and commands: what is read, and the one line that each fault gets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import canary
from vigie.scanner.credentials import secret
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.credentials.secret import Source, weakness


def command(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def fault(source: Source) -> SecretError:
    with pytest.raises(SecretError) as caught:
        source.read()
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith("account accueil: ")
    assert not canary.is_in(text.encode())
    return caught.value


@given(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_password_comes_out_as_it_went_in(tmp_path: Path, text: str) -> None:
    text = text.removeprefix("\ufeff") or "x"
    for end in ("", "\n", "\r\n", "\n\n"):
        (tmp_path / "password").write_bytes((text + end).encode())
        assert Source("accueil", "password", file=tmp_path / "password").read() == text
    os.environb[b"VIGIE_TEST"] = text.encode()
    assert Source("accueil", "password", env="VIGIE_TEST").read() == text


def test_a_command_gives_its_output_and_reads_nothing() -> None:
    told = command("import sys; assert not sys.stdin.read(); print('pässwörd')")
    assert Source("accueil", "password", command=told).read() == "pässwörd"


HIDDEN = f"x-{canary.MARK}".encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (HIDDEN + b"\nsecond line\n", "a line end or NUL inside"),
        (HIDDEN + b"\0", "a line end or NUL inside"),
        (b"\xff" + HIDDEN, "is not UTF-8"),
        (HIDDEN * 6000, "is larger than 64 KiB"),
    ],
    ids=("nothing", "a line end", "two lines", "nul", "latin-1", "large"),
)
def test_a_file_that_holds_no_password(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "password").write_bytes(content)
    error = fault(Source("accueil", "password", file=tmp_path / "password"))
    assert not error.temporary
    assert "the password cannot be read: " in str(error)
    assert words in str(error)
    program = command(f"import sys; sys.stdout.buffer.write(open({str(tmp_path / 'password')!r}, 'rb').read())")
    assert words in str(fault(Source("accueil", "password", command=program)))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert f"{tmp_path / 'none'}: No such file" in str(fault(Source("accueil", "password", file=tmp_path / "none")))
    assert "Is a directory" in str(fault(Source("accueil", "password", file=tmp_path)))


def test_a_variable_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIGIE_TEST", raising=False)
    assert "the environment variable VIGIE_TEST is not set" in str(
        fault(Source("accueil", "password", env="VIGIE_TEST"))
    )
    monkeypatch.setenv("VIGIE_TEST", "")
    assert "the variable VIGIE_TEST is empty" in str(fault(Source("accueil", "password", env="VIGIE_TEST")))


@pytest.mark.parametrize(
    ("program", "words", "temporary"),
    [
        (("/no/such/program",), "/no/such/program: No such file", False),
        (("/etc/passwd",), "Permission denied", False),
        (("a\0b",), "holds a NUL", False),
        (command("raise SystemExit(3)"), "password_command failed (exit status 3)", True),
        (command("import os; os.kill(os.getpid(), 9)"), "password_command failed (signal 9)", True),
        (command(""), "is empty", False),
    ],
)
def test_a_command_that_fails(program: tuple[str, ...], words: str, temporary: bool) -> None:
    error = fault(Source("accueil", "password", command=program))
    assert words in str(error)
    assert error.temporary is temporary


def test_what_a_failing_command_says_is_not_shown(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(HIDDEN)
    read = f"open({str(tmp_path / 'password')!r}).read()"
    fault(Source("accueil", "password", command=command(f"import sys; print({read}); sys.exit({read})")))
    assert capfd.readouterr() == ("", "")


def test_a_command_that_hangs_ends_with_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """A grandchild that holds the pipe would keep us waiting as long as it lives."""
    monkeypatch.setattr(secret, "COMMAND_S", 0.3)
    grandchild = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(300)'])"
    error = fault(Source("accueil", "password", command=command(grandchild)))
    assert "password_command gave no answer within" in str(error)
    assert error.temporary


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (0o400, ""),
        (0o600, ""),
        (0o640, ""),
        (0o440, ""),
        (0o644, "others may read it"),
        (0o604, "others may read it"),
        (0o620, "others may change it"),
        (0o666, "others may change it"),
    ],
)
def test_who_may_read_the_file(tmp_path: Path, mode: int, words: str) -> None:
    (tmp_path / "password").touch()
    (tmp_path / "password").chmod(mode)
    assert weakness(tmp_path / "password") == words
    assert weakness(tmp_path / "none") == ""
