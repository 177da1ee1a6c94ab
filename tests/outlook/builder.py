"""deploy/outlook.py, which is a script and no module of the package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vigie_outlook_builder", ROOT / "deploy/outlook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


BUILDER: Any = _loaded()


def built(target: Path, **settings: str) -> Path:
    """The folder that a web server hands out."""
    folder, _ = BUILDER.build(target, BUILDER.Settings(**settings))
    assert isinstance(folder, Path)
    return folder
