"""Makes the golden cases 300 to 328: every shape of "Composition Kills" (USENIX Security 2020) on mails of our own.

    python -m tests.samples.composition            writes the folders again; the same bytes each time

The 22 shapes of the study's tool (server a1 to a19, client a1 to a3), then the 7 that it leaves out: replays (A14 to A16, A18) and
shapes for clients (B1 to B3). The attacker is evil.example, the mail provider messagerie.example.
"""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

from tests.attacks.letters import BRAND, EVIL, alternative, zone
from tests.attacks.shapes import SHAPES, Shape, above, both, composed, instead, lured, signed_by, without
from tests.samples import sign

HERE = Path(__file__).parent
FIRST = 300
BY_NUMBER = {shape.number: shape for shape in SHAPES}
PROVIDER = BY_NUMBER["S-22"].envelope
_ME = b"<client4471@messagerie.example>"
_BRAND = f"Votre Assurance Maladie <{BRAND}>".encode()


@dataclass(frozen=True)
class Case:
    """One folder: the study's name of the shape, ours, and which verdicts are right."""

    source: str
    shape: Shape
    verdicts: tuple[str, ...] = ("impersonation",)

    @property
    def slug(self) -> str:
        """What the folder is called behind its number."""
        return f"{self.source.replace(' ', '-').lower()}-{self.shape.slug}"


def _shape(number: str, **changes: object) -> Shape:
    return replace(BY_NUMBER[number], **changes)  # type: ignore[arg-type]  # each call names fields of Shape


RESENT = _shape(
    "S-12",
    slug="no-from-but-a-resent-from",
    why="The From field cannot be read, and clients show Resent-From.",
    forge=both(
        lured,
        without("from", "sender"),
        above("to", b"From\r\n : <" + EVIL.encode() + b">", b"Resent-From: " + _BRAND),
    ),
)
CLIENT_TWO_FIELDS = _shape(
    "S-08",
    slug="two-from-fields-by-a-user",
    why="A user of a mail provider submits two From fields; the provider checks one, and signs.",
    forge=both(
        lured,
        without("from"),
        above("to", b"From: " + _ME, b"From: " + _BRAND),
        signed_by("messagerie.example", "mx1"),
    ),
    envelope=PROVIDER,
)
CLIENT_TWO_ADDRESSES = _shape(
    "S-13",
    slug="two-addresses-by-a-user",
    why="A user of a mail provider submits two addresses in one From field; the provider checks the first, and signs.",
    forge=both(lured, instead("from", b"From: " + _ME + b", " + _BRAND), signed_by("messagerie.example", "mx1")),
    envelope=PROVIDER,
)

CASES = (
    *(Case(f"server a{number}", BY_NUMBER[f"S-{number:02}"]) for number in range(1, 13)),
    Case("server a13", RESENT),
    *(Case(f"server a{number + 1}", BY_NUMBER[f"S-{number}"]) for number in range(13, 19)),
    Case("client a1", CLIENT_TWO_FIELDS),
    Case("client a2", CLIENT_TWO_ADDRESSES),
    Case("client a3", BY_NUMBER["S-22"]),
    Case("replay a14", BY_NUMBER["S-19"], ("undecided", "suspicious", "impersonation")),
    Case("replay a15", BY_NUMBER["S-20"]),
    Case("replay a16", BY_NUMBER["S-21"]),
    Case("replay a18", BY_NUMBER["S-23"]),
    Case("reader b1", BY_NUMBER["S-24"]),
    Case("reader b2", BY_NUMBER["S-25"]),
    Case("reader b3", BY_NUMBER["S-26"]),
)


def files(case: Case) -> dict[str, bytes]:
    """The four files of a case."""
    raw = composed(alternative(), case.shape)
    answers = zone()
    expected = {
        "verdict": list(case.verdicts),
        "brand": "ameli",
        "decided_by": None,
        "now": "2026-11-22T12:00:00+00:00",
        "received": "2026-11-18T05:41:12+00:00",
        "dkim": sign.verdicts(raw, answers),
        "require": [],
        "forbid": [],
        "raises": list(case.shape.raises),
    }
    why = textwrap.fill(
        f"{case.shape.why} Never complete, never genuine; `raises` of expected.json names what must say so.", 100
    )
    title = case.shape.slug.replace("-", " ").capitalize()
    return {
        "message.eml": raw,
        "dns.toml": _toml(answers["txt"]).encode(),
        "expected.json": (json.dumps(expected, indent=1) + "\n").encode(),
        "README": f"{title} ({case.source}, {case.shape.number})\n\n{why}\n".encode(),
    }


def folder(number: int, case: Case) -> Path:
    """Where the case lies."""
    return HERE / f"{FIRST + number}-{case.slug}"


def _toml(txt: dict[str, list[str]]) -> str:
    """JSON strings are TOML strings, a NUL's escape included."""
    lines = [f"{json.dumps(name)} = {json.dumps(values)}" for name, values in sorted(txt.items())]
    head = "# Answers of this case's name servers; the keys are test keys (tests/keys).\n\n[txt]\n"
    return head + "\n".join(lines) + "\n"


def main() -> int:
    """Always 0."""
    for number, case in enumerate(CASES):
        place = folder(number, case)
        place.mkdir(exist_ok=True)
        for name, content in files(case).items():
            (place / name).write_bytes(content)
    print(f"{len(CASES)} cases written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
