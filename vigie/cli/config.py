"""vigie.toml -> Config, from the settings that each package validates. A mistake gets one line: where, what, what instead."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from vigie.auth_checks.settings import DnsSettings, Settings, TrustSettings
from vigie.cli import config_faults
from vigie.cli.config_faults import ConfigError
from vigie.cli.language import say
from vigie.judge.settings import BrandSettings, JudgeSettings, LimitSettings
from vigie.ledger.settings import LedgerSettings, RetentionSettings
from vigie.scanner.operation.settings import AlertSettings, MetricsSettings, OperationSettings
from vigie.scanner.settings import AccountSettings
from vigie.web.settings import WebSettings

SYSTEM_FILE = Path("/etc/vigie/vigie.toml")
SQLITE = "sqlite:///"
USUAL_RETENTION = RetentionSettings()
USUAL_OPERATION = OperationSettings()
USUAL_WEB = WebSettings()

__all__ = ["AccountSettings", "Config", "ConfigError", "File", "LedgerSettings", "find", "load", "load_or_default"]


class File(Settings):
    """The whole of vigie.toml."""

    ledger: LedgerSettings = LedgerSettings()
    dns: DnsSettings = DnsSettings()
    trust: TrustSettings = TrustSettings()
    brands: BrandSettings = BrandSettings()
    limits: LimitSettings = LimitSettings()
    retention: RetentionSettings = RetentionSettings()
    metrics: MetricsSettings = MetricsSettings()
    alerts: AlertSettings = AlertSettings()
    web: WebSettings = WebSettings()
    accounts: tuple[AccountSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """A vigie.toml that was read and found right. Every path in it is absolute."""

    judge: JudgeSettings
    ledger: str
    """The ledger's URL."""
    accounts: tuple[AccountSettings, ...]
    base: Path
    """The file's folder: what relative paths are relative to."""
    path: Path | None = None
    """The file; None where there is none (`vigie check` needs none)."""
    retention: RetentionSettings = USUAL_RETENTION
    operation: OperationSettings = USUAL_OPERATION
    web: WebSettings = USUAL_WEB

    def account(self, name: str) -> AccountSettings | None:
        """The account of that name."""
        return next((account for account in self.accounts if account.name == name), None)


def find(path: Path | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The file to read: the one that was named (--config, VIGIE_CONFIG), else the first of the usual ones that exists."""
    if path is not None:
        return path
    if environment.get("VIGIE_CONFIG"):
        return Path(environment["VIGIE_CONFIG"])
    return next((usual for usual in (Path("vigie.toml"), SYSTEM_FILE) if usual.exists()), None)


def load(path: Path | None) -> Config:
    """Reads and validates. Raises ConfigError, also when there is no file at all."""
    found = find(path)
    if found is None:
        raise ConfigError(
            Path("vigie.toml"),
            None,
            "",
            say("aucune configuration trouvée", "no configuration found"),
            say(
                "créez vigie.toml ici (vigie init) ou donnez --config FILE",
                "create vigie.toml here (vigie init) or give --config FILE",
            ),
        )
    return parse(_read(found), found)


def load_or_default(path: Path | None) -> Config:
    """As `load`; without any file, the settings that need none: the system's DNS, nobody's headers trusted."""
    if find(path) is not None:
        return load(path)
    here = Path.cwd()
    return Config(JudgeSettings(), f"{SQLITE}{here / 'vigie.db'}", (), here)


def parse(text: str, path: Path) -> Config:
    """The configuration that stands in `text`, as if it were the file `path`. Raises ConfigError."""
    base = path.absolute().parent
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise config_faults.syntax(path, error) from None
    try:
        file = File.model_validate(_absolute(File, data, base))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        raise config_faults.refused(path, text, data, fault, _fields(fault["loc"])) from None
    config_faults.check(path, text, file.dns, file.trust, file.accounts)
    ledger = _absolute_url(file.ledger.url, base)
    return Config(
        judge=JudgeSettings(dns=file.dns, trust=file.trust, limits=file.limits, brands=file.brands),
        ledger=ledger,
        accounts=tuple(_with_token_file(account, ledger, base) for account in file.accounts),
        base=base,
        path=path,
        retention=file.retention,
        operation=OperationSettings(metrics=file.metrics, alerts=file.alerts),
        web=file.web,
    )


def _fields(place: tuple[int | str, ...]) -> dict[str, str]:
    """The keys, with descriptions, of the model that the last key of `place` belongs to."""
    model: type[BaseModel] = File
    for key in place[:-1]:
        field = model.model_fields.get(str(key))
        model = (field and _model(field.annotation)) or model
    return {name: field.description or "" for name, field in model.model_fields.items()}


def _model(annotation: object) -> type[BaseModel] | None:
    """The settings model in `Model`, `Model | None` or `tuple[Model, ...]`."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        wrong, right = (
            say("n'est pas de l'UTF-8", "is not UTF-8"),
            say("enregistrez le fichier en UTF-8", "save the file as UTF-8"),
        )
        raise ConfigError(path, line, "", wrong, right) from None
    except OSError as error:
        wrong = say("ne peut pas être lu", "cannot be read") + f": {error.strerror}"
        right = say("vérifiez le chemin et les droits", "check the path and the permissions")
        raise ConfigError(path, None, "", wrong, right) from None


def _absolute(model: type[BaseModel], data: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """The same data with every relative path joined to `base`: which keys are paths, the models know."""
    done = dict(data)
    for key, field in model.model_fields.items():
        value = done.get(key)
        inner = _model(field.annotation)
        if Path in (field.annotation, *get_args(field.annotation)) and isinstance(value, str):
            done[key] = str(base / Path(value).expanduser())
        elif inner is not None and isinstance(value, Mapping):
            done[key] = _absolute(inner, value, base)
        elif inner is not None and isinstance(value, Sequence) and not isinstance(value, str):
            done[key] = [_absolute(inner, item, base) if isinstance(item, Mapping) else item for item in value]
    return done


def _with_token_file(account: AccountSettings, ledger: str, base: Path) -> AccountSettings:
    """Tokens lie beside the ledger unless the account says where: that folder is the service's own to write in."""
    if account.oauth is None or account.oauth.token_file is not None:
        return account
    beside = Path(ledger.removeprefix(SQLITE)) if ledger.startswith(SQLITE) else base / "vigie"
    file = beside.with_name(f"{beside.name}.{account.name}.token")
    return account.model_copy(update={"oauth": account.oauth.model_copy(update={"token_file": file})})


def _absolute_url(url: str, base: Path) -> str:
    file = url.removeprefix(SQLITE)
    return url if file == url else f"{SQLITE}{base / Path(file).expanduser()}"
