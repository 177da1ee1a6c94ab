"""The one way modules are found: walk a sub-package, verify each module against its Protocol, refuse what is malformed or doubled."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


class CatalogError(Exception):
    """A module of a sub-package does not keep its contract. Raised at start-up, never while judging."""

    temporary = False


def discover(package: ModuleType, contract: type) -> tuple[ModuleType, ...]:
    """The modules of `package`, by name, each with every member of `contract`, a docstring, and an ID like its name.

    Raises CatalogError. The ID is the module's name with hyphens, so that it is unique and a stranger finds the file.
    """
    members = [name for name in (*contract.__annotations__, *vars(contract)) if not name.startswith("_")]
    found = []
    for entry in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{entry.name}")
        missing = [name for name in members if not hasattr(module, name)]
        if missing:
            raise CatalogError(f"{module.__name__} lacks {', '.join(missing)} ({contract.__name__})")
        if not (module.__doc__ or "").strip():
            raise CatalogError(f"{module.__name__} has no docstring: its first line is its title")
        if entry.name.replace("_", "-") != module.ID:
            raise CatalogError(
                f"{module.__name__} calls itself {module.ID!r}: the ID is the module's name with hyphens"
            )
        found.append(module)
    return tuple(found)
