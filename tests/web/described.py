"""What the application says of itself, as Schemathesis reads it: loading that takes most of a second, and one test needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.web.served import Served

__all__ = ["Case", "operations"]


@schemathesis.serializer("message/rfc822")
def mail(_: object, value: Any) -> bytes:
    """Whatever is made up is a mail: hostile ones are no others."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def operations(served: Served) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    """What /api/openapi.json says that one can ask for."""
    told = served.browser().get("/api/openapi.json").json()
    for found in schemathesis.openapi.from_dict(told).get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()
