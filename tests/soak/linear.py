"""Hostile text of four times the length needs four times the processor time, not sixteen (X-10): measured, so no part of `make test`.

    python -m tests.soak.linear

What Python carries out is counted in the tests (tests.counting); this is about what happens inside `re`, `str` and tesseract's door.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from tests.rules.building import AMELI
from tests.rules.test_linear import HOSTILE, PATTERNS
from vigie.message.bidi import as_shown
from vigie.message.fold import fold
from vigie.message.plain import without_files
from vigie.message.smuggled import smuggling
from vigie.rules.lookalike import likeness

LONG = 30_000
WORTH_IT_S = 0.05
"""Below it nothing is compared: the clock is too coarse, and nobody is hurt."""
ROUNDS = 5
MOST = 8.0
"""Times as long for four times as much: sixteen would be quadratic."""
OVERRIDE = "\u202e"
Text = TypeVar("Text", str, bytes)
Measured = tuple[str, Callable[[int], object], int]


def everything() -> Iterator[Measured]:
    """What is measured: its name, the work for a given length, and the length."""
    for pattern in PATTERNS:
        compiled = re.compile(pattern)
        for piece in HOSTILE:
            yield f"{pattern[:60]} over {piece!r}", _finding(compiled, piece), LONG
    for piece in ("█ ", "é ", "аmеlі ", "Votre carte Vitale expire à l'échéance.\n"):
        yield f"fold over {piece!r}", _over(fold, piece), 1_600_000
    for raw in (b"\n", b"\r", b"\r\n", b"a\r\n", b".\n", b"x" * 70 + b"\r\n"):
        yield f"smuggling over {raw!r}", _over(smuggling, raw), 20_000_000
    for piece in (OVERRIDE, OVERRIDE + "a", "\u2066" + OVERRIDE, "\u2069", OVERRIDE + "\u2069"):
        yield f"as_shown over {piece!r}", _over(as_shown, piece), 400_000
    yield "files written into the text", lambda size: without_files((b"begin 644 a\n" * size)[:size]), 4_000_000
    yield "hosts", lambda count: [likeness(f"{'abc.' * 55}{number}.example", AMELI) for number in range(count)], 2_000


def _finding(pattern: re.Pattern[str], piece: str) -> Callable[[int], object]:
    def find(size: int) -> None:
        for _ in pattern.finditer((piece * size)[:size]):
            pass

    return find


def _over(read: Callable[[Text], object], piece: Text) -> Callable[[int], object]:
    return lambda size: read((piece * size)[:size])


def seconds(work: Callable[[int], object], size: int) -> float:
    """Of processor time, the least of some rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work(size)
        found.append(time.process_time() - start)
        if found[0] < WORTH_IT_S:
            break
    return min(found)


def main() -> int:
    """0 when nothing needs more than MOST times as long for four times as much."""
    wrong = compared = count = 0
    worst: tuple[float, float, str] = (0.0, 0.0, "")
    for name, work, size in everything():
        count += 1
        long = seconds(work, size)
        if long < WORTH_IT_S:
            continue
        times = long / max(seconds(work, size // 4), 1e-6)
        compared += 1
        worst = max(worst, (times, long, name))
        if times > MOST:
            wrong += 1
            print(f"{times:5.1f} times as long for four times as much ({long:.2f} s): {name}")
    print(f"{count} measured, {compared} of them long enough to compare, {wrong} not linear")
    print(f"the most: {worst[0]:.1f} times as long, {worst[1]:.2f} s: {worst[2]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
