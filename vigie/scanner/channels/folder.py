"""Each report as a file in a folder, which people or other programs take from there: a mail, an event of MISP, a STIX 2.1 bundle."""

from __future__ import annotations

import os
from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import Takes, UnsentReportError, stays
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting import misp, stix
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.letters import redacted_header
from vigie.scanner.reporting.pages import pages
from vigie.scanner.reporting.settings import ChannelSettings, FolderSettings

ID: Final = "folder"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = False
EML: Final = "message/rfc822"
ENDS: Final = {EML: ".eml", misp.MEDIA_TYPE: ".misp.json", stix.MEDIA_TYPE: ".stix.json"}
"""How files are called, by what is in them: the settings may have changed since it was written."""


def write(fraud: FetchedFraud, settings: ChannelSettings, _server: ServerSettings | None) -> Draft:
    """See Channel."""
    assert isinstance(settings, FolderSettings)
    to = (str(settings.path),)
    if settings.format == "eml" and not settings.redact:
        return Draft(to, EML, fraud.raw, redacted=False)
    told = evidence(fraud)
    if settings.format == "eml":
        return Draft(to, EML, redacted_header(fraud, told), redacted=True)
    found = pages(fraud, told, whole=False)
    kind, made = (misp.MEDIA_TYPE, misp.misp) if settings.format == "misp" else (stix.MEDIA_TYPE, stix.stix)
    return Draft(to, kind, made(fraud, told, found), redacted=True)


def send(taken: Taken, settings: ChannelSettings, _server: ServerSettings | None) -> str:
    """See Channel. Gives the file's name, which follows from the report: written twice it is one file. Whole or not there."""
    assert isinstance(settings, FolderSettings)
    stays(taken, str(settings.path))
    name = f"{taken.report.id}{ENDS[taken.draft.media_type]}"
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


def try_out(settings: ChannelSettings, _server: ServerSettings | None) -> None:
    """See Channel."""
    assert isinstance(settings, FolderSettings)
    if not settings.path.is_dir():
        raise UnsentReportError(f"{settings.path}: no such folder", away=True)
    if not os.access(settings.path, os.W_OK | os.X_OK):
        raise UnsentReportError(f"{settings.path}: may not be written into", away=True)


def _sync(folder: os.PathLike[str]) -> None:
    """A file's name is on the disk once its folder is."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
