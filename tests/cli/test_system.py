"""What the system says reaches people in their language; so do the kinds of entries in the audit log."""

from __future__ import annotations

import errno
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vigie.cli import language, main, system
from vigie.ledger.audit import What
from vigie.web import words

ENGLISH = re.compile(r"\b(?:no such|file or|permission|denied|is a|not a|directory|cannot)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "{here}/absent.eml"),
        ("--config", "{here}/absent.toml", "status"),
        ("--config", "{here}", "status"),
        ("text", "{here}/absent.txt"),
        ("evaluate", "{here}/absent"),
    ],
    ids=" ".join,
)
def test_a_file_that_is_not_there_is_told_in_french(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert main.run([one.format(here=tmp_path) for one in arguments]) != 0
    told = capsys.readouterr()
    assert not ENGLISH.search((told.err + told.out).replace(str(tmp_path), "")), told


def test_a_reason_is_told_in_both_languages_and_an_unknown_one_as_it_is() -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert system.reason(full) == system.reason(os.strerror(errno.ENOSPC)) == "le disque est plein"
    assert system.reason("Something new") == "Something new"
    language.use("en")
    try:
        assert system.reason(full) == "No space left on device"
    finally:
        language.use("fr")


def test_dates_are_written_as_the_reader_writes_them() -> None:
    at = datetime(2026, 11, 20, 8, 30, 5, tzinfo=UTC).astimezone()
    assert language.when(at, seconds=True) == f"20/11/2026 {at:%H:%M:%S}"
    assert words.when(at, "fr") == language.when(at) == f"20/11/2026 {at:%H:%M}"
    assert words.when(at, "en") == f"2026-11-20 {at:%H:%M}"
    assert words.day(at, "fr") == language.day(at) == "20/11/2026"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_kind_of_entry_in_the_audit_log_has_words(lang: str) -> None:
    assert [kind.value for kind in What if not words.said(lang).has(f"audit.kind.{kind.value}")] == []
