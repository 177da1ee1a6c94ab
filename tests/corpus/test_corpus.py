from __future__ import annotations

import html
import re
import tomllib
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from tests.corpus import build as corpus
from tests.corpus.build import SPLITS, build, entries, received, write
from tests.effort import often
from tests.samples.sign import verdicts

RUN = 7  # words: a stock phrase of the brand is shorter
MOST_ALIKE = 0.25  # of the runs of the shorter of two mails
LONG_ENOUGH = 10  # runs: what is shorter is a stock phrase and little more
RELAYED = {"genuine-liste-avec-pied", "vrai-par-liste-residents"}  # their lists break what was signed


def _runs(entry: dict[str, str]) -> set[tuple[str, ...]]:
    shown = entry["text"] if "text" in entry else re.sub(r"<[^>]+>", " ", html.unescape(entry["html"]))
    spelled = re.sub(
        r"(?<![^\W_])((?:[^\W_][\s.]{1,3}){2,}[^\W_])(?![^\W_])", lambda found: re.sub(r"[\s.]", "", found[0]), shown
    )
    words = re.findall(r"[^\W_]+", spelled.lower())  # letters that are set apart are one word
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def test_the_halves_share_no_name_and_hold_enough_of_either_kind() -> None:
    design, kept = (entries(split) for split in SPLITS)
    for half in (design, kept):
        false = sum("impersonation" in entry["accept"] for entry in half)
        assert false >= 200
        assert len(half) - false >= 200
    assert not {entry["slug"] for entry in design} & {entry["slug"] for entry in kept}


def test_no_two_false_mails_are_alike_but_for_names() -> None:
    runs = {
        f"{split}/{entry['slug']}": _runs(entry)
        for split in SPLITS
        for entry in entries(split)
        if "impersonation" in entry["accept"]
    }
    owners: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for slug, found in runs.items():
        for run in found:
            owners[run].append(slug)
    shared = Counter(pair for slugs in owners.values() for pair in combinations(sorted(slugs), 2))
    alike = {pair for pair, count in shared.items() if count > MOST_ALIKE * min(len(runs[slug]) for slug in pair)}
    assert not {pair for pair in alike if min(len(runs[slug]) for slug in pair) >= LONG_ENOUGH}


BUILT, EACH = often((6, 36), (1, 12))
"""Of so many mails one is built, the names and labels of all are written; of so many one is signed and its signature verified."""


@pytest.mark.parametrize("split", SPLITS)
def test_every_mail_is_built_and_signatures_hold(split: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the kept half are built and signed by tests/corpus/test_verdicts.py, too."""
    names = sorted(f"{split}-{entry['slug']}.eml" for entry in entries(split))
    built, verified = set(names[::BUILT]), set(names[::EACH])

    def build_one(entry: dict[str, str], split: str, txt: dict[str, list[str]]) -> bytes:
        name = f"{split}-{entry['slug']}.eml"
        if name not in built:
            return b""
        with monkeypatch.context() as patch:
            if name not in verified:
                patch.setattr(corpus, "signature", lambda *_: b"")
            return build(entry, split, txt)

    monkeypatch.setattr(corpus, "build", build_one)
    assert write(tmp_path, (split,)) == len(entries(split)) + len(received(split))
    zone = tomllib.loads((tmp_path / "zone.toml").read_text(encoding="utf-8"))
    labels = tomllib.loads((tmp_path / "labels.toml").read_text(encoding="utf-8"))
    assert {name for name in labels if "/" in name} == {name for name, _, _ in received(split)}
    labels = {name: told for name, told in labels.items() if "/" not in name}
    paths = sorted(tmp_path.glob("*.eml"))
    assert {path.name for path in paths} == set(labels)
    for path in paths[::EACH]:
        assert path.name in verified <= built
        assert labels[path.name]["accept"]
        expected = {"fail"} if path.stem.partition("-")[2] in RELAYED else {"pass"}
        assert set(verdicts(path.read_bytes(), zone)) <= expected, path.name


def test_the_same_entry_gives_the_same_bytes() -> None:
    for split in SPLITS:
        for entry in entries(split)[::60]:
            assert build(entry, split, {}) == build(entry, split, {})
