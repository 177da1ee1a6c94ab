"""The ledger as the person of a request may see it, and what the pages of the review have in common."""

from __future__ import annotations

from fastapi import HTTPException, Request

from vigie.ledger.desk import Desk
from vigie.ledger.review_types import ReviewCase
from vigie.web import site, words
from vigie.web.pages import language_of
from vigie.web.person import Person
from vigie.web.words import Words


def desk_of(request: Request, person: Person) -> Desk:
    """Her cases, in her name."""
    here = site.of(request)
    return here.ledger.desk(person.who, person.accounts, second_reviewer=here.settings.second_reviewer)


def words_of(request: Request) -> Words:
    """The words of the person's language."""
    return words.said(language_of(request))


def case_of(request: Request, person: Person, record_id: str) -> ReviewCase:
    """The case, or 404: that there is none and that she may not see it look the same (W-12)."""
    found = desk_of(request, person).case(record_id)
    if found is None:
        raise HTTPException(404)
    return found


def accounts_of(request: Request, person: Person) -> list[str]:
    """Names of the configured mailboxes that she sees."""
    return [mailbox.name for mailbox in site.of(request).mailboxes if person.sees(mailbox.name)]
