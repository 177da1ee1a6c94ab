"""What a person is told about a dozen sample mails and texts, word for word. Written anew by `python -m tests.rules.explained`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests import test_samples
from tests.samples import sign
from vigie.message.types import Medium
from vigie.rules.types import Case

FOLDER = Path(__file__).parent
DEMO = sign.DEMO
DEMO_MAILS = (
    "001-information-de-paiement",
    "006-paiement-dns-en-panne",
    "010-remboursement-dossier",
    "012-carte-v3",
    "014-frais-expedition",
    "022-rappelez-nous",
    "025-domaine-exact-signature-cassee",
    "028-sosie-arneli",
)
SAMPLES = (
    "120-proof-complete-outside-link",
    "140-list-footer",
    "207-results-of-a-stranger",
    "250-replay-to-another-recipient",
)
TEXTS = {"sms": ("false", 0), "letter": ("false", 18), "call": ("false", 20), "sms-appointment": ("honest", 0)}


def names() -> tuple[str, ...]:
    return (*DEMO_MAILS, *SAMPLES, *TEXTS)


def told(name: str) -> str:
    """Verdict, explanation and advice in both languages."""
    return "\n".join(_lines(_case(name)))


def _lines(case: Case) -> Iterator[str]:
    yield f"{case.verdict.label.value} (row {case.verdict.decided_by})"
    for lang in ("fr", "en"):
        yield f"\n[{lang}]\n{case.explanation[lang]}"
        yield from (f"- {line}" for line in case.advice[lang])
    yield ""


def _case(name: str) -> Case:
    examiner = test_samples.examiner(DEMO / "zone.toml")
    if name in TEXTS:
        kind, at = TEXTS[name]
        table = tomllib.loads((FOLDER.parent / "texts.toml").read_text(encoding="utf-8"))
        item = table[kind][at]
        return examiner.examine_text(item["text"].encode(), now=test_samples.NOW, medium=Medium(item["kind"]))
    if name in SAMPLES:
        return test_samples.golden(next(path for path in test_samples.GOLDEN if path.name == name))
    return examiner.examine((DEMO / f"{name}.eml").read_bytes(), now=test_samples.NOW)
