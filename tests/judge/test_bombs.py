"""Bombs of bytes through a real judging process that has little memory: what is counted in millions is never kept at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.judge.bombs import BOMBS
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.judge.workers import WorkerPool

SIZE = 4_000_000


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerPool]:
    """64 MiB for a message, the least that there is."""
    zone: Path = tmp_path_factory.mktemp("zone") / "zone.toml"
    zone.write_text("[txt]\n", encoding="utf-8")
    limits = LimitSettings(workers=1, wall_s=120, cpu_s=60, memory_bytes=128 << 20)
    with WorkerPool(JudgeSettings(limits=limits), zone=zone) as shared:
        yield shared


@pytest.mark.parametrize(
    "name",
    [
        "X-03 parts",
        "X-04 fields",
        "X-11 base64 in pieces",
        "X-16 blanks under signatures",
        "X-16 words under signatures",
    ],
)
def test_millions_need_little_memory(pool: WorkerPool, name: str) -> None:
    """X-03, X-04, X-11, X-16: else whoever pads a fraud with them has it left undecided."""
    case = pool.submit(BOMBS[name](SIZE), received=None, key=name).result()
    assert case.error is None
    assert case.verdict.label in {"suspicious", "impersonation"}
