"""A stored case, read with care: the ledger bounds and thins it, so that every part of it may be missing. Pure, total."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def case(case_json: str) -> Mapping[str, Any]:
    """What a record's case tells; nothing where it cannot be read."""
    try:
        return mapping(json.loads(case_json))
    except ValueError:
        return {}


def mapping(value: object) -> Mapping[str, Any]:
    """A part that has keys; an empty one for what is something else."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> Sequence[Mapping[str, Any]]:
    """A list of such parts, without what is something else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
