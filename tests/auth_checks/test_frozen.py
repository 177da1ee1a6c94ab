"""What a recorder noted gives the same answers again, whatever the zone says by then; and nobody is asked twice, or later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.auth_checks import frozen
from vigie.auth_checks.frozen import FrozenResolver, Recorder, answers_of, plain
from vigie.auth_checks.resolver import DnsFault, NoSuchName, Resolver, ZoneResolver
from vigie.auth_checks.settings import DnsSettings
from vigie.auth_checks.types import DnsAnswer

ZONE = {
    "txt": {"a.example": ["v=spf1 -all", b"\x00\xff\xc3("], "x.b.example": ["x"]},
    "a": {"a.example": ["192.0.2.1", "2001:db8::1"], "mx.example": ["192.0.2.2"]},
    "mx": {"a.example": ["mx.example", "é.example"]},
    "ptr": {"192.0.2.1": ["a.example"], "2001:db8::1": ["a.example"]},
    "cname": {"alias.example": ["a.example"], "loop.example": ["loop.example"], "down.example": ["fails.example"]},
    "fail": ["fails.example"],
}
NAMES = st.sampled_from(
    ["a.example", "A.Example.", "b.example", "none.example", "alias.example", "loop.example", "down.example",
     "fails.example", "mx.example", "a..example", "é.example", "a\\.example", "a b.example", "x" * 64]
)  # fmt: skip
Question = tuple[str, str, int]
QUESTIONS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["txt", "mx"]), NAMES, st.just(0)),
        st.tuples(st.just("addresses"), NAMES, st.sampled_from([0, 4, 6])),
        st.tuples(
            st.just("ptr"), st.sampled_from(["192.0.2.1", "2001:db8::1", "192.0.2.9", "x", "::1%eth0"]), st.just(0)
        ),
    ),
    max_size=12,
)


def outcome(resolver: Resolver, question: Question) -> object:
    """The answer, or the kind of what was raised instead."""
    kind, name, version = question
    try:
        return resolver.addresses(name, version) if kind == "addresses" else getattr(resolver, kind)(name)
    except NoSuchName:
        return "no such name"
    except DnsFault as fault:
        return f"fault: {fault.reason}"


@given(asked=QUESTIONS)
def test_the_answers_are_those_of_the_resolver_and_come_again(asked: list[Question]) -> None:
    recorder = Recorder(ZoneResolver(ZONE).session())
    first = [outcome(recorder, question) for question in asked]
    assert first == [outcome(ZoneResolver(ZONE).session(), question) for question in asked]
    kept = answers_of(plain(recorder.answers))
    again = Recorder(FrozenResolver(kept))
    assert [outcome(again, question) for question in asked] == first
    assert (again.answers, again.failed) == (recorder.answers, recorder.failed)


class _Counting:
    """A resolver that counts, and whose second answer would be another one."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def txt(self, name: str) -> tuple[bytes, ...]:
        self.asked[name] += 1
        if name.startswith("fault") and self.asked[name] == 1:
            raise DnsFault("where.the.alias.led.example", "no answer in time")
        if name.startswith("gone") and self.asked[name] == 1:
            raise NoSuchName(name)
        return (b"answer %d" % self.asked[name],)

    def addresses(self, name: str, version: int = 0) -> tuple[str, ...]:
        raise NoSuchName(f"{name} ({version})")

    def mx(self, name: str) -> tuple[str, ...]:
        raise NoSuchName(name)

    def ptr(self, ip: str) -> tuple[str, ...]:
        raise NoSuchName(ip)


@pytest.mark.parametrize("name", ["fault.example", "gone.example", "there.example"])
def test_a_repeated_question_is_answered_from_the_notes(name: str) -> None:
    counting = _Counting()
    recorder = Recorder(counting)
    first = outcome(recorder, ("txt", name, 0))
    assert outcome(recorder, ("txt", name.upper() + ".", 0)) == first
    assert counting.asked == {name: 1}
    assert len(recorder.answers) == 1


def test_the_name_in_error_is_the_one_that_was_asked() -> None:
    recorder = Recorder(_Counting())
    with pytest.raises(DnsFault) as raised:
        recorder.txt("fault.example")
    assert raised.value.name == "fault.example"
    assert recorder.failed == ("fault.example",)


def test_what_was_not_frozen_is_a_fault_and_never_an_absence() -> None:
    resolver = FrozenResolver([DnsAnswer("a.example", "TXT", absent=True)])
    with pytest.raises(NoSuchName):
        resolver.txt("a.example")
    asking: list[Callable[[], object]] = [
        lambda: resolver.txt("b.example"),
        lambda: resolver.mx("a.example"),
        lambda: resolver.addresses("a.example"),
        lambda: resolver.ptr("192.0.2.1"),
    ]
    for ask in asking:
        with pytest.raises(DnsFault, match=frozen.NOT_FROZEN):
            ask()


@pytest.mark.parametrize(
    ("zone", "names"),
    [
        ({"txt": {name: ["x" * 20_000] for name in ("a.example", "b.example")}}, ["a.example", "b.example"]),
        ({"txt": {}}, [f"{number}.example" for number in range(frozen.MOST_ANSWERS + 1)]),
    ],
    ids=["bytes", "number"],
)
def test_too_much_is_not_kept_and_says_so(zone: dict[str, object], names: list[str]) -> None:
    recorder = Recorder(ZoneResolver(zone).session())
    for name in names:
        outcome(recorder, ("txt", name, 0))
    assert recorder.answers == ()
    assert recorder.unfrozen


def test_as_many_as_a_message_may_ask_by_default_are_kept() -> None:
    assert DnsSettings().max_queries < frozen.MOST_ANSWERS


@pytest.mark.parametrize("told", [[[1]], [["a", "TXT", 3]], [["a", "TXT", [3]]], 3, [["a", "TXT", ["\u0100"]]]])
def test_what_is_no_list_of_answers_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        answers_of(told)


@pytest.mark.parametrize("name", [[], {}, None, 5])
def test_a_damaged_row_is_refused_when_it_is_read(name: object):
    for row in ([name, "TXT", None], ["info.caisse.example", name, None]):
        with pytest.raises(ValueError, match="not the frozen DNS answers"):
            answers_of([row])
