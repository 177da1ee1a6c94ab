"""Learns the weights of vigie/rules/wording.py from the labelled mails of design/ and of tests/rules, and from other mails.

    python -m tests.corpus.learn            writes vigie/rules/wording.tsv (needs scikit-learn: `make wording`)
    python -m tests.corpus.learn --check    each table judged by weights that were learned from the others

The mails of kept/ are never learned from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.corpus.build import HERE, build, entries_of, tables
from tests.others.grammar import mail as generated
from tests.rules.building import AMELI, evidence, message
from tests.rules.unseen import mails
from tests.samples.sign import DEMO
from vigie.message.parse import parse
from vigie.rules import brand
from vigie.rules.view import View
from vigie.rules.wording import Model, features, named_pairs, names_brand

TARGET = HERE.parents[1] / "vigie" / "rules" / "wording.tsv"
STRENGTH = 3.0
"""Inverse of the regularisation (scikit-learn's C): between 1 and 10 the figures hardly differ."""
SEEN = 2
"""Mails in which a feature must stand to be learned."""
SMALLEST = 0.02
"""Weights below it are left out."""
RULES = mails.FOLDER.parent
SAMPLES = HERE.parent / "samples"
NOBODY = "contact@zenith.example"
OTHERS = range(10_000, 12_000)
"""Seeds of generated mails of every other kind (tests/others; its test has others): those that name the brand in passing."""
UNSETTLED = frozenset({"genuine", "undecided"})
"""Labels of mails by the brand itself: who wrote them is not to be told from words."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled mail as the model sees it."""

    table: str
    slug: str
    false: bool
    named: bool
    features: dict[str, float]


def sources() -> list[Path]:
    """The tables that are learned from."""
    own = (RULES / "frauds.toml", RULES / "mentions.toml", DEMO / "mails.toml")
    return [*tables("design"), *tables("packs/design"), *texts(), *own]


def texts() -> list[Path]:
    """Tables of mails that are text alone."""
    return [*sorted(mails.FOLDER.glob("*.toml")), RULES / "speakers.toml"]


def honest_samples() -> list[Path]:
    """The golden cases that can only be `unrelated`."""
    found = sorted(path.parent for path in SAMPLES.glob("*/expected.json"))
    return [path for path in found if json.loads((path / "expected.json").read_text())["verdict"] == ["unrelated"]]


def fingerprint() -> str:
    """SHA-256 over the tables: the weights say which ones they were learned from."""
    whole = hashlib.sha256()
    for path in [*sources(), *(folder / "message.eml" for folder in honest_samples())]:
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def examples() -> Iterator[Example]:
    """Every mail of the tables but those that the brand itself may have written."""
    for path in tables("design"):
        for entry in entries_of(path):
            if not UNSETTLED & set(entry["accept"]):
                false = "impersonation" in entry["accept"]
                yield _example(path.stem, entry["slug"], build(entry, "design", {}), false=false)
    for path in tables("packs/design"):
        for entry in entries_of(path):
            yield from _of_brands(f"packs-{path.stem}", entry)
    for path in texts():
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        for kind in ("false", "honest"):
            for number, mail in enumerate(told.get(kind, ())):
                slug = f"{path.stem}-{kind}-{number}"
                yield _example(f"unseen-{path.stem}", slug, mails.raw(mail), false=kind == "false")
    yield from _bare("frauds", "Info <x@zenith-travaux.example>", false=True)
    yield from _bare("mentions", NOBODY, false=False)
    for mail in tomllib.loads((DEMO / "mails.toml").read_text(encoding="utf-8"))["mail"]:
        if not UNSETTLED & set(mail["expect"]):
            raw = (DEMO / mail["file"]).read_bytes()
            yield _example("demo", mail["file"], raw, false="impersonation" in mail["expect"])
    for path in honest_samples():
        yield _example("samples", path.name, (path / "message.eml").read_bytes(), false=False)
    for seed in OTHERS:
        found = _example("others", str(seed), generated(seed)[0], false=False)
        if found.named:
            yield found


def _bare(table: str, stranger: str, *, false: bool) -> Iterator[Example]:
    """The mails of a table of tests/rules, under their own author and under one who tells nothing."""
    for number, mail in enumerate(tomllib.loads((RULES / f"{table}.toml").read_text(encoding="utf-8"))["mail"]):
        authors = [mail["author"], stranger] if mail.get("text_alone", True) else [mail["author"]]
        for author in authors:
            made = message(author, mail["subject"], mail["body"], mail["links"])
            yield _seen(table, f"{number}-{author}", View(made, evidence("sender.example"), AMELI), false=false)


def _of_brands(table: str, entry: Mapping[str, Any]) -> Iterator[Example]:
    """A false mail as its brand's rules read it; any other as those of every brand do that it names."""
    message = parse(build(entry, "design", {}))
    of = entry.get("brand")
    for name in [of] if of else brand.names():
        found = _seen(
            table,
            f"{entry['slug']}-{name}",
            View(message, evidence("sender.example"), brand.load(name)),
            false=bool(of),
        )
        if found.named:
            yield replace(found, features={name: value for name, value in found.features.items() if not _names(name)})


@cache
def _names(feature: str) -> bool:
    """A pair of words that is another brand's name: no name is a feature."""
    pair = feature.partition(":")[2]
    return any(pair in named_pairs(brand.load(name)) for name in brand.names())


def _example(table: str, slug: str, raw: bytes, *, false: bool) -> Example:
    return _seen(table, slug, View(parse(raw), evidence("sender.example"), AMELI), false=false)


def _seen(table: str, slug: str, view: View, *, false: bool) -> Example:
    return Example(table, slug, false, names_brand(view), features(view))


def learn(found: Sequence[Example]) -> dict[str, float]:
    """Feature -> weight, with "bias"."""
    from scipy.sparse import csr_matrix  # scikit-learn is not among the test requirements
    from sklearn.linear_model import LogisticRegression

    seen = Counter(name for example in found for name in example.features)
    index = {name: place for place, name in enumerate(sorted(name for name, count in seen.items() if count >= SEEN))}
    cells = [
        (row, index[name], value)
        for row, example in enumerate(found)
        for name, value in example.features.items()
        if name in index
    ]
    rows, columns, values = zip(*cells, strict=True)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(found), len(index)))
    fitted = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=2000, random_state=0).fit(
        matrix, [example.false for example in found]
    )
    weights = {name: float(fitted.coef_[0][place]) for name, place in index.items()}
    return {"bias": float(fitted.intercept_[0])} | {
        name: weight for name, weight in weights.items() if abs(weight) >= SMALLEST
    }


