"""Writes golden cases from the list of evasions: python -m tests.evasions.golden NUMBER-SLUG=EVASION/FRAUD..."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.evasions import carriers, places, structure, wrapped, writing  # noqa: F401 - each fills the list
from tests.evasions.evasion import EVASIONS
from tests.evasions.letters import FRAUDS

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
DNS = (
    '# The sender publishes nothing; nor is anybody else asked.\n\n[txt]\n"_dmarc.ameli.fr" = ["v=DMARC1; p=reject"]\n'
)


def write(folder: Path, name: str, fraud: str) -> None:
    """One folder: the mail, its answers, what is expected, and why."""
    evasion = EVASIONS[name]
    letter = next(letter for letter in FRAUDS if letter.slug == fraud)
    expected = {
        "verdict": list(evasion.verdicts), "brand": "ameli", "decided_by": None, "now": "2026-11-22T12:00:00+00:00",
        "received": None, "dkim": [], "require": [{"kind": "claim"}, {"kind": "contradiction"}, {"kind": "lure"}], "forbid": [],
    }  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / "message.eml").write_bytes(evasion.make(letter))
    (folder / "dns.toml").write_text(DNS, encoding="utf-8")
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")
    why = f"{evasion.why} Made by tests/evasions from the fraud {fraud!r}; it stays a fraud."
    (folder / "README").write_text(f"{evasion.number}: {evasion.slug}\n\n{why}\n", encoding="utf-8")


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        slug, _, made = wanted.partition("=")
        write(SAMPLES / slug, *made.rsplit("/", 1))
