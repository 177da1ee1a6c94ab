"""SPF: pyspf, an implementation of its own, as a second opinion on generated zones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from random import Random

import pytest
import spf as pyspf
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.effort import often
from vigie.auth_checks.resolver import DnsFault, NoSuchName, Resolver, ZoneResolver
from vigie.auth_checks.spf import evaluate

NAMES = ("a.example", "b.example", "c.example", "d.example", "e.example")
CLIENTS = ("192.0.2.9", "198.51.100.7", "203.0.113.9", "2001:db8::9")
DOMAINS = (*NAMES, "none.example", "broken.example", "%{d}", "%{o}", "%{d2}", "b.%{d1r}", "%{h}", "%{v}.example",
           "%{ir}.x.example", "%{i}.x.example", "%{D}", "%{dr}.y.example", "%%%_%-.example", "b.example.")  # fmt: skip
"""Without %{s}, %{l}: those never reach the DNS. %{p} stands in TERMS below."""
TERMS = ("ip4:192.0.2.0/24", "ip4:198.51.100.7", "ip6:2001:db8::/32", "ip4:0.0.0.0/0", "a", "mx", "a/24", "mx/24//64",
         "a//32", "ptr", "ptr:example", "exists:%{p}.z.example", "ALL", "A", "x-unknown=%{d}", "x=")  # fmt: skip
WITH_DOMAIN = ("a:", "mx:", "include:", "exists:", "ptr:", "INCLUDE:")
WRONG = ("a:", "ip4:1.2.3", "ip4:192.0.2.1/33", "ip6:2001:db8::/129", "ip6:zz", "include", "include:", "exists", "all:",
         "--all", "a/33", "mx//129", "ptr/24", "foo", "foo:b.example", "a:b", "a:%{z}.example", "a:%{d0}.example", "a:%(d)",
         "redirect=", "exp=", "all/8", "ip4", "a:192.0.2.9", "?exp=b.example", "x=%{z}", "a:b.example/24/64")  # fmt: skip
ENDS = ("-all", "~all", "?all", "+all", "", "redirect=c.example", "redirect=d.example", "redirect=none.example",
        "redirect=%{d}", "exp=e.example -all", "redirect=b.example redirect=c.example")  # fmt: skip
ODD = ("9.2.0.192.x.example", "192.0.2.9.x.example", "in-addr.example", "a.example.z.example", "example.a.y.example")
HEADS = ("V=SPF1 ", "v=spf1  ", "v=spf10 ", "v=spf1", " v=spf1 ")


def record(dice: Random) -> str:
    """A policy; one in ten has something wrong in it."""
    terms = []
    for _ in range(dice.choice((0, 1, 1, 2, 2, 3, 4, 6))):
        plain = dice.random() < 0.4
        term = dice.choice(TERMS) if plain else dice.choice(WITH_DOMAIN) + dice.choice(DOMAINS)
        terms.append(dice.choice(("", "", "-", "~", "?")) * (not term.startswith("x")) + term)
    if dice.random() < 0.1:
        terms.insert(dice.randint(0, len(terms)), dice.choice(WRONG))
    head = dice.choice(HEADS) if dice.random() < 0.1 else "v=spf1 "
    return head + " ".join([*terms, dice.choice(ENDS)])


def some(dice: Random, values: Sequence[str], most: int) -> list[str]:
    return dice.sample(values, dice.randint(0, most))


def zone_of(dice: Random) -> dict[str, object]:
    """A small Internet of five domains whose policies name each other."""
    number_of_policies = (1, 1, 1, 1, 1, 1, 1, 0, 2)
    exchanges = [*NAMES, "none.example"]
    many = [f"m{number}.example" for number in range(dice.randint(9, 12))]
    txt = {name: [record(dice) for _ in range(dice.choice(number_of_policies))] for name in NAMES}
    txt["e.example"].extend(some(dice, ("other", "explained by %{i}", "v=spf"), 1))
    return {
        "txt": txt,
        "a": {name: found for name in (*NAMES, *ODD) if (found := some(dice, (*CLIENTS, "192.0.2.77"), 2))},
        "mx": {name: many if dice.random() < 0.1 else found for name in NAMES if (found := some(dice, exchanges, 2))},
        "ptr": {ip: found for ip in CLIENTS if (found := some(dice, NAMES, 2))},
        "fail": [*some(dice, ("b.example", "c.example", "d.example"), dice.choice((0, 0, 1))), "broken.example"],
    }


class Oracle(pyspf.query):  # type: ignore[misc]  # pyspf has no types
    """pyspf, which counts a void question again each time that it is asked; once here, as it is sent once."""

    def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[object]:
        empty: set[tuple[str, str]] = self.__dict__.setdefault("empty", set())
        key = (str(name).lower().removesuffix("."), qtype)
        if key in empty:
            return []
        found: list[object] = super().dns(name, qtype, cnames, ignore_void)
        if not found:
            empty.add(key)
        return found


def lookup(resolver: Resolver, name: str, qtype: str, _strict: object = True, timeout: float = 0) -> list[object]:
    """pyspf's only door to the DNS."""
    try:
        if qtype == "TXT":
            return [((name, qtype), (text,)) for text in resolver.txt(name)]
        if qtype == "MX":
            return [((name, qtype), (10, host)) for host in resolver.mx(name)]
        if qtype in {"A", "AAAA"}:
            return [((name, qtype), host) for host in resolver.addresses(name, 6 if qtype == "AAAA" else 4)]
        if qtype == "PTR":
            return [((name, qtype), host) for host in resolver.ptr(pointed_at(name))]
        return []
    except NoSuchName:
        return []
    except DnsFault as fault:
        raise pyspf.TempError("DNS " + str(fault)) from fault


