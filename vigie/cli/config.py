"""vigie.toml -> Config, from the settings that each package validates. A mistake gets one line: where, what, what instead."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from vigie.auth_checks.settings import DnsSettings, Settings, TrustSettings
from vigie.cli import config_faults
from vigie.cli.config_faults import ConfigError
from vigie.cli.language import colon, say
from vigie.cli.system import reason
from vigie.judge.settings import BrandSettings, JudgeSettings, LimitSettings
from vigie.ledger.settings import LedgerSettings, RetentionSettings
from vigie.scanner.operation.settings import AlertSettings, DigestSettings, MetricsSettings, OperationSettings
from vigie.scanner.reporting.settings import ChannelsSettings
from vigie.scanner.settings import ACCOUNT_NAME, AccountSettings
from vigie.web.settings import WebSettings

SYSTEM_FILE = Path("/etc/vigie/vigie.toml")
SQLITE = "sqlite:///"
USUAL_RETENTION = RetentionSettings()
USUAL_OPERATION = OperationSettings()
USUAL_CHANNELS = ChannelsSettings()
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
    digest: DigestSettings = DigestSettings()
    channels: ChannelsSettings = ChannelsSettings()
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
    channels: ChannelsSettings = USUAL_CHANNELS
    web: WebSettings = USUAL_WEB
    refused: Mapping[str, str] = field(default_factory=dict)
    """Accounts of which the file's word is not in force, and why: after a reload, see cli/reload.py."""

    def account(self, name: str) -> AccountSettings | None:
        """The account of that name."""
        return next((account for account in self.accounts if account.name == name), None)


def find(path: Path | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The file to read: the one that was named (--config, VIGIE_CONFIG), else the first of the usual ones that exists."""
    if path is not None:
        return path
    if environment.get("VIGIE_CONFIG"):
        return Path(environment["VIGIE_CONFIG"])
    return next((usual for usual in (Path("vigie.toml"), SYSTEM_FILE) if _exists(usual)), None)


def _exists(path: Path) -> bool:
    """In a folder that this user may not enter nothing does: `sudo -u vigie vigie ...` starts where somebody else stands."""
    try:
        return path.exists()
    except PermissionError:
        return False


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


@dataclass(frozen=True, slots=True)
class Read:
    """A vigie.toml whose common sections are right, account by account; numbers count the [[accounts]] from 0."""

    config: Config
    """With the right accounts alone."""
    text: str
    names: Sequence[str]
    """Of every account, right or wrong; "" where it has no usable one."""
    right: Mapping[int, AccountSettings]
    wrong: Mapping[int, ConfigError]
    """The first fault of each."""


def parse(text: str, path: Path) -> Config:
    """The configuration that stands in `text`, as if it were the file `path`. Raises ConfigError."""
    found = read(text, path)
    for fault in found.wrong.values():
        raise fault
    return found.config


def load_by_account(path: Path) -> Read:
    """As `load`, but a wrong account keeps no other one from being read. Raises ConfigError for all else."""
    return read(_read(path), path)


def read(text: str, path: Path) -> Read:
    """The same of a text. Raises ConfigError for what all accounts share."""
    base = path.absolute().parent
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise config_faults.syntax(path, error) from None
    made = _absolute(File, data, base)
    wrong: dict[int, ConfigError] = {}
    try:
        file = File.model_validate(made)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            told = config_faults.refused(path, text, data, fault, _fields(fault["loc"]))
            if fault["loc"][0] != "accounts" or len(fault["loc"]) == 1:
                raise told from None
            wrong.setdefault(int(fault["loc"][1]), told)
        rest = [account for number, account in enumerate(made["accounts"]) if number not in wrong]
        file = File.model_validate({**made, "accounts": rest})
    names = [_usable_name(account) for account in made.get("accounts", ())]
    config_faults.check(path, text, file.dns, file.trust)
    numbers = [number for number in range(len(names)) if number not in wrong]
    right = dict(zip(numbers, file.accounts, strict=True))
    for number, told in config_faults.check_accounts(path, text, right):
        wrong.setdefault(number, told)
    operation = OperationSettings(metrics=file.metrics, alerts=file.alerts, digest=file.digest, pages=file.web.origin)
    config_faults.check_digest(path, text, operation)
    ledger = _absolute_url(file.ledger.url, base)
    right = {
        number: _with_token_file(account, ledger, base) for number, account in right.items() if number not in wrong
    }
    config = Config(
        judge=JudgeSettings(dns=file.dns, trust=file.trust, limits=file.limits, brands=file.brands),
        ledger=ledger,
        accounts=tuple(right.values()),
        base=base,
        path=path,
        retention=file.retention,
        operation=operation,
        channels=file.channels,
        web=file.web,
    )
    return Read(config, text, names, right, wrong)


def _usable_name(account: object) -> str:
    name = account.get("name") if isinstance(account, Mapping) else None
    return name if isinstance(name, str) and re.fullmatch(ACCOUNT_NAME, name) else ""


def _fields(place: tuple[int | str, ...]) -> dict[str, str]:
    """The keys, with descriptions, of the model that the last key of `place` belongs to."""
    model: type[BaseModel] = File
    for key in place[:-1]:
        known = model.model_fields.get(str(key))
        model = (known and _model(known.annotation)) or model
    return {name: known.description or "" for name, known in model.model_fields.items()}


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
        wrong = say("ne peut pas être lu", "cannot be read") + f"{colon()} {reason(error)}"
        right = say("vérifiez le chemin et les droits", "check the path and the permissions")
        raise ConfigError(path, None, "", wrong, right) from None


def _absolute(model: type[BaseModel], data: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """The same data with every relative path joined to `base`: which keys are paths, the models know."""
    done = dict(data)
    for key, known in model.model_fields.items():
        value = done.get(key)
        inner = _model(known.annotation)
        if Path in (known.annotation, *get_args(known.annotation)) and isinstance(value, str):
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
