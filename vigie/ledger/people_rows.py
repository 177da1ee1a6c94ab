"""People, their sessions and invitations as rows: statements on an open connection. `people.People` is the door."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, exists, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import instant, instant_text, storable
from vigie.ledger.people_schema import (
    INVITATIONS,
    KNOWN_BROWSERS,
    OIDC_LINKS,
    RECOVERY_CODES,
    REFUSED_SIGN_INS,
    SESSIONS,
    USERS,
)
from vigie.ledger.people_types import By, Invitation, Rights, Role, Session, User, may_change
from vigie.ledger.review_types import Scope

LONGEST_AGENT = 200


def hashed(token: str) -> str:
    """What is kept of a token of 256 random bits: nothing leads back, and no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


# -- users -----------------------------------------------------------------------------------------------------------


def add_user(connection: Connection, user: User) -> bool:
    """False where somebody has that name."""
    row = {
        "id": user.id,
        "name": storable(user.name),
        "folded": storable(user.name).casefold(),
        **_rights_columns(user.rights),
        "language": user.language,
        "created_at": instant_text(user.created_at),
        "password": user.password,
        "address": storable(user.address),
    }
    done = connection.execute(insert(USERS).values(row).on_conflict_do_nothing(index_elements=("folded",)))
    return done.rowcount == 1


def user(connection: Connection, user_id: str) -> User | None:
    """By id."""
    row = connection.execute(_users().where(USERS.c.id == user_id)).first()
    return None if row is None else _user(row)


def named(connection: Connection, name: str) -> User | None:
    """By name, whatever the case of its letters."""
    row = connection.execute(_users().where(USERS.c.folded == storable(name).casefold())).first()
    return None if row is None else _user(row)


def users(connection: Connection) -> Sequence[User]:
    """All, by name."""
    return [_user(row) for row in connection.execute(_users().order_by(USERS.c.folded))]


def wanting_digests(connection: Connection) -> Sequence[User]:
    """Those who may sign in and have said where to."""
    query = _users().where(USERS.c.disabled == 0, USERS.c.address != "").order_by(USERS.c.folded)
    return [_user(row) for row in connection.execute(query)]


def change_user(connection: Connection, user_id: str, **columns: object) -> None:
    """Sets these columns."""
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(columns))


def set_rights(connection: Connection, user_id: str, rights: Rights) -> None:
    """From now on."""
    change_user(connection, user_id, **_rights_columns(rights))


def remove_user(connection: Connection, user_id: str) -> None:
    """With sessions, links, invitations and whatever else is hers."""
    connection.execute(delete(USERS).where(USERS.c.id == user_id))


def full_admins(connection: Connection) -> int:
    """How many can sign in and may do everything."""
    query = select(func.count()).where(
        USERS.c.role == Role.ADMIN.value, USERS.c.accounts.is_(None), USERS.c.disabled == 0
    )
    return int(connection.execute(query).scalar_one())


def use_totp(connection: Connection, user_id: str, counter: int) -> bool:
    """False where that code, or a later one, was used before."""
    done = connection.execute(
        update(USERS).where(USERS.c.id == user_id, USERS.c.totp_used < counter).values(totp_used=counter)
    )
    return done.rowcount == 1


def set_recovery_codes(connection: Connection, user_id: str, codes: Sequence[str]) -> None:
    """Instead of those of before."""
    connection.execute(delete(RECOVERY_CODES).where(RECOVERY_CODES.c.user_id == user_id))
    if codes:
        rows = [{"user_id": user_id, "hash": hashed(f"{user_id} {code}")} for code in codes]
        connection.execute(insert(RECOVERY_CODES), rows)


def use_recovery_code(connection: Connection, user_id: str, code: str) -> bool:
    """True once for each code."""
    done = connection.execute(
        delete(RECOVERY_CODES).where(
            RECOVERY_CODES.c.user_id == user_id, RECOVERY_CODES.c.hash == hashed(f"{user_id} {code}")
        )
    )
    return done.rowcount == 1


# -- the identity provider -------------------------------------------------------------------------------------------


def linked(connection: Connection, issuer: str, subject: str) -> User | None:
    """Who that is here."""
    query = (
        _users()
        .join(OIDC_LINKS, OIDC_LINKS.c.user_id == USERS.c.id)
        .where(OIDC_LINKS.c.issuer == issuer, OIDC_LINKS.c.subject == subject)
    )
    row = connection.execute(query).first()
    return None if row is None else _user(row)


