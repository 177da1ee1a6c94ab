"""The configuration as the web pages show it: every key with its value, nothing that opens anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from vigie.auth_checks.settings import Settings
from vigie.cli.config import Config
from vigie.web.site import Section, Setting

HIDDEN: Final = frozenset(("password_command", "client_secret_command"))
"""What an admin wrote into a command line may hold the secret itself."""
ADDRESSES: Final = frozenset(("url", "ledger"))
"""Of these the host alone: a webhook's path is often its secret, a database's address may hold a password."""


def sections(config: Config) -> tuple[Section, ...]:
    """Section by section, in the order of vigie.example.toml."""
    judge, operation = config.judge, config.operation
    found: list[Section] = [Section("[ledger]", (Setting("url", _address(config.ledger), False, ""),))]
    for title, model in (
        ("[dns]", judge.dns),
        ("[trust]", judge.trust),
        ("[brands]", judge.brands),
        ("[limits]", judge.limits),
        ("[retention]", config.retention),
        ("[metrics]", operation.metrics),
        ("[alerts]", operation.alerts),
        ("[digest]", operation.digest),
        ("[channels]", config.channels),
        ("[web]", config.web),
    ):
        found.extend(_sections(title, model))
    for account in config.accounts:
        found.extend(_sections("[[accounts]]", account))
    return tuple(found)


def _sections(title: str, model: Settings) -> Iterator[Section]:
    """That of the model, and those of the models inside it."""
    own, inner = [], []
    for key, field in type(model).model_fields.items():
        value = getattr(model, key)
        deeper = f"{title.rstrip(']')}.{key}{']' * title.count(']')}"
        if isinstance(value, Settings):
            inner.append((deeper, value))
        elif isinstance(value, tuple) and value and all(isinstance(one, Settings) for one in value):
            inner.extend((deeper, one) for one in value)
        else:
            usual = not field.is_required() and value == field.default
            own.append(Setting(key, _shown(key, value), usual, field.description or ""))
    yield Section(title, tuple(own))
    for deeper, value in inner:
        yield from _sections(deeper, value)


def _shown(key: str, value: object) -> str:
    if value is None or value == ():
        return "–"
    if key in HIDDEN:
        return "***"
    if key in ADDRESSES:
        return _address(str(value))
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return str(Path(url.removeprefix("sqlite:///")))
    return f"{parts.scheme}://{parts.hostname or ''}/***"
