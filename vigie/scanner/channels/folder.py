"""Each report as a file in a folder, which people or other programs take from there."""

from __future__ import annotations

import os
from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import Takes, UnsentReportError
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.letters import redacted_header
from vigie.scanner.reporting.settings import ChannelSettings, FolderSettings

ID: Final = "folder"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = False


def write(fraud: FetchedFraud, settings: ChannelSettings, _server: ServerSettings | None) -> Draft:
    """See Channel."""
    assert isinstance(settings, FolderSettings)
    body = redacted_header(fraud, evidence(fraud)) if settings.redact else fraud.raw
    return Draft((str(settings.path),), "message/rfc822", body, redacted=settings.redact)


def send(taken: Taken, settings: ChannelSettings, _server: ServerSettings | None) -> str:
    """See Channel. Gives the file's name, which follows from the report: written twice it is one file. Whole or not there."""
    assert isinstance(settings, FolderSettings)
    name = f"{taken.report.id}.eml"
    fresh = settings.path / f".{name}.part"
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o640), "wb") as file:
            file.write(taken.draft.body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(settings.path / name)
        _sync(settings.path)
    except OSError as error:
        raise UnsentReportError(f"{settings.path}: {error.strerror}", away=True) from None
    return name


def _sync(folder: os.PathLike[str]) -> None:
    """A file's name is on the disk once its folder is."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
