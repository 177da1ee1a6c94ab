"""The openspf suite of RFC 7208 as data: its cases, and its zones in the form that ZoneResolver takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SUITE = Path(__file__).parents[2] / ".suites" / "rfc7208-tests.yml"
"""`make suites` puts it there, out of pyspf's source package."""
CASES = 203


@dataclass(frozen=True)
class SpfCase:
    """One question of the suite and the results that the standard allows."""

    name: str
    ip: str
    sender: str
    helo: str
    results: tuple[str, ...]


def scenarios() -> list[dict[str, Any]]:
    """The suite's scenarios: zone data and tests. A missing file is a failed test, never a skipped one."""
    assert SUITE.exists(), f"{SUITE} is missing: make suites"
    # The file writes bytes above 127 as \\x escapes; as text they are code points, in the DNS they are those bytes again.
    return [scenario for scenario in yaml.safe_load_all(SUITE.read_text(encoding="utf-8")) if scenario]


def cases(scenario: dict[str, Any]) -> Iterator[SpfCase]:
    """The tests of one scenario."""
    for name, case in scenario["tests"].items():
        wanted = case["result"] if isinstance(case["result"], list) else [case["result"]]
        title = f"{scenario['description']} / {name}"
        yield SpfCase(title, case["host"], case["mailfrom"] or "", case["helo"] or "", tuple(wanted))


def as_zone(data: dict[str, Any]) -> dict[str, object]:
    """The scenario's zone data; SPF records double as TXT unless there is a TXT (see the suite's header)."""
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
                elif rtype in {"CNAME", "PTR"}:
                    found[rtype.lower()].setdefault(name, []).append(value)
                else:
                    raise AssertionError(rtype)
    return {**found, "fail": fail}
