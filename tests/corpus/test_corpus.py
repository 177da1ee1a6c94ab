from __future__ import annotations

import html
import re
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from tests.corpus.build import SPLITS, build, entries, write
from tests.samples.sign import verdicts

RUN = 7  # words: a stock phrase of the brand is shorter
RELAYED = {"genuine-liste-avec-pied", "vrai-par-liste-residents"}  # their lists break what was signed


def _runs(entry: dict[str, str]) -> set[tuple[str, ...]]:
    shown = entry["text"] if "text" in entry else re.sub(r"<[^>]+>", " ", html.unescape(entry["html"]))
    words = re.findall(r"[^\W_]+", shown.lower())
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def test_the_halves_have_the_same_size_and_share_no_name() -> None:
    design, kept = (entries(split) for split in SPLITS)
    false = [sum("impersonation" in entry["accept"] for entry in half) for half in (design, kept)]
    assert len(design) == len(kept)
    assert false[0] == false[1]
    assert not {entry["slug"] for entry in design} & {entry["slug"] for entry in kept}


def test_no_false_mail_repeats_the_wording_of_another() -> None:
    owners: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for split in SPLITS:
        for entry in entries(split):
            if "impersonation" in entry["accept"]:
                for run in _runs(entry):
                    owners[run].add(f"{split}/{entry['slug']}")
    assert not {tuple(sorted(slugs)) for slugs in owners.values() if len(slugs) > 1}


def test_no_wording_is_in_both_halves() -> None:
    halves = [{run for entry in entries(split) for run in _runs(entry)} for split in SPLITS]
    assert len(halves[0] & halves[1]) == 0


@pytest.mark.parametrize("split", SPLITS)
def test_every_mail_is_built_and_its_signature_holds(split: str, tmp_path: Path) -> None:
    assert write(tmp_path, (split,)) == len(entries(split))
    zone = tomllib.loads((tmp_path / "zone.toml").read_text(encoding="utf-8"))
    labels = tomllib.loads((tmp_path / "labels.toml").read_text(encoding="utf-8"))
    for path in sorted(tmp_path.glob("*.eml")):
        assert labels[path.name]["accept"]
        expected = {"fail"} if path.stem.partition("-")[2] in RELAYED else {"pass"}
        assert set(verdicts(path.read_bytes(), zone)) <= expected, path.name


def test_the_same_entry_gives_the_same_bytes() -> None:
    for split in SPLITS:
        for entry in entries(split)[::9]:
            assert build(entry, split, {}) == build(entry, split, {})
