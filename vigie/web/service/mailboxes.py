"""The mailboxes: mode in force, and how far behind the service is in each folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from vigie.ledger.types import Heartbeat
from vigie.web import site
from vigie.web.entry import Reader
from vigie.web.pages import render
from vigie.web.site import Mailbox, Site

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of a mailbox; `beat` None: the service has never told of it."""

    name: str
    beat: Heartbeat | None
    lag_seconds: float | None
    """See Heartbeat; None: unknown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One mailbox, as the page shows it."""

    mailbox: Mailbox
    mode: str
    folders: Sequence[Folder]


@router.get("/accounts")
def accounts(request: Request, person: Reader) -> Response:
    """Those that she may see."""
    here = site.of(request)
    beats = {(beat.account, beat.folder): beat for beat in here.ledger.heartbeats()}
    shown = [_shown(here, mailbox, beats) for mailbox in here.mailboxes if person.sees(mailbox.name)]
    return render(request, "service/accounts.html.j2", shown=shown)


def mode_in_force(here: Site, mailbox: Mailbox) -> str:
    """The newest word, of vigie.toml or of promote and rollback since (see scanner.modes)."""
    newest = here.ledger.newest_mode(mailbox.name)
    return mailbox.mode if newest is None or newest.file_mode != mailbox.mode else newest.mode


def _shown(here: Site, mailbox: Mailbox, beats: Mapping[tuple[str, str], Heartbeat]) -> Shown:
    folders = []
    for name in mailbox.folders:
        beat = beats.get((mailbox.name, name))
        folders.append(Folder(name, beat, None if beat is None else beat.lag_seconds(here.now())))
    return Shown(mailbox, mode_in_force(here, mailbox), folders)
