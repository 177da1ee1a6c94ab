"""Who may change whom: the rules, whatever is tried in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigie.ledger.people import Newcomer, new_id
from vigie.ledger.people_types import ALL_RIGHTS, By, Invitation, Rights, Role, Told, User, may_change
from vigie.ledger.store import Ledger

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOT = By("cli:root", ALL_RIGHTS)
SCOPES = st.none() | st.frozensets(st.sampled_from(("a", "b", "c")), max_size=3)
RIGHTS = st.builds(Rights, st.sampled_from(Role), SCOPES)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{tmp_path_factory.mktemp('people') / 'vigie.db'}") as opened:
        yield opened


def add(ledger: Ledger, name: str, rights: Rights = ALL_RIGHTS) -> User:
    user = User(new_id(), name, rights, "fr", NOON, password="x")
    assert ledger.people.add(user, ROOT, at=NOON) is Told.DONE
    return user


@given(RIGHTS, RIGHTS, RIGHTS)
def test_whoever_may_give_rights_has_them(by: Rights, person: Rights, becomes: Rights) -> None:
    if may_change(By("x", by), person, becomes):
        assert by.role is Role.ADMIN
        for rights in (person, becomes):
            assert by.role.includes(rights.role)
            for account in "abcd":
                assert by.sees(account) or not rights.sees(account)


@given(RIGHTS, RIGHTS, RIGHTS)
def test_covering_is_an_order(first: Rights, second: Rights, third: Rights) -> None:
    assert first.covers(first)
    if first.covers(second) and second.covers(third):
        assert first.covers(third)
    if first.covers(second) and second.covers(first):
        assert first == second


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(("rights", "disable", "enable", "remove")), st.integers(0, 2), RIGHTS
        ),
        max_size=8,
    )
)
def test_somebody_always_administers_everything(ledger: Ledger, steps: list[tuple[int, str, int, Rights]]) -> None:
    """Whatever admins do to each other: one who may do everything, and can sign in, is left."""
    for user in ledger.people.users(ROOT):
        ledger.people.end_sessions(user.id, ROOT, at=NOON)
    people = [add(ledger, f"{new_id()}") for _ in range(3)]
    for who, what, whom, rights in steps:
        actor, target = ledger.people.user(people[who].id), people[whom].id
        if actor is None or actor.disabled:
            continue
        by = By(actor.name, actor.rights)
        if what == "rights":
            ledger.people.change_rights(target, rights, by, at=NOON)
        elif what == "remove":
            ledger.people.remove(target, by, at=NOON)
        else:
            ledger.people.set_disabled(target, by, disabled=what == "disable", at=NOON)
    left = [user for user in ledger.people.users(ROOT) if user.rights == ALL_RIGHTS and not user.disabled]
    assert left
    for user in ledger.people.users(ROOT):
        ledger.people.remove(user.id, ROOT, at=NOON)


def test_the_last_admin_stays(tmp_path: Path) -> None:
    with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}") as ledger:
        only = add(ledger, "Marie")
        assert ledger.people.remove(only.id, ROOT, at=NOON) is Told.LAST_ADMIN
        assert ledger.people.set_disabled(only.id, ROOT, disabled=True, at=NOON) is Told.LAST_ADMIN
        for rights in (Rights(Role.REVIEWER, None), Rights(Role.ADMIN, frozenset({"a"}))):
            assert ledger.people.change_rights(only.id, rights, ROOT, at=NOON) is Told.LAST_ADMIN
        add(ledger, "Paul")
        assert ledger.people.remove(only.id, ROOT, at=NOON) is Told.DONE
        assert ledger.audit_verified().breaks == []


def invite(ledger: Ledger, token: str, by: By = ROOT, **changes: object) -> Told:
    told = {"rights": Rights(Role.REVIEWER, frozenset({"a"})), "ends_at": NOON + timedelta(hours=1)} | changes
    invitation = Invitation(new_id(), by=by.who, created_at=NOON, **told)  # type: ignore[arg-type]  # by name
    return ledger.people.invite(invitation, token, by)


def test_a_link_works_once_and_not_for_ever(ledger: Ledger) -> None:
    token = "t" * 43
    assert invite(ledger, token) is Told.DONE
    newcomer = Newcomer("Nouvelle", "fr", "hash")
    assert ledger.people.invitation(token, at=NOON + timedelta(hours=1)) is None
    assert ledger.people.accept(token, newcomer, at=NOON + timedelta(hours=1)) is Told.UNKNOWN
    assert ledger.people.renew(token, "other", at=NOON) is Told.UNKNOWN
    user = ledger.people.accept(token, newcomer, at=NOON)
    assert isinstance(user, User)
    assert user.rights == Rights(Role.REVIEWER, frozenset({"a"}))
    assert ledger.people.accept(token, Newcomer("Autre", "fr", "hash"), at=NOON) is Told.UNKNOWN
    assert token.encode() not in ledger.path.read_bytes()


def test_a_taken_name_does_not_use_the_link_up(ledger: Ledger) -> None:
    add(ledger, "Émile")
    assert invite(ledger, "u" * 43) is Told.DONE
    assert ledger.people.accept("u" * 43, Newcomer("éMILE", "fr", "hash"), at=NOON) is Told.NAME_TAKEN
    assert isinstance(ledger.people.accept("u" * 43, Newcomer("Émilie", "fr", "hash"), at=NOON), User)


def test_nobody_invites_beyond_his_own_rights(ledger: Ledger) -> None:
    own = By("web:x", Rights(Role.ADMIN, frozenset({"a", "b"})))
    assert invite(ledger, "v" * 43, own) is Told.DONE
    for rights in (ALL_RIGHTS, Rights(Role.READER, None), Rights(Role.READER, frozenset({"c"}))):
        assert invite(ledger, new_id(), own, rights=rights) is Told.DENIED
    assert invite(ledger, new_id(), By("web:y", Rights(Role.REVIEWER, None))) is Told.DENIED
    above = add(ledger, "Directrice")
    assert (
        invite(ledger, new_id(), own, user_id=above.id, rights=own.rights) is Told.DENIED
    )  # her rights count, not these


def test_a_renewal_ends_sessions_factor_and_older_links(ledger: Ledger) -> None:
    user = add(ledger, "Oublieuse")
    ledger.people.begin_session(user, "w" * 43, agent="", at=NOON)
    ledger.people.set_totp(user, b"sealed", ("code",), counter=1, at=NOON)
    invite(ledger, "x" * 43, user_id=user.id)
    invite(ledger, "y" * 43, user_id=user.id)
    assert ledger.people.renew("x" * 43, "new", at=NOON) is Told.UNKNOWN
    renewed = ledger.people.renew("y" * 43, "new", at=NOON)
    assert isinstance(renewed, User)
    found = ledger.people.user(user.id)
    assert found is not None
    assert (found.password, found.totp) == ("new", None)
    assert not ledger.people.use_recovery_code(user, "code", at=NOON)
    hours = timedelta(hours=9)
    assert ledger.people.session("w" * 43, at=NOON, lasts=hours, idle=hours) is None


def test_a_disabled_person_has_no_session_and_no_link(ledger: Ledger) -> None:
    user, hours = add(ledger, "Partie"), timedelta(hours=9)
    ledger.people.begin_session(user, "z" * 43, agent="", at=NOON)
    invite(ledger, "0" * 43, user_id=user.id)
    assert ledger.people.set_disabled(user.id, ROOT, disabled=True, at=NOON) is Told.DONE
    assert ledger.people.session("z" * 43, at=NOON, lasts=hours, idle=hours) is None
    assert ledger.people.renew("0" * 43, "new", at=NOON) is Told.UNKNOWN
    assert invite(ledger, "1" * 43, user_id=user.id) is Told.UNKNOWN


@pytest.mark.parametrize("how", ["disabled", "removed", "less", "elsewhere"])
def test_who_loses_rights_keeps_no_way_back(ledger: Ledger, how: str) -> None:
    """W-12: an invitation made before, to be accepted under another name."""
    add(ledger, f"Restante {how}")
    leaver = add(ledger, f"Partante {how}")
    by, tokens = By(f"web:Partante {how}", ALL_RIGHTS), [f"{letter}{how:x<42}" for letter in "abc"]
    some = Rights(Role.READER, frozenset({"accueil"}))
    assert invite(ledger, tokens[0], by) is Told.DONE
    assert invite(ledger, tokens[1], by, rights=some) is Told.DONE
    assert invite(ledger, tokens[2]) is Told.DONE
    if how == "disabled":
        ledger.people.set_disabled(leaver.id, ROOT, disabled=True, at=NOON)
    elif how == "removed":
        ledger.people.remove(leaver.id, ROOT, at=NOON)
    else:
        wide = how == "less"
        rights = Rights(Role.REVIEWER, None) if wide else Rights(Role.ADMIN, frozenset({"accueil"}))
        ledger.people.change_rights(leaver.id, rights, ROOT, at=NOON)
    assert ledger.people.invitation(tokens[0], at=NOON) is None
    assert (ledger.people.invitation(tokens[1], at=NOON) is not None) == (how == "elsewhere")
    assert ledger.people.invitation(tokens[2], at=NOON) is not None


def test_a_new_password_forgets_the_browsers_of_whoever_knew_the_old_one(ledger: Ledger) -> None:
    """W-06: a browser that is known has its own count of tries."""
    user = add(ledger, "Volée")
    for change in ("own", "link"):
        ledger.people.know_browser("k" * 43, user.id, at=NOON)
        if change == "own":
            ledger.people.set_password(user, "new", at=NOON)
        else:
            invite(ledger, "d" * 43, user_id=user.id)
            ledger.people.renew("d" * 43, "newer", at=NOON)
        assert not ledger.people.knows_browser("k" * 43, user.id)
