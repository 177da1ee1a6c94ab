"""Who is told what, and when: over invented troubles and instants."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.scanner.operation import wording
from vigie.scanner.operation.alarms import HOUR_S, Alarms, Notice
from vigie.scanner.operation.settings import AlertSettings
from vigie.scanner.operation.troubles import Kind, Trouble

NOW = AlertSettings(steady_s=0, per_hour=3)
ALL = [Trouble(kind, subject, "x") for kind in Kind for subject in ("", "a", "b/INBOX")]


def tell(alarms: Alarms, troubles: list[Trouble], at: float) -> Notice:
    notice = alarms.due(troubles, at)
    if notice:
        alarms.was_sent(notice, at)
    return notice


def test_once_then_again_after_a_day_then_its_end():
    alarms, trouble = Alarms(NOW), Trouble(Kind.LAG, "a/INBOX", "300 messages")
    assert tell(alarms, [trouble], 0).raised == (trouble,)
    assert not tell(alarms, [trouble], 60)
    assert not tell(alarms, [trouble], 23 * HOUR_S)
    worse = Trouble(Kind.LAG, "a/INBOX", "900 messages")
    assert tell(alarms, [worse], 25 * HOUR_S).still == (worse,)
    assert tell(alarms, [], 26 * HOUR_S).over == (trouble.key,)
    assert not tell(alarms, [], 27 * HOUR_S)


def test_what_does_not_last_is_told_to_nobody():
    alarms, trouble = Alarms(AlertSettings(steady_s=60)), Trouble(Kind.LEDGER, "", "locked")
    assert not tell(alarms, [trouble], 0)
    assert not tell(alarms, [], 30)
    assert not tell(alarms, [trouble], 59)
    assert not tell(alarms, [trouble], 100)
    assert tell(alarms, [trouble], 119).raised
    assert not tell(alarms, [], 120)
    assert not tell(alarms, [trouble], 150)
    assert not tell(alarms, [], 200)
    assert tell(alarms, [], 260).over == (trouble.key,)


def test_too_many_are_put_together_into_the_next_message():
    alarms = Alarms(NOW)
    notices = [tell(alarms, ALL[: count + 1], count) for count in range(3)]
    assert [notice.last for notice in notices] == [False, False, True]
    assert not tell(alarms, ALL, 10)
    assert not tell(alarms, ALL, HOUR_S - 1)
    assert tell(alarms, ALL, HOUR_S).raised == tuple(ALL[3:])


def test_its_end_is_told_even_by_the_next_process():
    trouble = Trouble(Kind.ACCOUNT_STOPPED, "accueil", "stopped")
    first = Alarms(NOW)
    tell(first, [trouble], 0)
    assert tell(Alarms(NOW, first.told), [], 0).over == (trouble.key,)


@settings(deadline=None)  # other work on the machine is no fault
@given(st.lists(st.tuples(st.floats(1, 2000), st.sets(st.sampled_from(ALL))), max_size=40), st.floats(0, 300))
def test_never_more_than_allowed_and_in_the_end_everything_was_told(looks, steady):
    wanted = AlertSettings(steady_s=steady, per_hour=2, repeat_hours=720)
    alarms, at, sent, here = Alarms(wanted), 0.0, [], set()
    for wait, here in looks:
        at += wait
        if tell(alarms, sorted(here, key=str), at):
            sent.append(at)
    for _ in range(4):
        at += HOUR_S
        tell(alarms, sorted(here, key=str), at)
    assert all(sum(one - HOUR_S < other <= one for other in sent) <= 2 for one in sent)
    assert set(alarms.told) == {trouble.key for trouble in here}


def test_every_trouble_has_words_in_both_languages():
    for kind in Kind:
        for language in ("fr", "en"):
            notice = Notice((Trouble(kind, "accueil", "7 MB"),), (), (f"{kind.value} accueil",), last=True)
            text = wording.text(notice, language)
            assert text.count("\n") == 2
            assert "7 MB" in text
            assert "accueil" in wording.subject(notice, "host", language)
    assert wording.WHAT.keys() == wording.DO.keys() == set(Kind)