def link(connection: Connection, issuer: str, subject: str, user_id: str) -> None:
    """From now on."""
    connection.execute(insert(OIDC_LINKS).values(issuer=issuer, subject=subject, user_id=user_id))


# -- sessions --------------------------------------------------------------------------------------------------------


def begin_session(connection: Connection, session: Session, token: str) -> None:
    """Writes it."""
    connection.execute(
        insert(SESSIONS).values(
            id=session.id,
            token=hashed(token),
            user_id=session.user_id,
            began_at=instant_text(session.began_at),
            seen_at=instant_text(session.seen_at),
            agent=storable(session.agent)[:LONGEST_AGENT],
        )
    )


def session(
    connection: Connection, token: str, *, began_after: datetime, seen_after: datetime
) -> tuple[User, Session] | None:
    """The one of that token, unless it is too old or the person was disabled."""
    query = (
        _users()
        .add_columns(*(column.label(f"session_{column.name}") for column in SESSIONS.c))
        .join(SESSIONS, SESSIONS.c.user_id == USERS.c.id)
        .where(
            SESSIONS.c.token == hashed(token),
            SESSIONS.c.began_at > instant_text(began_after),
            SESSIONS.c.seen_at > instant_text(seen_after),
            USERS.c.disabled == 0,
        )
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    found = Session(
        row.session_id,
        row.session_user_id,
        instant(row.session_began_at),
        instant(row.session_seen_at),
        row.session_agent,
    )
    return _user(row), found


def see(connection: Connection, session_id: str, at: datetime) -> None:
    """It was used."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(seen_at=instant_text(at)))


def sessions(connection: Connection, user_id: str) -> Sequence[Session]:
    """Those of one person, the one that was used last first."""
    query = select(SESSIONS).where(SESSIONS.c.user_id == user_id).order_by(SESSIONS.c.seen_at.desc())
    return [
        Session(row.id, row.user_id, instant(row.began_at), instant(row.seen_at), row.agent)
        for row in connection.execute(query)
    ]


def end_session(connection: Connection, *, token: str) -> None:
    """The one of that token."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token == hashed(token)))


def end_sessions(connection: Connection, user_id: str, *, only: str | None = None, but: str | None = None) -> int:
    """All of one person, or one, or all but one; gives how many."""
    wanted = delete(SESSIONS).where(SESSIONS.c.user_id == user_id)
    if only is not None:
        wanted = wanted.where(SESSIONS.c.id == only)
    if but is not None:
        wanted = wanted.where(SESSIONS.c.id != but)
    return connection.execute(wanted).rowcount


# -- invitations -----------------------------------------------------------------------------------------------------


def invite(connection: Connection, invitation: Invitation, token: str) -> None:
    """Writes it."""
    connection.execute(
        insert(INVITATIONS).values(
            id=invitation.id,
            token=hashed(token),
            **_rights_columns(invitation.rights),
            by=storable(invitation.by),
            created_at=instant_text(invitation.created_at),
            ends_at=instant_text(invitation.ends_at),
            user_id=invitation.user_id,
            note=storable(invitation.note),
        )
    )


def invitation(connection: Connection, token: str, now: datetime) -> Invitation | None:
    """The one of that link, while it is good."""
    query = select(INVITATIONS).where(INVITATIONS.c.token == hashed(token), INVITATIONS.c.ends_at > instant_text(now))
    row = connection.execute(query).first()
    return None if row is None else _invitation(row)


def invitations(connection: Connection, now: datetime) -> Sequence[Invitation]:
    """Those that are good, newest first."""
    query = select(INVITATIONS).where(INVITATIONS.c.ends_at > instant_text(now))
    return [_invitation(row) for row in connection.execute(query.order_by(INVITATIONS.c.created_at.desc()))]


def remove_invitation(connection: Connection, invitation_id: str) -> bool:
    """Used or withdrawn; False where it was already."""
    return connection.execute(delete(INVITATIONS).where(INVITATIONS.c.id == invitation_id)).rowcount == 1


def remove_invitations_for(connection: Connection, user_id: str) -> None:
    """Whatever would give that person a new password."""
    connection.execute(delete(INVITATIONS).where(INVITATIONS.c.user_id == user_id))


def remove_invitations_beyond(connection: Connection, who: str, rights: Rights | None) -> None:
    """Links that this person has made and could make no more: she would come in again by them, under another name."""
    made = connection.execute(select(INVITATIONS).where(INVITATIONS.c.by == storable(who)))
    gone = [one.id for one in map(_invitation, made) if rights is None or not may_change(By(who, rights), one.rights)]
    connection.execute(delete(INVITATIONS).where(INVITATIONS.c.id.in_(gone)))


# -- refused sign-ins ------------------------------------------------------------------------------------------------


def refused(connection: Connection, counted: str, since: datetime) -> int:
    """How many were refused since."""
    query = select(func.count()).where(
        REFUSED_SIGN_INS.c.counted == counted, REFUSED_SIGN_INS.c.at > instant_text(since)
    )
    return int(connection.execute(query).scalar_one())


def count_refused(connection: Connection, counted: Sequence[str], at: datetime) -> None:
    """One more for each."""
    connection.execute(insert(REFUSED_SIGN_INS), [{"counted": key, "at": instant_text(at)} for key in counted])


def uncount_refused(connection: Connection, counted: str, at: datetime) -> None:
    """One less, of those of that instant."""
    row: ColumnElement[int] = literal_column("rowid")
    same = (REFUSED_SIGN_INS.c.counted == counted, REFUSED_SIGN_INS.c.at == instant_text(at))
    one = select(row).select_from(REFUSED_SIGN_INS).where(*same).limit(1).scalar_subquery()
    connection.execute(delete(REFUSED_SIGN_INS).where(row == one))


def forget_refused(connection: Connection, counted: Sequence[str]) -> None:
    """As if there had been none."""
    connection.execute(delete(REFUSED_SIGN_INS).where(REFUSED_SIGN_INS.c.counted.in_(counted)))


def knows_browser(connection: Connection, token: str, user_id: str) -> bool:
    """She signed in there before."""
    query = select(exists().where(KNOWN_BROWSERS.c.token == hashed(token), KNOWN_BROWSERS.c.user_id == user_id))
    return bool(connection.execute(query).scalar_one())


def know_browser(connection: Connection, token: str, user_id: str, at: datetime) -> None:
    """From now on."""
    row = {"token": hashed(token), "user_id": user_id, "at": instant_text(at)}
    new = insert(KNOWN_BROWSERS).values(row)
    connection.execute(new.on_conflict_do_update(index_elements=("token", "user_id"), set_={"at": row["at"]}))


def forget_browsers(connection: Connection, user_id: str) -> None:
    """Whoever knew the old password signed in somewhere: he loses the count of his own."""
    connection.execute(delete(KNOWN_BROWSERS).where(KNOWN_BROWSERS.c.user_id == user_id))


def clear(connection: Connection, *, refused_before: datetime, known_before: datetime, seen_before: datetime) -> None:
    """What is over: addresses of refused sign-ins above all, which are personal data."""
    connection.execute(delete(REFUSED_SIGN_INS).where(REFUSED_SIGN_INS.c.at <= instant_text(refused_before)))
    connection.execute(delete(KNOWN_BROWSERS).where(KNOWN_BROWSERS.c.at <= instant_text(known_before)))
    connection.execute(delete(SESSIONS).where(SESSIONS.c.seen_at <= instant_text(seen_before)))
    connection.execute(delete(INVITATIONS).where(INVITATIONS.c.ends_at <= instant_text(seen_before)))


# -- columns ---------------------------------------------------------------------------------------------------------


def _users() -> Select[Any]:
    links = OIDC_LINKS.alias()  # a query may look into the links for something else beside
    return select(*USERS.c, exists().where(links.c.user_id == USERS.c.id).label("linked")).select_from(USERS)


def _rights_columns(rights: Rights) -> dict[str, str | None]:
    scope = None if rights.accounts is None else json.dumps(sorted(map(storable, rights.accounts)), ensure_ascii=False)
    return {"role": rights.role.value, "accounts": scope}


def _rights(row: Row[Any]) -> Rights:
    scope: Scope = None if row.accounts is None else frozenset(json.loads(row.accounts))
    return Rights(Role(row.role), scope)


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        name=row.name,
        rights=_rights(row),
        language=row.language,
        created_at=instant(row.created_at),
        disabled=bool(row.disabled),
        password=row.password,
        totp=row.totp,
        linked=bool(row.linked),
        address=row.address,
    )


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        rights=_rights(row),
        by=row.by,
        created_at=instant(row.created_at),
        ends_at=instant(row.ends_at),
        user_id=row.user_id,
        note=row.note,
    )
