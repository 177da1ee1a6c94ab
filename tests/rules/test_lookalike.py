"""Names that imitate the brand's, and names that do not."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from tests.counting import lines
from tests.effort import often
from tests.rules.building import AMELI
from vigie.message import fold
from vigie.message.fold import to_alabel
from vigie.rules import hostwords, lookalike
from vigie.rules.lookalike import Grade, _nearly_in, likeness, registrable

INNOCENT = (Path(__file__).parent / "innocent_hosts.txt").read_text(encoding="utf-8").split()
# The ordinary word of a country's insurers, and words one letter away: a sign only where the text claims the brand.
ARGUABLE = {
    "assurance-maladie.ch", "assurancemaladie.ch", "comparateur-assurance-maladie.ch", "assurance-maladie-suisse.ch", "ameli-rose.com",
    "vitale-assurances.example.it", "artevitale.it", "cartavitale.it", "amelie-sante.fr", "centrevitalsante.be", "elan-vital-sante.fr",
    "vital-sante-bio.com", "vital-sante-nature.fr",
}  # fmt: skip

CERTAIN = """
ameli.com ameli.click ameli-secure.fr ameli-2026.fr ameligouv.fr espace-ameli.com amelifr.dns.army
ameli-renouvellement.fr infoameli.fr assurcpameli.com
ame1i.fr ameii-assurance-maladie.com arneli-compte.fr xn--amli-sant-c4ah.fr cartevitale.click carte-vitale-2026.com
carte.vitale.zip cart-vitale-ameli.fr
macarte-vitale.fr cartevitaie.fr assurance-maladie.support assurancemaladie.app assurance.maladie.help
caisse-primaire-dassurance-maladie.fr
monespacesante-client.fr mon-espace-sante-enligne.fr cpam-remboursement.fr secu-franceconnect-ameli.fr
remboursement.assure.ameli.fr.evil.example
assure.ameli.fr.evil.example www.ameli.fr-dossier.example ameli-fr.v6.rocks ameli.netlify.app
""".split()
SOME = """
sante-vitale.info monnespacesante.fr ame.li amelii-fr.dns.army ameli-frssoaiue.v6.navy
support-vitale.com
""".split()


@pytest.mark.parametrize("host", CERTAIN)
def test_imitations(host):
    assert likeness(to_alabel(host), AMELI).grade is Grade.CERTAIN


@pytest.mark.parametrize("host", SOME)
def test_imitations_that_others_might_use(host):
    assert likeness(host, AMELI).grade is not Grade.NONE


def test_innocent_hosts():
    assert len(set(INNOCENT)) >= 3_000
    flagged = {host for host in INNOCENT if likeness(to_alabel(host), AMELI).grade is not Grade.NONE}
    assert flagged == ARGUABLE


def test_arguable_hosts_claim_nothing():
    assert not {host for host in ARGUABLE if likeness(to_alabel(host), AMELI).grade is Grade.CERTAIN}


@pytest.mark.parametrize("item", AMELI.hosts, ids=lambda item: item.host)
def test_official_hosts_imitate_nothing_and_are_no_suffix_of_others(item):
    assert likeness(item.host, AMELI).grade is Grade.NONE
    assert AMELI.official_host(item.host)
    assert not AMELI.official_host(item.host + ".evil.example")
    assert not AMELI.official_host("x" + item.host)


@given(st.text(max_size=80))
@settings(max_examples=often(80, 200), deadline=None)
def test_any_text_has_a_likeness(text):
    likeness(text, AMELI)
    registrable(text)


@given(st.text(alphabet="ameli-.vtcrns10", max_size=253))
@settings(max_examples=often(120, 300))
def test_near_hosts_have_a_likeness(text):
    likeness(text, AMELI)


@pytest.mark.parametrize("host", ["lignevitale.ca", "urgencevitale.org", "monespacesanteetbienetre.example"])
def test_a_name_that_others_have_a_reason_for_is_never_decisive(host):
    assert likeness(host, AMELI).grade < Grade.CERTAIN


def _slid(stem: str, run: str) -> bool:
    """What `_nearly_in` says, by looking at every piece."""
    for start in range(max(0, len(run) - len(stem) + 2)):
        for piece in (
            run[start : start + length]
            for length in (len(stem) - 1, len(stem), len(stem) + 1)
            if start + length <= len(run)
        ):
            anchored = piece[:2] == stem[:2] or piece[-3:] == stem[-3:]
            if anchored and DamerauLevenshtein.distance(piece, stem) <= 1:
                return True
    return False


@given(
    st.text(alphabet="cartevil", max_size=40),
    st.integers(0, 12),
    st.sampled_from(("cartevitale", "", "cartvitale", "xartevitale", "cartevital")),
)
@settings(max_examples=often(200, 500), deadline=None)
def test_errors_are_found_wherever_they_stand(run, at, piece):
    text = run[:at] + piece + run[at:]
    assert _nearly_in("cartevitale", text) == (len(text) >= 10 and _slid("cartevitale", text))


@given(
    st.lists(
        st.sampled_from(("www", "info", "evil", *AMELI.hosts[0].host.split("."), "x")), min_size=1, max_size=5
    ).map(".".join)
)
def test_a_host_is_official_by_whole_labels(host):
    listed = any(
        host == item.host or (item.subdomains and host.endswith("." + item.host)) for item in AMELI.hosts + AMELI.places
    )
    assert AMELI.official_host(host) == listed


LINES_A_HOST = 6_000


@pytest.mark.parametrize("host", ["{}" * 2, "ca.rte" * 20, "abc." * 55, "-".join(["vita"] * 40)])
def test_a_thousand_hosts_cost_little(host):
    """Counted, not timed: the longest name costs as much as so many lines, whatever it is made of."""
    likeness("warm.example", AMELI)
    work = lines(
        lambda: [likeness(f"{host}{number}.example", AMELI) for number in range(8)], lookalike, hostwords, fold
    )
    assert work < 8 * LINES_A_HOST
