"""ARC: the suite of ValiMail, through our resolver. Each deviation stands here with its reason."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import pytest

from vigie.auth_checks.arc import check_arc
from vigie.auth_checks.letter import read_letter
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.types import Status

yaml = importlib.import_module("yaml")  # without stubs; its absence is a failure, only the suite's is a skip

ROOT = Path(os.environ.get("VIGIE_SUITES") or Path(__file__).parents[2].parent / "shared" / "suites")
SUITE = ROOT / "arc" / "arc-draft-validation-tests.yml"
CASES = 171

WORDS = {"pass": Status.PASS, "fail": Status.FAIL, "none": Status.NONE, None: Status.NONE}
ENDED = "RFC 8617 section 5.2 says fail for a chain that a sealer declared failed; the draft of the suite let it end in none"
DEVIATIONS = {"cv_fail_i1_as_cv_fail": ENDED, "cv_fail_i2_as2_fail": ENDED, "cv_fail_i2_as1_fail": ENDED}


@pytest.mark.skipif(not SUITE.exists(), reason=f"the ARC suite is not at {SUITE}; VIGIE_SUITES names its folder")
def test_arc_suite():
    wrong: list[str] = []
    number = 0
    for scenario in yaml.safe_load_all(SUITE.read_text(encoding="utf-8")):
        resolver = ZoneResolver({"txt": {name: [text] for name, text in records(scenario).items()}})
        for name, case in scenario["tests"].items():
            number += 1
            raw = str(case["message"] or "").encode().replace(b"\n", b"\r\n")
            wanted = case["cv"]
            wanted = WORDS[wanted.lower() if wanted and wanted != "None" else None]
            found = check_arc(read_letter(raw), resolver.session())
            if (found.status is not wanted) != (name in DEVIATIONS):
                wrong.append(f"{name}: {found.status} ({found.reason}), not {wanted}")
    assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong)
    assert number == CASES


def records(scenario: dict[str, Any]) -> dict[str, str]:
    return dict(scenario.get("txt-records") or {})
