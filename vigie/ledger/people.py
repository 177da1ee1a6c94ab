"""Who may use the web pages, as `ledger.people`: one transaction a call, each change with its entry in the audit log.

Whoever changes something says who he is and with which rights (`By`): the rules hold here, whatever a page or a command forgets.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from vigie.ledger import audit
from vigie.ledger import people_rows as rows
from vigie.ledger.audit import What
from vigie.ledger.columns import storable
from vigie.ledger.database import Database
from vigie.ledger.people_types import ALL_RIGHTS, By, Invitation, Rights, Role, Session, Told, User, may_change

A_MINUTE: Final = timedelta(minutes=1)
KNOWN_FOR: Final = timedelta(days=180)
"""A browser is known that long after its last sign-in."""
LONGEST_SESSION: Final = timedelta(days=30)
"""What the settings allow at most: what is older is removed."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody says of himself when he accepts an invitation. Either a password's hash, or what a provider calls him."""

    name: str
    language: str
    password: str | None = None
    issuer: str = ""
    subject: str = ""


def new_id() -> str:
    """Short, opaque."""
    return secrets.token_hex(6)


class People:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- looking -----------------------------------------------------------------------------------------------------

    def user(self, user_id: str) -> User | None:
        """By id."""
        with self._database.reading() as connection:
            return rows.user(connection, user_id)

    def named(self, name: str) -> User | None:
        """By name, whatever the case of its letters."""
        with self._database.reading() as connection:
            return rows.named(connection, name)

    def users(self, by: By) -> Sequence[User]:
        """Those whose rights `by` may change, by name."""
        with self._database.reading() as connection:
            return [user for user in rows.users(connection) if may_change(by, user.rights)]

    def wanting_digests(self) -> Sequence[User]:
        """Those who may sign in and have said where the digest is to go."""
        with self._database.reading() as connection:
            return rows.wanting_digests(connection)

    def linked(self, issuer: str, subject: str) -> User | None:
        """Who that is here."""
        with self._database.reading() as connection:
            return rows.linked(connection, issuer, subject)

    def sessions(self, user_id: str) -> Sequence[Session]:
        """Those of one person, the one that was used last first."""
        with self._database.reading() as connection:
            return rows.sessions(connection, user_id)

    def invitation(self, token: str, *, at: datetime) -> Invitation | None:
        """The one of that link, while it is good."""
        with self._database.reading() as connection:
            return rows.invitation(connection, token, at)

    def invitations(self, by: By, *, at: datetime) -> Sequence[Invitation]:
        """Those that are good, and that `by` could have made; newest first."""
        with self._database.reading() as connection:
            return [one for one in rows.invitations(connection, at) if may_change(by, one.rights)]

    # -- sessions ----------------------------------------------------------------------------------------------------

    def session(self, token: str, *, at: datetime, lasts: timedelta, idle: timedelta) -> tuple[User, Session] | None:
        """Who is signed in with that token. `lasts`: since the sign-in; `idle`: since it was used."""
        with self._database.reading() as connection:
            found = rows.session(connection, token, began_after=at - lasts, seen_after=at - idle)
        if found is not None and at - found[1].seen_at >= A_MINUTE:
            with self._database.writing() as connection:
                rows.see(connection, found[1].id, at)
        return found

    def begin_session(self, user: User, token: str, *, agent: str, at: datetime, how: str = "password") -> None:
        """Somebody signed in. `how`: password, provider or invitation, for the audit log."""
        begun = Session(new_id(), user.id, at, at, agent)
        with self._database.writing() as connection:
            rows.clear(
                connection,
                refused_before=at - timedelta(days=1),
                known_before=at - KNOWN_FOR,
                seen_before=at - LONGEST_SESSION,
            )
            rows.begin_session(connection, begun, token)
            _note(connection, What.SIGN_IN, f"web:{user.name}", at, {"how": how})

    def end_session_of(self, token: str) -> None:
        """Somebody signed out; nothing happens where nobody was signed in."""
        with self._database.writing() as connection:
            rows.end_session(connection, token=token)

    def end_own_sessions(self, user: User, *, at: datetime, only: str | None = None, but: str | None = None) -> int:
        """Ends one's own sessions: all, one, or all but one."""
        with self._database.writing() as connection:
            ended = rows.end_sessions(connection, user.id, only=only, but=but)
            _about(connection, f"web:{user.name}", at, "sessions-ended", user)
            return ended

    # -- oneself -----------------------------------------------------------------------------------------------------

    def set_password(self, user: User, password: str, *, at: datetime, but: str | None = None) -> None:
        """One's own. Every session ends but `but`, and so does every link that would give another one."""
        with self._database.writing() as connection:
            rows.change_user(connection, user.id, password=password)
            rows.end_sessions(connection, user.id, but=but)
            rows.forget_browsers(connection, user.id)
            rows.remove_invitations_for(connection, user.id)
            _about(connection, f"web:{user.name}", at, "password", user)

    def rehash(self, user: User, password: str) -> None:
        """The same password, hashed as is usual today."""
        with self._database.writing() as connection:
            rows.change_user(connection, user.id, password=password)

    def set_totp(self, user: User, sealed: bytes | None, codes: Sequence[str], *, counter: int, at: datetime) -> None:
        """One's own second factor and its recovery codes; None removes both. `counter`: of the code that proved it."""
        with self._database.writing() as connection:
            rows.change_user(connection, user.id, totp=sealed, totp_used=counter)
            rows.set_recovery_codes(connection, user.id, codes)
            _about(connection, f"web:{user.name}", at, "second-factor-on" if sealed else "second-factor-off", user)

    def use_totp(self, user_id: str, counter: int) -> bool:
        """False where that code, or a later one, was used before (RFC 6238 section 5.2)."""
        with self._database.writing() as connection:
            return rows.use_totp(connection, user_id, counter)

    def use_recovery_code(self, user: User, code: str, *, at: datetime) -> bool:
        """True once for each code."""
        with self._database.writing() as connection:
            used = rows.use_recovery_code(connection, user.id, code)
            if used:
                _about(connection, f"web:{user.name}", at, "recovery-code", user)
            return used

    def set_language(self, user_id: str, language: str) -> None:
        """One's own."""
        with self._database.writing() as connection:
            rows.change_user(connection, user_id, language=language)

    def set_address(self, user: User, address: str, *, at: datetime) -> None:
        """Where she wants the digest; "": nowhere. The audit log says that it was changed, not to what."""
        with self._database.writing() as connection:
            rows.change_user(connection, user.id, address=storable(address))
            _about(connection, f"web:{user.name}", at, "digest-address" if address else "digest-off", user)

    # -- others ------------------------------------------------------------------------------------------------------

    def change_rights(self, user_id: str, rights: Rights, by: By, *, at: datetime) -> Told:
        """From her next click on."""
        with self._database.writing() as connection:
            user = rows.user(connection, user_id)
            if user is None:
                return Told.UNKNOWN
            if not may_change(by, user.rights, rights):
                return Told.DENIED
            if rights != ALL_RIGHTS and _is_last_admin(connection, user):
                return Told.LAST_ADMIN
            rows.set_rights(connection, user_id, rights)
            rows.remove_invitations_beyond(connection, f"web:{user.name}", rights)
            _about(connection, by.who, at, "rights", replace(user, rights=rights))
            return Told.DONE

    def set_disabled(self, user_id: str, by: By, *, disabled: bool, at: datetime) -> Told:
        """Disabled: no sign-in, and every session ends."""
        with self._database.writing() as connection:
            user = rows.user(connection, user_id)
            if user is None:
                return Told.UNKNOWN
            if not may_change(by, user.rights):
                return Told.DENIED
            if disabled and _is_last_admin(connection, user):
                return Told.LAST_ADMIN
            rows.change_user(connection, user_id, disabled=int(disabled))
            if disabled:
                rows.end_sessions(connection, user_id)
                rows.remove_invitations_for(connection, user_id)
                rows.remove_invitations_beyond(connection, f"web:{user.name}", None)
            _about(connection, by.who, at, "disabled" if disabled else "enabled", user)
            return Told.DONE

    def remove(self, user_id: str, by: By, *, at: datetime) -> Told:
        """Forgets her; the audit log keeps the name."""
        with self._database.writing() as connection:
            user = rows.user(connection, user_id)
            if user is None:
                return Told.UNKNOWN
            if not may_change(by, user.rights):
                return Told.DENIED
            if _is_last_admin(connection, user):
                return Told.LAST_ADMIN
            rows.remove_user(connection, user_id)
            rows.remove_invitations_beyond(connection, f"web:{user.name}", None)
            _about(connection, by.who, at, "removed", user)
            return Told.DONE

    def end_sessions(self, user_id: str, by: By, *, at: datetime) -> Told:
        """Everywhere."""
        with self._database.writing() as connection:
            user = rows.user(connection, user_id)
            if user is None:
                return Told.UNKNOWN
            if not may_change(by, user.rights):
                return Told.DENIED
            rows.end_sessions(connection, user_id)
            _about(connection, by.who, at, "sessions-ended", user)
            return Told.DONE

    # -- letting people in -------------------------------------------------------------------------------------------

    def add(self, user: User, by: By, *, at: datetime) -> Told:
        """Without an invitation: `vigie web create-admin`, and members of a group of the identity provider."""
        with self._database.writing() as connection:
            if not may_change(by, user.rights):
                return Told.DENIED
            if not rows.add_user(connection, user):
                return Told.NAME_TAKEN
            _about(connection, by.who, at, "added", user)
            return Told.DONE

    def invite(self, invitation: Invitation, token: str, by: By) -> Told:
        """Makes a link good: for a new account, or for a new password of one that there is."""
        with self._database.writing() as connection:
            person = rows.user(connection, invitation.user_id) if invitation.user_id is not None else None
            if invitation.user_id is not None:
                if person is None or person.disabled:
                    return Told.UNKNOWN
                rows.remove_invitations_for(connection, person.id)
                invitation = replace(invitation, rights=person.rights)
            if not may_change(by, invitation.rights):
                return Told.DENIED
            rows.invite(connection, replace(invitation, by=by.who), token)
            step, rights = ("invited" if person is None else "renewal"), invitation.rights
            detail = {"step": step, "role": rights.role.value, "accounts": _scope(rights)}
            told = detail | ({} if person is None else {"person": person.name})
            _note(connection, What.PEOPLE, by.who, invitation.created_at, told)
            return Told.DONE

    def withdraw(self, invitation_id: str, by: By, *, at: datetime) -> Told:
        """The link is good for nothing any more."""
        with self._database.writing() as connection:
            found = next((one for one in rows.invitations(connection, at) if one.id == invitation_id), None)
            if found is None:
                return Told.UNKNOWN
            if not may_change(by, found.rights):
                return Told.DENIED
            rows.remove_invitation(connection, invitation_id)
            _note(connection, What.PEOPLE, by.who, at, {"step": "invitation-withdrawn"})
            return Told.DONE

    def accept(self, token: str, newcomer: Newcomer, *, at: datetime) -> User | Told:
        """Uses an invitation up: a new account, in one transaction. UNKNOWN: it was used, withdrawn, or is over."""
        with self._database.writing() as connection:
            found = rows.invitation(connection, token, at)
            if found is None or found.user_id is not None:
                return Told.UNKNOWN
            user = User(new_id(), newcomer.name, found.rights, newcomer.language, at, password=newcomer.password)
            if not rows.add_user(connection, user):
                return Told.NAME_TAKEN
            if newcomer.issuer:
                rows.link(connection, newcomer.issuer, newcomer.subject, user.id)
            rows.remove_invitation(connection, found.id)
            _about(connection, f"web:{user.name}", at, "joined", user)
            return user

    def renew(self, token: str, password: str, *, at: datetime) -> User | Told:
        """Uses a link for a new password up. The second factor is gone with it, and every session."""
        with self._database.writing() as connection:
            found = rows.invitation(connection, token, at)
            user = rows.user(connection, found.user_id) if found is not None and found.user_id is not None else None
            if user is None or user.disabled:
                return Told.UNKNOWN
            rows.change_user(connection, user.id, password=password, totp=None)
            rows.set_recovery_codes(connection, user.id, ())
            rows.end_sessions(connection, user.id)
            rows.forget_browsers(connection, user.id)
            rows.remove_invitations_for(connection, user.id)
            _about(connection, f"web:{user.name}", at, "password-renewed", user)
            return user

    def admit(self, newcomer: Newcomer, rights: Rights, *, at: datetime) -> User | Told:
        """A member of a group of the identity provider: made, or given the rights that the group has now."""
        with self._database.writing() as connection:
            user = rows.linked(connection, newcomer.issuer, newcomer.subject)
            if user is None:
                user = User(new_id(), newcomer.name, rights, newcomer.language, at, linked=True)
                if not rows.add_user(connection, user):
                    return Told.NAME_TAKEN
                rows.link(connection, newcomer.issuer, newcomer.subject, user.id)
                _about(connection, "provider", at, "added", user)
            elif user.rights != rights:
                user = replace(user, rights=rights)
                rows.set_rights(connection, user.id, rights)
                rows.remove_invitations_beyond(connection, f"web:{user.name}", rights)
                _about(connection, "provider", at, "rights", user)
            return Told.DENIED if user.disabled else user

    # -- guessing ----------------------------------------------------------------------------------------------------

    def refused(self, counted: str, *, since: datetime) -> int:
        """How many sign-ins were refused since, of what is counted under that key."""
        with self._database.reading() as connection:
            return rows.refused(connection, counted, since)

    def count_refused(self, counted: Sequence[str], *, at: datetime) -> None:
        """One more for each key."""
        with self._database.writing() as connection:
            rows.count_refused(connection, counted, at)

    def count_try(self, counted: Sequence[tuple[str, int]], *, since: datetime, at: datetime) -> bool:
        """One more for each key; False, and nothing is counted, where one has reached its limit since. One transaction."""
        with self._database.writing() as connection:
            if any(rows.refused(connection, key, since) >= most for key, most in counted):
                return False
            rows.count_refused(connection, [key for key, _ in counted], at)
            return True

    def forget_try(self, counted: Sequence[str], *, at: datetime) -> None:
        """One less for each key, of those that were counted at that instant."""
        with self._database.writing() as connection:
            for key in counted:
                rows.uncount_refused(connection, key, at)

    def forget_refused(self, counted: Sequence[str]) -> None:
        """It was the right person after all."""
        with self._database.writing() as connection:
            rows.forget_refused(connection, counted)

    def note_guessing(self, name: str, *, at: datetime) -> None:
        """Somebody guesses at the password of that person."""
        with self._database.writing() as connection:
            _note(connection, What.SIGN_IN, "web", at, {"how": "refused", "person": name})

    def knows_browser(self, token: str, user_id: str) -> bool:
        """She signed in in that browser before."""
        with self._database.reading() as connection:
            return rows.knows_browser(connection, token, user_id)

    def know_browser(self, token: str, user_id: str, *, at: datetime) -> None:
        """From now on."""
        with self._database.writing() as connection:
            rows.know_browser(connection, token, user_id, at)


def _is_last_admin(connection: Connection, user: User) -> bool:
    """Without her nobody could let anybody in again."""
    return user.rights == ALL_RIGHTS and not user.disabled and rows.full_admins(connection) == 1


def _scope(rights: Rights) -> str:
    return "*" if rights.accounts is None else " ".join(sorted(rights.accounts))


def _about(connection: Connection, who: str, at: datetime, step: str, user: User) -> None:
    told = {"step": step, "person": user.name, "role": user.rights.role.value, "accounts": _scope(user.rights)}
    _note(connection, What.PEOPLE, who, at, told)


def _note(connection: Connection, what: What, who: str, at: datetime, detail: dict[str, str]) -> None:
    audit.append(connection, what, at=at, who=who, detail=detail)


__all__ = ["ALL_RIGHTS", "By", "Newcomer", "People", "Role", "Told", "new_id"]
