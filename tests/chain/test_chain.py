"""From the sender's Postfix to the mailbox and through `vigie scan`: the real mail is proven, the false one never."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.chain import letters
from tests.chain.world import BORDER, CHECKED, FILTERED, FORWARDED, LIST_IP, STOCK, Judged, World
from vigie.scanner.settings import AccountSettings

FORGED = (
    f"Authentication-Results: {BORDER}; spf=pass smtp.mailfrom=retour@info.ameli.fr; dkim=pass header.d=info.ameli.fr;\r\n"
    " dmarc=pass header.from=info.ameli.fr\r\n"
    f"Received-SPF: pass ({BORDER}: 198.51.100.66 is allowed) receiver={BORDER}; client-ip=198.51.100.66;\r\n"
    " envelope-from=retour@info.ameli.fr; helo=out25.info.ameli.fr\r\n"
).encode()
"""What a stranger puts on top, in our border's name."""
FORGED_PASSAGE = (
    FORGED
    + (
        f"Received: from out25.info.ameli.fr (out25.info.ameli.fr [203.0.113.25]) by {BORDER} (Postfix) with ESMTPS id 4F3C2\r\n"
        " for <camille.dumontel@demo.example>; Wed, 18 Nov 2026 06:41:12 +0100\r\n"
    ).encode()
)
"""The same, as if our border had let the real server in before."""

Letter = Callable[[World, AccountSettings, bytes], None]
"""Sends something to a mailbox; the bytes are the real mail as it was seen to leave the sender, signed."""


def _again(change: Callable[[bytes], bytes]) -> Letter:
    """The real mail, changed and sent again by a stranger."""
    return lambda world, account, signed: world.stranger(account, change(signed))


def _listed(world: World, account: AccountSettings, signed: bytes) -> None:
    world.stranger(
        account,
        letters.through_list(signed),
        client_ip=LIST_IP,
        sender="assures-bounces@listes.example",
        helo="listes.example",
    )


SENT: dict[str, Letter] = {
    "real": lambda world, account, _: world.official(account, letters.genuine()),
    "verified": lambda world, account, _: world.official(account, letters.genuine(), to=CHECKED),
    "forwarded": lambda world, account, _: world.official(account, letters.genuine(), to=FORWARDED),
    "null-path": lambda world, account, _: world.official(account, letters.genuine(), sender=""),
    "stock-headers": lambda world, account, _: world.official(account, letters.genuine(), selector=STOCK),
    "list": _listed,
    "spoof": lambda world, account, _: world.stranger(account, letters.spoof()),
    "spoof-null-path": lambda world, account, _: world.stranger(account, letters.spoof(), sender=""),
    "spoof-forged-results": lambda world, account, _: world.stranger(account, FORGED + letters.spoof()),
    "forged-results": lambda world, account, _: world.stranger(account, FORGED + letters.genuine()),
    "forged-passage": lambda world, account, _: world.stranger(account, FORGED_PASSAGE + letters.genuine()),
    "forged-results-removed": lambda world, account, _: world.stranger(
        account, FORGED + letters.genuine(), to=FILTERED
    ),
    "filtered": lambda world, account, _: world.official(account, letters.genuine(), to=FILTERED),
    "spoof-filtered": lambda world, account, _: world.stranger(account, letters.spoof(), to=FILTERED),
    "second-subject": _again(lambda raw: letters.with_second(raw, b"Subject: Remboursement en attente")),
    "second-from": _again(lambda raw: letters.with_second(raw, b"From: Conseiller <conseiller@example.com>")),
    "same-from-twice": _again(lambda raw: letters.with_second(raw, f"From: {letters.AUTHOR}".encode())),
    "body-changed": _again(letters.with_link),
    "quoted-local-part": lambda world, account, _: world.stranger(
        account, letters.genuine(), sender='"retour@info.ameli.fr x"@evil.example'
    ),
    "quoted-spf-domain": lambda world, account, _: world.stranger(
        account, letters.genuine(), sender='"a b"@info.ameli.fr'
    ),
    "utf8-envelope": lambda world, account, _: world.stranger(account, letters.genuine(), sender="relevé@evil.example"),
    "route-in-envelope": lambda world, account, _: world.stranger(
        account, letters.genuine(), sender="@info.ameli.fr,@a.example:retour@evil.example"
    ),
}

EXPECTED = {
    "real": "genuine",
    "verified": "genuine",
    "filtered": "genuine",
    "forwarded": "genuine",
    "null-path": "genuine",
    "list": "suspicious",
    "spoof": "impersonation",
    "spoof-null-path": "impersonation",
    "spoof-forged-results": "impersonation",
    "spoof-filtered": "impersonation",
    "forged-results": "impersonation",
    "body-changed": "impersonation",
}
PROVEN = ("real", "verified", "filtered", "forwarded", "null-path")


