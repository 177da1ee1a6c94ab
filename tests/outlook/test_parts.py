"""What an older Outlook gives of a message is no proof and no reproach: facts that stand without a signature remain, and nothing else.

Golden cases and mails of the demo, put together by the add-in itself from parts, judged through the one door.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.outlook.builder import ROOT
from tests.outlook.pane import Office, in_parts
from tests.samples import sign
from tests.test_samples import NOW, examiner, golden
from tests.web.review.seeded import SAMPLES
from vigie.judge.export import case_object
from vigie.rules.policy import policy
from vigie.rules.types import Case, Label

OFFICIAL = {
    # as it was sent: genuine
    "110": "undecided",
    "111": "undecided",  # speaks of a password, which is answered on the official site
    "112": "undecided",
    "250": "undecided",
    "412": "undecided",
    "590": "undecided",
    "598": "undecided",
    "demo/003": "undecided",  # the campaign that quotes what frauds say
    # proven, and something leads elsewhere; or a list's footer does
    "120": "suspicious",
    "121": "suspicious",
    "122": "suspicious",
    "140": "suspicious",
    "demo/007": "suspicious",
    # false: the address was copied, and the message leads elsewhere
    "151": "suspicious",
    "152": "suspicious",
    "455": "suspicious",  # a subdomain that does not exist
    "demo/024": "suspicious",
    # unproven, and leads nowhere else
    "171": "undecided",
    "180": "undecided",
    "430": "undecided",
    "demo/025": "undecided",  # its HTML, which is what Outlook shows, leads to the official site alone
    # results in our border's own name were forged, whatever is signed
    "133": "impersonation",
    "421": "impersonation",
}
OTHERS = {
    "130": "impersonation",
    "132": "impersonation",
    "134": "impersonation",
    "201": "suspicious",
    "307": "impersonation",
}
"""Nothing is taken away of what is said about a look-alike, a foreign author, a second author."""


def _raw(name: str) -> bytes:
    if name.startswith("demo/"):
        (path,) = sign.DEMO.glob(f"{name.removeprefix('demo/')}-*.eml")
        return path.read_bytes()
    return (SAMPLES[name] / "message.eml").read_bytes()


def _judged(name: str, raw: bytes) -> Case:
    """By the name servers, the border and the clock of the case."""
    if name.startswith("demo/"):
        return examiner(sign.DEMO / "zone.toml").examine(raw, now=NOW)
    expected: dict[str, Any] = json.loads((SAMPLES[name] / "expected.json").read_text(encoding="utf-8"))
    trust = json.dumps(expected["trust"]) if "trust" in expected else ""
    received = expected["received"] and datetime.fromisoformat(expected["received"])
    brands = {"brands": tuple(expected["brands"])} if "brands" in expected else {}
    judge = examiner(SAMPLES[name] / "dns.toml", trust, **brands)
    return judge.examine(raw, now=datetime.fromisoformat(expected["now"]), received=received)


READS = """async (mails) => {
  const read = [];
  for (const mail of mails) {
    window.chooses(mail);
    const { bytes, whole } = await vigie.mail.read(Office.context.mailbox.item);
    read.push([btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), whole]);
  }
  return read;
}"""


@pytest.fixture(scope="module")
def put_together(outlook: Office) -> dict[str, tuple[Case, dict[str, Any]]]:
    """The case of each, and what the pane says of it."""
    names = [*OFFICIAL, *OTHERS]
    with outlook.pane(None, version="1.8") as pane:
        read = pane.page.evaluate(READS, [in_parts(_raw(name)) for name in names])
        assert not any(whole for _, whole in read)
        cases = [_judged(name, b64decode(text)) for name, (text, _) in zip(names, read, strict=True)]
        told = pane.page.evaluate(
            "cases => cases.map((one) => vigie.mail.said(one, { whole: false }))", [case_object(one) for one in cases]
        )
    return {name: (case, said) for name, case, said in zip(names, cases, told, strict=True)}


@pytest.mark.parametrize("name", [*OFFICIAL, *OTHERS])
def test_what_stands_without_a_signature(put_together: dict[str, tuple[Case, dict[str, Any]]], name: str) -> None:
    case, said = put_together[name]
    assert said["kind"] == {**OFFICIAL, **OTHERS}[name], case.verdict
    assert bool(said["outside"]) == (name in OFFICIAL and said["kind"] == "suspicious")


def test_a_genuine_letter_is_neither_false_nor_doubtful_for_want_of_its_signature(
    put_together: dict[str, tuple[Case, dict[str, Any]]],
) -> None:
    genuine = [name for name in OFFICIAL if _as_sent(name) is Label.GENUINE]
    assert len(genuine) >= 8
    assert {put_together[name][1]["kind"] for name in genuine} == {"undecided"}


def _as_sent(name: str) -> Label:
    case = _judged(name, _raw(name)) if name.startswith("demo/") else golden(SAMPLES[name])
    return case.verdict.label


def test_the_pane_counts_as_the_decision_table_does() -> None:
    text = (Path(ROOT) / "addins/outlook/mail.js").read_text(encoding="utf-8")
    told = re.search(r"ANSWERED = (\[[^\]]*\])", text)
    assert told is not None
    assert set(json.loads(told[1])) == policy().answered_officially
