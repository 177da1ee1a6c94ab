"""The elements and text of an XML part, without a document type: no entity, no file, no expansion (threats X-12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.parsers import expat

ELEMENTS = 300_000


class _ForbiddenError(Exception):
    """A document type, or too many elements."""


def walk(
    data: bytes,
    start: Callable[[str, Mapping[str, str]], None],
    text: Callable[[str], None],
    end: Callable[[str], None],
) -> bool:
    """Calls back with local names, prefixes dropped, in document order; False where the XML ended in a fault.

    What stands before a fault has been told: a broken document still says what it says.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    count = 0

    def opens(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > ELEMENTS:
            raise _ForbiddenError
        start(name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()})

    def closes(name: str) -> None:
        end(name.rpartition(":")[2])

    def forbids(*_: object) -> None:
        raise _ForbiddenError

    parser.StartElementHandler = opens
    parser.EndElementHandler = closes
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = forbids
    parser.EntityDeclHandler = forbids
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, _ForbiddenError, ValueError, LookupError):
        return False
    return True
