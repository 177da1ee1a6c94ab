"""Which mode is in force: the newest word of the admin, be it in vigie.toml or a command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scanner.world import QUARANTINE, ScriptedPool, mail, places, scan
from tests.servers.dovecot import Dovecot, append
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, ModeChange, State, Step
from vigie.scanner import cycle, modes
from vigie.scanner.decide import Mode
from vigie.scanner.settings import AccountSettings

BEGIN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def account(mode: str) -> AccountSettings:
    return AccountSettings.model_validate(
        {"name": "accueil", "host": "imap.example.org", "username": "a", "password_env": "X", "mode": mode}
    )


def now() -> datetime:
    return datetime.now(UTC)


def step(ledger: Ledger, file_mode: str, kind: Step, mode: Mode) -> None:
    """What promote and rollback do."""
    before = modes.in_force(ledger, account(file_mode), read_at=now())
    change = ModeChange("accueil", kind, mode, before, file_mode, now())
    assert ledger.change_mode(change, after=ledger.newest_mode("accueil"))


def force(ledger: Ledger, file_mode: str) -> str:
    return modes.in_force(ledger, account(file_mode), read_at=now())


def test_without_a_word_it_is_what_the_file_says(ledger: Ledger) -> None:
    assert force(ledger, "tag") == "tag"
    assert force(ledger, "tag") == "tag"
    assert [(change.step, change.mode) for change in ledger.modes("accueil")] == [(Step.FILE, "tag")]
    assert modes.standing(ledger, account("tag")) == ("tag", None)


def test_a_promotion_counts_until_the_file_says_something_else(ledger: Ledger) -> None:
    step(ledger, "observe", Step.PROMOTE, "enforce")
    assert force(ledger, "observe") == "enforce"
    assert modes.standing(ledger, account("observe"))[0] == "enforce"
    assert force(ledger, "tag") == "tag"
    assert force(ledger, "observe") == "observe"  # not back to the promotion: the admin has spoken since
    assert [change.mode for change in ledger.modes("accueil")] == ["observe", "enforce", "tag", "observe"]
    assert [entry.detail["to"] for entry in ledger.audit_entries()] == ["observe", "enforce", "tag", "observe"]


def test_looking_does_not_write(ledger: Ledger) -> None:
    assert modes.standing(ledger, account("enforce")) == ("enforce", None)
    assert ledger.modes("accueil") == []


@pytest.mark.parametrize("stale", ["observe", "tag", "enforce"])
@pytest.mark.parametrize("said", ["tag", "enforce"])
def test_who_has_read_the_file_too_long_ago_does_less(ledger: Ledger, stale: str, said: Mode) -> None:
    """The file was edited and not reloaded; then a command read it. The service must not fall back and forth."""
    read_at = now()
    step(ledger, "observe" if stale != "observe" else "tag", Step.PROMOTE, said)
    rows = len(ledger.modes("accueil"))
    expected = min(stale, said, key=modes.rank)
    assert modes.in_force(ledger, account(stale), read_at=read_at) == expected
    assert len(ledger.modes("accueil")) == rows


def test_a_clock_that_was_wrong_never_does_more(ledger: Ledger) -> None:
    change = ModeChange("accueil", Step.PROMOTE, "enforce", "tag", "tag", now() + timedelta(days=365))
    assert ledger.change_mode(change, after=None)
    assert force(ledger, "observe") == "observe"


def test_two_programs_at_once(ledger: Ledger) -> None:
    change = ModeChange("accueil", Step.PROMOTE, "tag", "observe", "observe", now())
    assert ledger.change_mode(change, after=None)
    assert not ledger.change_mode(change, after=None)
    assert len(ledger.modes("accueil")) == 1


def made(*steps: tuple[Step, str, str]) -> Sequence[ModeChange]:
    return [ModeChange("accueil", kind, mode, before, "observe", BEGIN) for kind, mode, before in steps]


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ((), "observe"),
        (((Step.FILE, "enforce", "enforce"),), "observe"),
        (((Step.FILE, "observe", "observe"), (Step.PROMOTE, "tag", "observe")), "observe"),
        (((Step.PROMOTE, "tag", "observe"), (Step.PROMOTE, "enforce", "tag")), "tag"),
        (
            ((Step.PROMOTE, "tag", "observe"), (Step.PROMOTE, "enforce", "tag"), (Step.ROLLBACK, "tag", "enforce")),
            "observe",
        ),
        (((Step.FILE, "tag", "tag"), (Step.PROMOTE, "enforce", "tag"), (Step.ROLLBACK, "tag", "enforce")), "observe"),
        (((Step.PROMOTE, "enforce", "tag"), (Step.FILE, "enforce", "enforce")), "observe"),
        (((Step.ROLLBACK, "observe", "enforce"),), "observe"),
    ],
)
def test_where_a_rollback_leads(changes: tuple[tuple[Step, str, str], ...], target: str) -> None:
    assert modes.before_promotion(made(*changes)) == target


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(Step), st.sampled_from(modes.MODES), st.sampled_from(modes.MODES)), max_size=8)
)
def test_a_rollback_never_leads_up(changes: list[tuple[Step, str, str]]) -> None:
    target = modes.before_promotion(made(*changes))
    assert target == "observe" or modes.rank(target) < modes.rank(changes[-1][1])


def test_a_rollback_stops_a_pass_that_is_under_way(dovecot: Dovecot, ledger: Ledger) -> None:
    """Each batch asks anew; what was decided before is withdrawn by the next pass."""
    box = dovecot.account()
    count = cycle.CHUNK + 10
    append(box, *(mail(f"faux-{number}", "impersonation") for number in range(count)))
    asked: list[Mode] = []

    def mode() -> Mode:
        asked.append("enforce" if len(asked) < 2 else "observe")
        return asked[-1]

    summary = scan(box, ledger, ScriptedPool(), mode=mode)
    assert summary.judged == count
    moved = [name for name, folders in places(box).items() if folders == [QUARANTINE]]
    assert 0 < len(moved) < count
    assert summary.quarantined == len(moved)
    assert scan(box, ledger, mode="observe").quarantined == 0
    assert ledger.open_intents(box.name) == []
    kinds = [(intent.kind, intent.state) for record in ledger.records() for intent, _ in ledger.outcomes(record.id)]
    assert kinds.count((ActionKind.QUARANTINE, State.DONE)) == len(moved)
