"""What a judging process says arrives whole, whichever release of Python runs it."""

import enum
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vigie.auth_checks.types import Delivery, DnsAnswer
from vigie.judge import wire
from vigie.judge.examine import Examiner
from vigie.judge.settings import JudgeSettings
from vigie.message.types import Medium

FALSE = Path(__file__).parents[2] / "vigie" / "cli" / "demo_mails" / "010-remboursement-dossier.eml"


def _by_name(member: enum.Enum, protocol: int) -> tuple[object, tuple[object, ...]]:
    """How enum.Enum.__reduce_ex__ of Python 3.11.2, the one of Debian 12, answers."""
    return getattr, (type(member), member.name)


def test_a_case_comes_through_where_members_would_be_pickled_with_getattr(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Examiner(JudgeSettings()).examine(FALSE.read_bytes(), now=datetime(2026, 11, 22, tzinfo=UTC))
    monkeypatch.setattr(enum.Enum, "__reduce_ex__", _by_name)
    assert wire.unpack_case(wire.pack_case(case)) == case


def test_a_text_comes_through_with_its_kind() -> None:
    case = Examiner(JudgeSettings()).examine_text(b"J'ai re\xc3\xa7u un appel", now=datetime(2026, 11, 22, tzinfo=UTC))
    assert wire.unpack_case(wire.pack_case(case)) == case
    assert (case.medium, case.evidence) == (Medium.CALL, None)


@pytest.mark.parametrize(
    "job",
    [
        wire.Job(b"raw"),
        wire.Job(
            b"", datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC), Delivery(("é@a.example",), 3)
        ),
        wire.Job(b"raw", answers=()),
        wire.Job(b"pasted", text="guess"),
        wire.Job(b"pasted", text=Medium.LETTER),
        wire.Job(
            b"raw", answers=(DnsAnswer("a.example", "TXT", (b"\xff\0",)), DnsAnswer("b.example", "A", absent=True))
        ),
    ],
)
def test_a_job_arrives_as_it_was_sent(job: wire.Job) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, theirs.makefile("rb") as stream:
        wire.send_job(ours, job, time.monotonic() + 5)
        assert wire.read_job(stream) == job
