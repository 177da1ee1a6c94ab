"""HTML pages that are written to a file: self-contained, autoescaped (W-01, W-02), whole or not at all."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vigie.cli.language import colon, say
from vigie.cli.status import Fault
from vigie.cli.system import reason


@cache
def environment() -> Environment:
    """The templates of templates/; a name that a template lacks is an error, not a blank."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def put(path: Path, text: str) -> None:
    """Writes the page; the file appears whole or not at all, readable by its owner alone. Raises Fault."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            file.write(text)
        os.replace(file.name, path)  # noqa: PTH105 - the name is a str; NamedTemporaryFile made it 0600
    except OSError as error:
        raise Fault(
            f"{path}: {say('le rapport ne peut pas être écrit', 'the report cannot be written')}{colon()} {reason(error)}"
        ) from None
