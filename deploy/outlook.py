"""The Outlook add-in for one organisation, from addins/outlook into build/addins: `make addins ORIGIN=https://vigie.example.org`.

`outlook/` is what a web server hands out below ORIGIN/addins/outlook/ (vigie web: `[web.outlook] files`), its manifest among it;
vigie-outlook.zip is the package with the unified manifest. The same bytes from the same sources and settings. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import re
import shutil
import stat
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ROOT / "addins/outlook"
VERSION: Final = "1.0.0"
PLACE: Final = "/addins/outlook"
LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The first date that a ZIP file can hold."""
RUNTIME: Final = ("settings.js", "words.js", "patience.js", "server.js", "access.js", "mail.js", "report.js")
"""In this order one file: Outlook for Windows runs a script without a page, which can load nothing."""
LIBRARY: Final = (
    "https://appsforoffice.microsoft.com",
    "https://ajax.aspnetcdn.com/ajax/3.5/MicrosoftAjax.js",
    "https://cdnsrc.asp.net/ajax/3.5/MicrosoftAjax.js",
)
"""Outlook's library has to come from Microsoft, who change it as they change Outlook; in Outlook it loads that one file from elsewhere,
which redirects at times. The same list is in vigie/web/outlook.py."""
UNIFIED: Final = "unified"
TEXTS: Final = frozenset((".html", ".js", ".json", ".xml"))
_ORIGIN: Final = re.compile(r"https://[a-z0-9.-]+(?::[0-9]{1,5})?|http://(?:localhost|127\.0\.0\.1):[0-9]{1,5}")
_GUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class WrongSettingError(ValueError):
    """What was given cannot be built with; says what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one organisation's copy is made with. Raises WrongSettingError."""

    origin: str
    """Where the files lie."""
    server: str = ""
    """Which vigie web is asked; empty: the same."""
    client: str = ""
    """Of the app registration in Microsoft Entra; empty: each person enters a token."""
    tenant: str = ""
    scope: str = ""
    """What the app registration exposes; empty: "api://<client>/access_as_user"."""

    def __post_init__(self) -> None:
        for name, value in (("ORIGIN", self.origin), ("SERVER", self.asked)):
            if not _ORIGIN.fullmatch(value):
                raise WrongSettingError(f"{name} is https://host, in small letters, without a path: not {value!r}")
        if bool(self.client) != bool(self.tenant):
            raise WrongSettingError("CLIENT and TENANT go together")
        for name, value in (("CLIENT", self.client), ("TENANT", self.tenant)):
            if value and not _GUID.fullmatch(value):
                raise WrongSettingError(f"{name} is an id like 11111111-2222-3333-4444-555555555555, not {value!r}")
        if self.scope and not (self.client and re.fullmatch(r"api://[A-Za-z0-9._/-]{1,200}", self.scope)):
            raise WrongSettingError('SCOPE is "api://<id>/<name>", and goes with CLIENT and TENANT')

    @property
    def asked(self) -> str:
        """The origin of vigie web."""
        return self.server or self.origin

    @property
    def policy(self) -> str:
        """What the pages may load and ask."""
        return (
            f"default-src 'none'; script-src 'self' {' '.join(LIBRARY)}; style-src 'self'; img-src 'self'; "
            f"connect-src {self.asked}; base-uri 'none'; form-action 'none'"
        )

    def values(self) -> dict[str, str]:
        """By the name that stands for it in the sources."""
        return {
            "ORIGIN": self.origin,
            "BASE": self.origin + PLACE,
            "HOST": urlsplit(self.origin).netloc,
            "SERVER": self.asked,
            "POLICY": self.policy,
            "CLIENT": self.client,
            "TENANT": self.tenant,
            "SCOPE": (self.scope or f"api://{self.client}/access_as_user") if self.client else "",
            "VERSION": VERSION,
        }


def build(target: Path, settings: Settings) -> list[Path]:
    """Makes the folder and the package anew, and says where they are."""
    folder, package = target / "outlook", target / "vigie-outlook.zip"
    shutil.rmtree(folder, ignore_errors=True)
    for path in sorted(SOURCES.rglob("*")):
        name = path.relative_to(SOURCES)
        if path.is_file() and name.parts[0] != UNIFIED and not any(part.startswith(".") for part in name.parts):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(_filled(path, settings))
    (folder / "runtime.js").write_bytes(b"\n".join(_filled(SOURCES / name, settings) for name in RUNTIME))
    icons = {name: (SOURCES / "icons" / name).read_bytes() for name in ("color.png", "outline.png")}
    unified = {name: _filled(SOURCES / UNIFIED / name, settings) for name in ("manifest.json", "en.json")}
    _pack(package, unified | icons)
    return [folder, package]


def _filled(path: Path, settings: Settings) -> bytes:
    if path.suffix not in TEXTS or path.parent not in (SOURCES, SOURCES / UNIFIED):  # msal/ stays as it came
        return path.read_bytes()
    text = path.read_text(encoding="utf-8")
    for name, value in settings.values().items():
        text = text.replace(f"@{name}@", value)
    return text.encode()


def _pack(target: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name, content in sorted(members.items()):
            member = zipfile.ZipInfo(name, LONG_AGO)
            member.create_system = 3  # as on Unix, whatever we run on
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            made.writestr(member, content)


def main(arguments: list[str]) -> int:
    """Exit status: 0 made, or left out for want of an origin; 2 a wrong setting."""
    parser = argparse.ArgumentParser(description="packs the Outlook add-in", allow_abbrev=False)
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "build/addins")
    for name in ("origin", "server", "client", "tenant", "scope"):
        parser.add_argument(f"--{name}", default="")
    given = vars(parser.parse_args(arguments))
    target = given.pop("target")
    if not given["origin"]:
        print("Outlook: left out, it needs to know where it will lie: make addins ORIGIN=https://vigie.example.org")
        return 0
    try:
        made = build(target, Settings(**given))
    except WrongSettingError as error:
        print(f"Outlook: {error}", file=sys.stderr)
        return 2
    for path in made:
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
