"""DNS answers that are frozen with a verdict, and the resolver that gives the same answers months later."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

import dns.name
import dns.reversename

from vigie.auth_checks.resolver import DnsFault, NoSuchName, Resolver, question
from vigie.auth_checks.types import DnsAnswer

Plain = list[list[Any]]
"""Answers as JSON takes them: [name, type, records], with null for an absence and a text for a fault."""

MOST_ANSWERS = 100
MOST_BYTES = 32 * 1024
"""Names and records together. A usual message costs some 1 KB; a stranger's 64 KB TXT must not fill our disk (X-17)."""
NOT_FROZEN = "not among the frozen answers"
_VERSIONS = {"A": 4, "AAAA": 6}


class _Noted:
    """A Resolver that answers from its notes; what stands not in them is looked up, once."""

    def __init__(self, answers: Iterable[DnsAnswer] = ()) -> None:
        self._notes = {(answer.name, answer.rtype): answer for answer in answers}

    def txt(self, name: str) -> tuple[bytes, ...]:
        """See Resolver."""
        return self._ask(name, "TXT")

    def addresses(self, name: str, version: int = 0) -> tuple[str, ...]:
        """See Resolver; both versions are two questions, as on the wire."""
        types = [rtype for rtype, number in _VERSIONS.items() if version in (0, number)]
        return _texts(record for rtype in types for record in self._ask(name, rtype))

    def mx(self, name: str) -> tuple[str, ...]:
        """See Resolver."""
        return _texts(self._ask(name, "MX"))

    def ptr(self, ip: str) -> tuple[str, ...]:
        """See Resolver."""
        try:
            reverse = ipaddress.ip_address(ip).reverse_pointer
        except ValueError:
            raise NoSuchName(ip) from None
        return _texts(self._ask(reverse, "PTR"))

    def _ask(self, name: str, rtype: str) -> tuple[bytes, ...]:
        """The records. Raises NoSuchName, DnsFault: both about the name that was asked, not about where an alias led."""
        plain = question(name)
        answer = self._notes.get((plain, rtype)) or self._look_up(plain, rtype)
        if answer.absent:
            raise NoSuchName(plain)
        if answer.fault:
            raise DnsFault(plain, answer.fault)
        return answer.records

    def _look_up(self, name: str, rtype: str) -> DnsAnswer:
        raise NotImplementedError


class FrozenResolver(_Noted):
    """A Resolver that asks nobody. What is not frozen is a DnsFault, never an absence: nobody is accused for it."""

    def session(self) -> Resolver:
        """Itself: there is no budget to renew."""
        return self

    def _look_up(self, name: str, rtype: str) -> DnsAnswer:
        return DnsAnswer(name, rtype, fault=NOT_FROZEN)


class Recorder(_Noted):
    """A Resolver that notes what the one it wraps answers, and repeats its notes: evidence rests on them alone."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__()
        self._resolver = resolver

    def _look_up(self, name: str, rtype: str) -> DnsAnswer:
        try:
            answer = DnsAnswer(name, rtype, self._records(name, rtype))
        except NoSuchName:
            answer = DnsAnswer(name, rtype, absent=True)
        except DnsFault as fault:
            answer = DnsAnswer(name, rtype, fault=fault.reason)
        self._notes[name, rtype] = answer
        return answer

    def _records(self, name: str, rtype: str) -> tuple[bytes, ...]:
        if rtype == "TXT":
            return self._resolver.txt(name)
        if rtype in _VERSIONS:
            found = self._resolver.addresses(name, _VERSIONS[rtype])
        elif rtype == "MX":
            found = self._resolver.mx(name)
        else:
            found = self._resolver.ptr(dns.reversename.to_address(dns.name.from_text(name)))
        return tuple(text.encode() for text in found)

    @property
    def failed(self) -> tuple[str, ...]:
        """Every name whose look-up was in error, once."""
        return tuple(dict.fromkeys(answer.name for answer in self._notes.values() if answer.fault))

    @property
    def answers(self) -> tuple[DnsAnswer, ...]:
        """In the order of the questions; none where they are too much to be kept: see `unfrozen`."""
        return () if self.unfrozen else tuple(self._notes.values())

    @property
    def unfrozen(self) -> str:
        """Why the answers are not kept; "" where they are."""
        if len(self._notes) > MOST_ANSWERS:
            return f"more than {MOST_ANSWERS} DNS answers"
        if sum(map(_size, self._notes.values())) > MOST_BYTES:
            return f"more than {MOST_BYTES // 1024} KB of DNS answers"
        return ""


def plain(answers: Iterable[DnsAnswer]) -> Plain:
    """For json.dumps. Bytes become the characters of the same number, so that ASCII stays legible."""
    return [[answer.name, answer.rtype, _outcome(answer)] for answer in answers]


def answers_of(told: Plain) -> tuple[DnsAnswer, ...]:
    """The answers that `plain` gave. Raises ValueError for anything else."""
    try:
        return tuple(_answer(*entry) for entry in told)
    except (TypeError, AttributeError) as error:
        raise ValueError("not the frozen DNS answers of a verdict") from error


def _outcome(answer: DnsAnswer) -> Sequence[str] | str | None:
    if answer.absent:
        return None
    return answer.fault or [record.decode("latin-1") for record in answer.records]


def _answer(name: str, rtype: str, outcome: Sequence[str] | str | None) -> DnsAnswer:
    if not isinstance(name, str) or not isinstance(rtype, str):
        raise TypeError(name)  # a damaged row: it would break the look-up, much later
    if outcome is None:
        return DnsAnswer(name, rtype, absent=True)
    if isinstance(outcome, str):
        return DnsAnswer(name, rtype, fault=outcome)
    return DnsAnswer(name, rtype, tuple(record.encode("latin-1") for record in outcome))


def _size(answer: DnsAnswer) -> int:
    return len(answer.name) + len(answer.fault) + sum(map(len, answer.records))


def _texts(records: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(record.decode("utf-8", "replace") for record in records)
