"""Whose ground a link leads to, and what is said of links that only a scanner can read (C-28, C-45 to C-47)."""

from dataclasses import replace

import pytest

from tests.rules.building import evidence, findings, link, message, verdict
from vigie.auth_checks.types import Status
from vigie.message.types import Link, Message
from vigie.rules.hosting import KINDS, ground
from vigie.rules.types import Label, Strength

GROUNDS = [
    ("is.gd", "", "shortener"),
    ("bit.ly", "/3x", "shortener"),
    ("cutt.ly", "", "shortener"),
    ("tinyurl.com", "", "shortener"),
    ("t.co", "", "shortener"),
    ("lnkd.in", "", "shortener"),
    ("urlz.fr", "", "shortener"),
    ("abc.urlz.fr", "", "shortener"),
    ("sites.google.com", "/view/x", "free-hosting"),
    ("docs.google.com", "/forms/d/e/1", "free-hosting"),
    ("forms.office.com", "/r/x", "free-hosting"),
    ("monespacesante-fr.vercel.app", "", "free-hosting"),
    ("x.web.app", "", "free-hosting"),
    ("x.github.io", "", "free-hosting"),
    ("x.wixsite.com", "", "free-hosting"),
    ("x.weebly.com", "", "free-hosting"),
    ("x.webflow.io", "", "free-hosting"),
    ("x.v6.rocks", "", "free-hosting"),
    ("x.dynv6.net", "", "free-hosting"),
    ("x.duckdns.org", "", "free-hosting"),
    ("x.beget.tech", "", "free-hosting"),
    ("x1.mjt.lu", "/lnk/x", "counter"),
    ("u1.ct.sendgrid.net", "/ls/click", "counter"),
    ("exemple.us1.list-manage.com", "/track/click", "counter"),
    ("192.0.2.7", "", "address"),
    ("[2001:db8::1]", "", "address"),
    ("exemple.fr", "", ""),
    ("notbit.ly.exemple.fr", "", ""),
    ("xbit.ly", "", ""),
    ("google.com", "", ""),
    ("github.com", "", ""),
    ("adobe.com", "/fr", ""),
    ("adobe.com", "/spark/x", "free-hosting"),
    ("", "", ""),
]


@pytest.mark.parametrize(("host", "path", "kind"), GROUNDS)
def test_ground(host, path, kind):
    assert ground(host, path) == kind
    assert kind in {*KINDS, ""}


def claiming(link: Link | str) -> Message:
    """A mail that claims to be the brand's, with one link."""
    author = "Assurance Maladie <x@fraude.example>"
    return message(author, "Votre carte Vitale", "Votre compte ameli expire.", [link])


@pytest.mark.parametrize(
    ("target", "topic"),
    [
        ("https://is.gd/abc", "shortener"),
        ("https://docs.google.com/forms/d/e/1/viewform", "free-hosting"),
        ("https://x1.mjt.lu/lnk/x/1", "counter"),
        ("http://192.0.2.7/a", "address"),
        ("https://fraude.example/a", ""),
        ("https://is.gd/ameli.fr", "embedded"),
    ],
)
def test_the_finding_says_what_the_host_is(target, topic):
    found = findings(claiming(target), rule="link-outside")
    assert [(one.topic, one.strength) for one in found] == [(topic, Strength.STRONG)]


SCANNED = replace(link("https://protect-eu.mimecast.com/s/YP9X", "www.ameli.fr"), via="Mimecast")
SHOWN = replace(
    link("https://www.ameli.fr/assure", "ici"), via="Cisco", unwrapped_from="https://secure-web.cisco.com/1fCC/https%3A"
)
OFFICIAL = "Assurance Maladie <assurance-maladie@info.ameli.fr>"


@pytest.mark.parametrize("scanned", [SCANNED, SHOWN])
def test_a_link_that_only_a_scanner_can_read_is_a_weak_lure(scanned):
    mail = claiming(scanned)
    found = findings(mail, rule="link-outside")
    assert [(one.topic, one.strength) for one in found] == [("wrapped", Strength.WEAK)]
    assert not findings(mail, rule="link-disguised")
    assert verdict(mail).label is Label.IMPERSONATION  # a fraud can hide behind one


@pytest.mark.parametrize("scanned", [SCANNED, SHOWN])
def test_it_accuses_no_genuine_mail_that_the_scanner_has_changed(scanned):
    mail = message(
        OFFICIAL, "Information de paiement", "Bonjour, vous avez un nouveau message. L'Assurance Maladie", [scanned]
    )
    broken = evidence("info.ameli.fr", dmarc=Status.FAIL)
    assert verdict(mail, broken).label is Label.SUSPICIOUS  # row 8: tagged, never moved
    assert verdict(mail, evidence("info.ameli.fr", passes=True, complete=True)).label is Label.GENUINE


def test_what_its_address_shows_counts_all_the_same():
    outside = replace(
        link("https://fraude.example/x"), via="Cisco", unwrapped_from="https://secure-web.cisco.com/1/https%3A"
    )
    hinted = replace(SCANNED, other_hosts=("fraude.example",))
    for one in (outside, hinted):
        found = findings(claiming(one), rule="link-outside")
        assert [item.strength for item in found] == [Strength.STRONG]
