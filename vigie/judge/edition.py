"""What a verdict was made with: the program, and the settings that decide. So that a difference months later has a name."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import vigie
from vigie.judge import tesseract
from vigie.judge.settings import BrandSettings, JudgeSettings
from vigie.rules import brand

_PACKAGES = ("message", "auth_checks", "rules", "judge")
_DECIDES = (".py", ".toml", ".tsv")


@dataclass(frozen=True, slots=True)
class Edition:
    """Of one verdict. Two equal ones judge alike, as far as it lies with us."""

    program: str
    """Version, and a hash over code, rules, brands and policy: "0.1.0+5f1c0a9be3d2"."""
    settings: str
    """JSON of [trust], [brands], [limits] message_bytes, [dns] ask, and what reads pictures ("": nothing does).

    No secret and no path; of own packs a hash stands there.
    """


def edition(settings: JudgeSettings) -> Edition:
    """The present one."""
    decisive = {
        "trust": settings.trust.model_dump(mode="json"),
        "brands": _brands(settings.brands),
        "limits": {"message_bytes": settings.limits.message_bytes},
        "ocr": _reader(settings),
        "dns": {"ask": settings.dns.ask},
    }
    return Edition(program(), json.dumps(decisive, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _reader(settings: JudgeSettings) -> str:
    found = tesseract.installed() if settings.limits.ocr else None
    return found.name if found else ""


def _brands(settings: BrandSettings) -> dict[str, object]:
    """What is enabled. Packs from a folder are no part of the program: a hash over those that judge stands for them."""
    told: dict[str, object] = {"enabled": settings.enabled}
    shipped = brand.names()
    own = [pack.model_dump_json() for pack in settings.packs() if pack.name not in shipped]
    if own:
        told["own"] = hashlib.sha256("\0".join(own).encode()).hexdigest()[:12]
    return told


def settings_of(then: Edition, now: JudgeSettings) -> JudgeSettings | None:
    """The settings of `then` within the time and memory of `now`; None where this program does not know them any more."""
    try:
        told = json.loads(then.settings)
        reader = told.pop("ocr", "")  # an earlier version read no pictures
        told["limits"] = {**now.limits.model_dump(mode="json"), **told["limits"], "ocr": bool(reader)}
        own = told["brands"].pop("own", None)
        told["brands"]["folder"] = now.brands.folder if own else None
        found = JudgeSettings.model_validate(told)
        return found if _brands(found.brands).get("own") == own and _reader(found) == reader else None
    except (ValueError, TypeError, KeyError):  # pydantic's errors are ValueErrors
        return None


@functools.cache
def program() -> str:
    """The version, and a hash over everything of ours that decides a verdict."""
    digest = hashlib.sha256()
    root = resources.files("vigie")
    for package in _PACKAGES:
        for name, content in sorted(_contents(root / package, package)):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return f"{vigie.__version__}+{digest.hexdigest()[:12]}"


def _contents(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _contents(entry, name)
        elif entry.name.endswith(_DECIDES):
            found.append((name, entry.read_bytes()))
    return found
