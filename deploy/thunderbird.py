"""The extension for Thunderbird, packed from addins/thunderbird into build/addins: `make addins`.

The same bytes from the same sources, wherever and whenever: members in order, one date, nothing compressed (zlib's output differs
between its versions). Needs nothing but Python.
"""

from __future__ import annotations

import stat
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ROOT / "addins"
LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The first date that a ZIP file can hold."""


def members(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a folder with its path in it, in order; no hidden ones, which editors leave."""
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            yield name, path.read_bytes()


def pack(folder: Path, target: Path) -> None:
    """A ZIP file of a folder."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name, content in members(folder):
            member = zipfile.ZipInfo(name, LONG_AGO)
            member.create_system = 3  # as on Unix, whatever we run on
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            made.writestr(member, content)


def thunderbird(target: Path) -> Path:
    """The MailExtension."""
    made = target / "vigie-thunderbird.xpi"
    pack(SOURCES / "thunderbird", made)
    return made


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "addins"
    folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{thunderbird(folder)}\n")