def write(weights: dict[str, float]) -> None:
    """The file that is shipped."""
    lines = [
        "# Learned by `make wording`; features: vigie/rules/wording.py. Weights in thousandths.",
        f"# tables {fingerprint()}",
    ]
    lines += [f"{name}\t{round(weight * 1000)}" for name, weight in sorted(weights.items())]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


def check(found: Sequence[Example]) -> None:
    """Prints, for each table, how the weights learned from all the others judge it."""
    print(f"{'table':<20}{'false':>7}{'>= 1':>7}{'>= 0':>7}{'honest':>9}{'>= 1':>7}{'>= 0':>7}")
    for table in dict.fromkeys(example.table for example in found):
        weights = learn([example for example in found if example.table != table])
        model = Model(weights.pop("bias"), weights)
        scores: dict[bool, list[float]] = {True: [], False: []}
        for example in found:
            if example.table == table:
                scores[example.false].append(model.score(example.features).total if example.named else -math.inf)
        columns = [
            f"{len(scores[kind]):>{7 if kind else 9}}"
            + "".join(f"{sum(score >= bound for score in scores[kind]):>7}" for bound in (1, 0))
            for kind in (True, False)
        ]
        print(f"{table:<20}{''.join(columns)}", flush=True)


def main(arguments: list[str]) -> int:
    """Learns and writes, or checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    found = list(examples())
    if options.check:
        check(found)
        return 0
    weights = learn(found)
    write(weights)
    print(f"{len(found)} mails, {len(weights)} weights in {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