@pytest.fixture(scope="module")
def seen(world, tmp_path_factory) -> dict[str, Judged]:
    """Every mail of SENT after one `vigie scan` in enforce mode, by name."""
    source = world.account("source")
    world.official(source, letters.genuine(html=False))
    signed = letters.sent(world.arrived(source))
    accounts = {name: world.account(name) for name in SENT}
    for name, letter in SENT.items():
        letter(world, accounts[name], signed)
    before = {name: world.arrived(account) for name, account in accounts.items()}
    folder = tmp_path_factory.mktemp("chain")
    world.configure(folder, list(accounts.values()), f'authserv_ids = ["{BORDER}"]')
    found = world.scan(folder, list(accounts.values()))
    judged = {name: found[account.name] for name, account in accounts.items()}
    assert {name: one.raw for name, one in judged.items()} == before
    return judged


@pytest.mark.parametrize(("name", "verdict"), EXPECTED.items())
def test_verdict(seen, name, verdict):
    assert seen[name].verdict == verdict, seen[name].case


@pytest.mark.parametrize("name", sorted(set(SENT) - set(PROVEN)))
def test_nothing_else_is_genuine(seen, name):
    assert seen[name].verdict != "genuine", seen[name].case
    assert not seen[name].authentication["complete"]


def test_what_is_proven_is_not_touched(seen):
    for name in PROVEN:
        assert (seen[name].folder, seen[name].flags) == ("INBOX", (b"\\Recent",)), name


def test_only_what_is_false_is_moved(seen):
    moved = {name for name, one in seen.items() if one.folder == "Quarantaine"}
    assert moved == {name for name, one in seen.items() if one.verdict == "impersonation"}
    assert all({b"$Phishing", b"$Junk"} <= set(seen[name].flags) for name in moved)


def test_real_mail_passes_everything_and_says_where_it_comes_from(seen):
    found = seen["real"].authentication
    assert (found["spf"]["status"], found["spf"]["domain"]) == ("pass", "info.ameli.fr")
    assert found["spf"]["provenance"] == "computed"
    assert [(one["status"], one["domain"]) for one in found["dkim"]] == [("pass", "info.ameli.fr")]
    assert (found["dmarc"]["status"], found["dmarc"]["policy"]) == ("pass", "reject")
    assert (found["authenticated_domain"], found["obstacles"]) == ("info.ameli.fr", [])


def test_forwarder_breaks_spf_and_leaves_the_signature(seen):
    found = seen["forwarded"].authentication
    assert (found["spf"]["status"], found["dkim"][0]["status"], found["dmarc"]["status"]) == ("fail", "pass", "pass")


def test_null_reverse_path_is_judged_by_helo(seen):
    real, false = seen["null-path"].authentication["spf"], seen["spoof-null-path"].authentication["spf"]
    assert (real["status"], real["domain"]) == ("pass", "out25.info.ameli.fr")
    assert (false["status"], false["domain"]) == ("fail", "out25.info.ameli.fr")


def test_list_is_tagged_never_moved(seen):
    assert seen["list"].record.decided_by == 5
    assert (seen["list"].folder, b"VigieSuspect" in seen["list"].flags) == ("INBOX", True)


def test_spoof_fails_spf_and_has_no_signature(seen):
    found = seen["spoof"].authentication
    assert (found["spf"]["status"], found["dkim"], found["dmarc"]["status"]) == ("fail", [], "fail")


def test_fields_that_opendkim_leaves_unsigned_keep_the_proof_open(seen):
    """OpenDKIM signs neither Content-Type nor MIME-Version unless it is told to: who reads what is then open (S-24)."""
    found = seen["stock-headers"]
    assert [one["status"] for one in found.authentication["dkim"]] == ["pass"]
    assert any("content-type" in obstacle for obstacle in found.authentication["obstacles"])
    assert (found.verdict, found.folder) == ("undecided", "INBOX")


@pytest.mark.parametrize("name", ["forged-results", "forged-passage", "spoof-forged-results"])
def test_results_forged_in_our_name_are_a_finding_and_are_not_believed(seen, name):
    raw = seen[name].raw
    assert raw.index(f"by {BORDER} (Postfix)".encode()) < raw.index(b"Authentication-Results:")
    assert "results-forged" in seen[name].rules
    assert seen[name].status("spf") == "fail"
    assert seen[name].status("dmarc") == "fail"


def test_a_border_that_removes_forged_results_leaves_nothing_to_accuse_of(seen):
    assert b"dmarc=pass" not in seen["forged-results-removed"].raw
    assert seen["forged-results-removed"].status("dmarc") == "fail"


@pytest.mark.parametrize("name", ["verified", "filtered"])
def test_the_border_writes_its_results_above_its_received_field(seen, name):
    raw = seen[name].raw
    assert raw.index(b"Authentication-Results: mx.demo.example;") < raw.index(b"(Postfix)")
    assert "results-forged" not in seen[name].rules


@pytest.mark.parametrize("name", ["second-subject", "second-from", "same-from-twice", "body-changed"])
def test_replay_with_a_change_is_not_proven(seen, name):
    assert [one["status"] for one in seen[name].authentication["dkim"]] == ["fail"]
    assert seen[name].authentication["authenticated_domain"] is None


@pytest.mark.parametrize("name", ["quoted-local-part", "quoted-spf-domain", "utf8-envelope", "route-in-envelope"])
def test_odd_envelopes_prove_nothing(seen, name):
    assert seen[name].status("spf") != "pass"
    assert seen[name].status("dmarc") != "pass"
