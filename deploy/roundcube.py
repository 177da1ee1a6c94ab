"""The plugin for Roundcube, packed from addins/roundcube into build/addins: `make addins`.

The same bytes from the same sources, wherever and whenever: members in order, one date, nothing compressed. Needs nothing but Python.
"""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = "vigie"
"""What Roundcube calls the plugin: the folder in plugins/ has to have this name."""


def roundcube(target: Path) -> Path:
    """A TAR file of one folder; no hidden files, which editors leave, and no configuration, which holds a token."""
    source, made = ROOT / "addins" / "roundcube", target / "vigie-roundcube.tar"
    members = {path.relative_to(source).as_posix(): path for path in source.rglob("*") if path.is_file()}
    members["LICENSE"] = ROOT / "LICENSE"
    with tarfile.open(made, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, path in sorted(members.items()):
            if name != "config.inc.php" and not any(part.startswith(".") for part in name.split("/")):
                content = path.read_bytes()
                member = tarfile.TarInfo(f"{FOLDER}/{name}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return made


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "addins"
    folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{roundcube(folder)}\n")