def pointed_at(reverse: str) -> str:
    labels = reverse.removesuffix(".").split(".")[:-2][::-1]
    return ".".join(labels) if len(labels) == 4 else ":".join("".join(labels[at : at + 4]) for at in range(0, 32, 4))


def second_opinion(resolver: Resolver, ip: str, sender: str, helo: str) -> tuple[str, str]:
    """pyspf's result, and its explanation where it is an error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pyspf, "DNSLookup", partial(lookup, resolver))
        query = Oracle(ip, sender, helo, receiver="mx.dest.example", strict=True)
        result, _, explanation = query.check()
        return str(result), str(explanation)


def opinions(data: dict[str, object], ip: str, sender: str = "someone@a.example") -> tuple[str, str, str, str]:
    resolver = ZoneResolver(data)
    status, reason = evaluate(ip, sender, "mail.a.example", resolver.session(), keep_private=False)
    return (status.value, reason, *second_opinion(resolver.session(), ip, sender, "mail.a.example"))


EXPLAINED = (
    # (our result and why, pyspf's explanation, what must stand in the records, the clause that speaks for us)
    ("", "include has trivial recursion", "include:", "4.6: only the syntax is checked ahead; what is not reached is not evaluated"),
    ("", "x(-unknown)?= MUST appear at most once", "x", "6: an unknown modifier is ignored, no matter how often it appears"),
    ("permerror .*nonzero|permerror .*non-zero", "", r"%\{d0\}", "7.3: a DIGIT must be nonzero"),
    ("permerror .*duplicate", "Temporary Error", r"%\{p\}", "4.6: the syntax is checked before anything is asked"),
    ("", "Temporary Error", r"ptr|%\{p\}", "5.5: a name whose address look-up fails is skipped"),
    ("", "Void lookup limit", r"ptr|%\{p\}", "5.5: a name outside the target need not be looked up: it is no void look-up"),
    ("", "Temporary Error|Void lookup limit", "mx", "5.4: the first exchange that matches ends the mechanism"),
)  # fmt: skip


def explained(ours: str, theirs: str, policies: str) -> str:
    """The clause of RFC 7208 by which we differ; "" where none does."""
    for mine, other, holds, clause in EXPLAINED:
        if re.search(mine, ours) and re.search(other, theirs) and re.search(holds, policies, re.IGNORECASE):
            return f"RFC 7208 section {clause}"
    return ""


@settings(max_examples=often(300, 1000), deadline=None)
@given(st.integers(0, 2**64))
def test_agrees_with_pyspf(seed: int):
    dice = Random(seed)
    data = zone_of(dice)
    ours, reason, theirs, explanation = opinions(data, dice.choice(CLIENTS))
    event(ours)
    if ours != theirs:
        clause = explained(f"{ours} {reason}", explanation, str(data["txt"]))
        event(clause)
        assert clause, (ours, reason, theirs, explanation, data)
