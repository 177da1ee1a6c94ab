"""SPF: the openspf suite of RFC 7208, all of it, through our own resolver."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.spf import evaluate

yaml = pytest.importorskip("yaml", reason="PyYAML reads the openspf suite")

ROOT = Path(os.environ.get("VIGIE_SUITES") or Path(__file__).parents[2].parent / "shared" / "suites")
SUITE = ROOT / "spf" / "rfc7208-tests.yml"
CASES = 203


def suite() -> list[dict[str, Any]]:
    # The file writes bytes above 127 as \x escapes; as text they are code points, in the DNS they are those bytes again.
    return [scenario for scenario in yaml.safe_load_all(SUITE.read_text(encoding="utf-8")) if scenario]


def as_zone(data: dict[str, Any]) -> dict[str, object]:
    """The suite's zone data in our format; SPF records double as TXT unless there is a TXT (see the suite's header)."""
    found: dict[str, dict[str, list[object]]] = {"txt": {}, "a": {}, "mx": {}, "cname": {}, "ptr": {}}
    fail: list[str] = []
    for name, records in data.items():
        explicit = any("TXT" in record for record in records if isinstance(record, dict))
        for record in records:
            if record == "TIMEOUT":
                fail.append(name)
                continue
            for rtype, value in record.items():
                if rtype in {"TXT", "SPF"}:
                    if (rtype == "SPF" and explicit) or value == "NONE":
                        found["txt"].setdefault(name, [])
                        continue
                    text = "".join(value) if isinstance(value, list) else value
                    found["txt"].setdefault(name, []).append(text.encode("latin-1"))
                elif rtype in {"A", "AAAA"}:
                    found["a"].setdefault(name, []).append(value)
                elif rtype == "MX":
                    found["mx"].setdefault(name, []).append(value[1])
                elif rtype == "CNAME":
                    found["cname"].setdefault(name, []).append(value)
                elif rtype == "PTR":
                    found["ptr"].setdefault(name, []).append(value)
                else:
                    raise AssertionError(rtype)
    return {**found, "fail": fail}


@pytest.mark.skipif(not SUITE.exists(), reason=f"the openspf suite is not at {SUITE}; VIGIE_SUITES names its folder")
def test_openspf_suite():
    wrong = []
    number = 0
    for scenario in suite():
        resolver = ZoneResolver(as_zone(scenario["zonedata"]))
        for name, case in scenario["tests"].items():
            number += 1
            wanted = case["result"] if isinstance(case["result"], list) else [case["result"]]
            status, reason = evaluate(
                case["host"], case["mailfrom"] or "", case["helo"] or "", resolver.session(), keep_private=False
            )
            if status.value not in wanted:
                wrong.append(f"{scenario['description']} / {name}: {status} ({reason}), not {wanted}")
    assert not wrong, "\n".join(wrong)
    assert number == CASES
