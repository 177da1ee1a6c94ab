"""What the verdicts on labelled mails come to. Pure: mails and verdicts in, numbers out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from vigie.rules.types import Label

ACCUSED = frozenset({Label.IMPERSONATION, Label.SUSPICIOUS})
Z = 1.96
"""Of the normal distribution, for intervals of 95 %."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled mail with the verdict that it got."""

    name: str
    accept: tuple[Label, ...]
    verdict: Label
    theme: str = ""
    evasions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """The rules that found something, each once."""
    elapsed_ms: float = 0.0
    error: str = ""

    @property
    def right(self) -> bool:
        """The verdict is one of those that the label accepts."""
        return self.verdict in self.accept

    @property
    def false(self) -> bool:
        """The mail is a false one: only an accusation is right."""
        return set(self.accept) <= ACCUSED

    @property
    def wanted(self) -> Label:
        """The best verdict."""
        return self.accept[0]


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, as a proportion with its 95 % interval (Wilson)."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The proportion; 0 where there is nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Between which proportions the true one lies, 19 times in 20."""
        if not self.whole:
            return 0.0, 1.0
        spread = Z * math.sqrt(self.value * (1 - self.value) / self.whole + Z * Z / (4 * self.whole**2))
        middle, scale = self.value + Z * Z / (2 * self.whole), 1 + Z * Z / self.whole
        low, high = (middle - spread) / scale, (middle + spread) / scale
        return max(0.0, min(low, self.value)), min(1.0, max(high, self.value))  # rounding: 2e-17 for none of eleven


@dataclass(frozen=True, slots=True)
class RuleShare:
    """How much one rule contributes."""

    rule: str
    found_in: int
    """Mails in which it found something."""
    precision: Share
    """Of those, how many are false ones."""


@dataclass(frozen=True, slots=True)
class Measures:
    """All numbers of one run."""

    mails: int
    right: Share
    recall: Share
    """Of the false mails, how many were judged `impersonation`."""
    warned: Share
    """Of the false mails, how many were judged at least `suspicious`."""
    precision: Share
    """Of the mails judged `impersonation`, how many are false."""
    accused: Share
    """Of the other mails, how many were judged `impersonation`: none may be."""
    doubted: Share
    """Of the other mails, how many were judged `suspicious` although the label does not accept it."""
    proven: Share
    """Of the provable genuine mails, how many were judged `genuine`."""
    believed: Share
    """Of all mails that are not, how many were judged `genuine`: none may be."""
    confusion: dict[tuple[Label, Label], int]
    """(wanted, got) -> mails."""
    themes: dict[str, Share]
    """Right verdicts by theme."""
    evasions: dict[str, Share]
    rules: tuple[RuleShare, ...]
    times_ms: tuple[float, ...]
    """p50, p90, p99, longest."""


def measure(mails: Sequence[Judged], rules: Iterable[str] = ()) -> Measures:
    """The numbers of a run. `rules`: those that exist, so that one that never finds anything is listed too."""
    false = [mail for mail in mails if mail.false]
    others = [mail for mail in mails if not mail.false]
    accusations = [mail for mail in mails if mail.verdict is Label.IMPERSONATION]
    provable = [mail for mail in mails if mail.accept == (Label.GENUINE,)]
    unprovable = [mail for mail in mails if Label.GENUINE not in mail.accept]
    return Measures(
        mails=len(mails),
        right=_share(mails, lambda mail: mail.right),
        recall=_share(false, lambda mail: mail.verdict is Label.IMPERSONATION),
        warned=_share(false, lambda mail: mail.verdict in ACCUSED),
        precision=_share(accusations, lambda mail: mail.false),
        accused=_share(others, lambda mail: mail.verdict is Label.IMPERSONATION and not mail.right),
        doubted=_share(others, lambda mail: mail.verdict is Label.SUSPICIOUS and not mail.right),
        proven=_share(provable, lambda mail: mail.verdict is Label.GENUINE),
        believed=_share(unprovable, lambda mail: mail.verdict is Label.GENUINE),
        confusion=dict(Counter((mail.wanted, mail.verdict) for mail in mails)),
        themes=_by(mails, lambda mail: (mail.theme,) if mail.theme else ()),
        evasions=_by(mails, lambda mail: mail.evasions),
        rules=_rules(mails, rules),
        times_ms=_times(mails),
    )


def worst(mails: Iterable[Judged]) -> list[Judged]:
    """The wrong verdicts, the dearest first: a false mail called genuine, an honest one accused, a false one missed."""
    return sorted((mail for mail in mails if not mail.right), key=lambda mail: (_cost(mail), mail.name))


def _cost(mail: Judged) -> int:
    if mail.verdict is Label.GENUINE:
        return 0
    if not mail.false and mail.verdict is Label.IMPERSONATION:
        return 1
    if mail.false and mail.verdict not in ACCUSED:
        return 2
    if mail.wanted is Label.GENUINE:
        return 3
    return 4


def _share(mails: Sequence[Judged], holds: Callable[[Judged], bool]) -> Share:
    return Share(sum(map(holds, mails)), len(mails))


def _by(mails: Iterable[Judged], names: Callable[[Judged], tuple[str, ...]]) -> dict[str, Share]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for mail in mails:
        for name in names(mail):
            groups[name].append(mail)
    return {name: _share(group, lambda mail: mail.right) for name, group in sorted(groups.items())}


def _rules(mails: Sequence[Judged], known: Iterable[str]) -> tuple[RuleShare, ...]:
    names = dict.fromkeys((*known, *(rule for mail in mails for rule in mail.rules)))
    shares = []
    for name in names:
        found = [mail for mail in mails if name in mail.rules]
        shares.append(RuleShare(name, len(found), _share(found, lambda mail: mail.false)))
    return tuple(sorted(shares, key=lambda share: (-share.found_in, share.rule)))


def _times(mails: Sequence[Judged]) -> tuple[float, ...]:
    times = sorted(mail.elapsed_ms for mail in mails)
    if not times:
        return (0.0, 0.0, 0.0, 0.0)
    return (*(times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.9, 0.99)), times[-1])
