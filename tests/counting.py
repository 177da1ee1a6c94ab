"""Work that is counted, not timed: lines of Python carried out, and how far a pattern may look. A busy machine changes neither."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Collection
from types import FrameType, ModuleType
from typing import Any

ENDLESS = 10**9
_parser = importlib.import_module("re._parser")
"""How a pattern is built; there is no public way to ask."""


def lines(work: Callable[[], object], *modules: ModuleType) -> int:
    """Lines of these modules that `work` carries out."""
    ours: Collection[str | None] = {module.__file__ for module in modules}
    counted = 0

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal counted
        counted += event == "line"
        return count if frame.f_code.co_filename in ours else None

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted


def reach(pattern: str, flags: int = 0) -> int:
    """The most characters that are looked at before it is known whether it matches; a repeat without an end counts as ENDLESS.

    Unless it stands last: then nothing behind it can make it try anew. One within another counts as ENDLESS times ENDLESS.
    """
    return _reach(_parser.parse(pattern, flags))


def _reach(tree: Any, *, last: bool = True) -> int:
    return sum(
        _reach_of(operation, argument, last=last and at == len(tree) - 1)
        for at, (operation, argument) in enumerate(tree)
    )


def _reach_of(operation: Any, argument: Any, *, last: bool) -> int:
    if operation in {_parser.MAX_REPEAT, _parser.MIN_REPEAT}:
        fewest, most, repeated = argument
        if most == _parser.MAXREPEAT:
            most = fewest + 1 if last else ENDLESS
        return int(most) * _reach(repeated, last=False)
    if operation is _parser.BRANCH:
        return max(_reach(branch, last=last) for branch in argument[1])
    if operation is _parser.SUBPATTERN:
        return _reach(argument[-1], last=last)
    if operation in {_parser.ASSERT, _parser.ASSERT_NOT}:
        return _reach(argument[1], last=False)
    assert operation in {_parser.LITERAL, _parser.NOT_LITERAL, _parser.IN, _parser.ANY, _parser.AT}, operation
    return 1
