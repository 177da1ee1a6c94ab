"""Every pack passes its own samples, is sourced and dated; a bad file is refused in one line; a brand changes nothing for another."""

import tomllib
import warnings
from datetime import UTC, date, datetime
from email import message_from_bytes
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import often
from tests.rules.building import evidence, message
from vigie.message.fold import fold
from vigie.rules import brand, trials
from vigie.rules.brand import BrandError, Sample
from vigie.rules.judgement import SEVERITY, judge
from vigie.rules.lookalike import Grade, likeness
from vigie.rules.types import Label

PACKS = {name: brand.load(name) for name in brand.names()}
DEFAULT = (PACKS["ameli"], PACKS["franceconnect"])
SAMPLES = [(name, number) for name, pack in PACKS.items() for number in range(len(pack.samples))]
OWN = """
name = "lilas"
title = { fr = "la mutuelle des Lilas" }
owned_domains = ["lilas.example"]
senders = [{ address = "info@lilas.example", source = "its site", seen = 2026-11-22 }]
hosts = [{ host = "lilas.example", subdomains = true, source = "its site", seen = "2026-11" }]
claim = { names = ["mutuelle des lilas"], host_stems = ["mutuelledeslilas"] }

[[samples]]
kind = "genuine"
author = "Mutuelle des Lilas <info@lilas.example>"
subject = "Votre relevé"
body = "Bonjour,\\n\\nVotre relevé est prêt.\\n\\nLa Mutuelle des Lilas"
links = ["https://www.lilas.example/espace"]

[[samples]]
kind = "false"
author = "Mutuelle des Lilas <x@garage.example>"
subject = "Remboursement"
body = "Indiquez votre carte bancaire pour recevoir votre remboursement."
links = [["Recevoir", "https://garage.example/r"]]
"""


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_passes_its_own_samples(name):
    assert trials.refused(PACKS[name]) is None


@pytest.mark.parametrize("name", PACKS)
def test_every_fact_has_a_source_and_a_day(name):
    pack = PACKS[name]
    assert pack.name == name
    assert set(pack.title) >= {"fr", "en"}
    assert set(pack.advice) >= {"fr", "en"}
    assert pack.review is not None, "when somebody has to look through it again"
    today = datetime.now(UTC).date()
    for _, fact in pack.sourced():
        assert len(fact.source) >= 5
        assert date(2017, 1, 1) <= fact.seen <= today
    for denied in pack.facts:
        assert denied.expires is not None, denied.id
        assert set(denied.says) >= {"fr", "en"}, denied.id


@pytest.mark.parametrize("name", PACKS)
def test_old_facts_are_told_and_break_nothing(name):
    """The build of an old version must stay possible: a warning, never a failure (decision in docs/decisions.md)."""
    old = PACKS[name].expired(datetime.now(UTC).date())
    if old:
        warnings.warn(f"brands/{name}.toml: look at these facts again: {', '.join(old)}", stacklevel=1)


def test_a_fact_is_old_from_its_day_on():
    pack = PACKS["ameli"]
    first = min(fact.expires for fact in pack.facts if fact.expires)
    assert not pack.expired(date(2026, 11, 22))
    due = [item.id for item in pack.facts if item.expires == first]
    assert set(due) <= set(pack.expired(first))
    assert "3646" in pack.expired(date(2099, 1, 1))
    assert "dmp.fr" not in pack.expired(date(2099, 1, 1)), "historic hosts never change again"


@pytest.mark.parametrize("name", PACKS)
def test_words_are_in_the_form_that_is_compared(name):
    claim = PACKS[name].claim
    for phrase in chain(claim.names, claim.products, claim.not_names, claim.services, claim.subjects, claim.own_words):
        assert fold(phrase) == phrase


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_imitates_no_other(name):
    """What is one brand's own is no look-alike of another's: enabling it changes nothing for honest mail."""
    for other in PACKS.values():
        if other.name != name:
            for host in (*other.owned_domains, *(item.host for item in other.hosts)):
                assert likeness(host, PACKS[name]).grade is not Grade.CERTAIN, (other.name, host)


IMITATIONS = {
    "franceconnect": "login-franceconnect.com auth-franceconnect.com portail-franceconnect.fr monfranceconnect.fr franceconnect-gouv.fr",
    "impots": "impots-gouv.example remboursement-impots.example dgfip-finances.example impotsgouv-fr.example",
    "caf": "caf-allocataire.example mon-compte-caf.example caf-prime.example",
    "antai": "antai-amende.example amendes-gouv.fr antaii-gouv.example reglement-amendes-gouv.example",
    "laposte": "laposte-suivi.example colissimo-livraison.example suivi-colis-laposte.example chronopost-frais.example",
    "urssaf": "notre-urssaf.fr urssaf-gouv.fr urssaf-remboursement.example",
    "francetravail": "francetravail-actualisation.example france-travail.example pole-emploi-compte.example",
}
"""Hosts of facts sections 3.2 and 3.3, and others of the same make."""


@pytest.mark.parametrize(
    ("name", "host"), [(name, host) for name, hosts in IMITATIONS.items() for host in hosts.split()]
)
def test_what_imitates_a_brand_is_seen_as_its_imitation(name, host):
    assert likeness(host, PACKS[name]).grade is not Grade.NONE
    others = [pack.name for pack in PACKS.values() if pack.name != name and likeness(host, pack).grade is Grade.CERTAIN]
    assert not others


INNOCENT = """
laposte.net poste.it postecanada.example caffe-roma.example cafeteria.example decaf.example antaia.example antarctica.example
travail-emploi.gouv.fr francebleu.example impotsion.example composte.example urssar.example ville-amende.example
posters.example ameliorer-impots.example chrono24.example connectfrance.example franceinter.example
""".split()


@pytest.mark.parametrize("host", INNOCENT)
def test_innocent_hosts_imitate_nobody_for_certain(host):
    assert [pack.name for pack in PACKS.values() if likeness(host, pack).grade is Grade.CERTAIN] == []


@pytest.mark.parametrize(("name", "number"), SAMPLES)
def test_enabling_brands_changes_nothing_for_the_default_ones(name, number):
    """The verdict over all brands is that of the default ones, unless another brand's author is proven or its verdict is worse."""
    sample = PACKS[name].samples[number]
    mail = trials.message(sample)
    for proven in (True, False):
        proof = trials.evidence(mail, sample, PACKS[name], proven=proven)
        few, all_of_them = judge(mail, proof, DEFAULT), judge(mail, proof, (*DEFAULT, *PACKS.values()))
        if all_of_them.brand in {few.brand, None}:
            assert all_of_them == few
        else:
            worse = SEVERITY.index(all_of_them.label) > SEVERITY.index(few.label)
            assert all_of_them.proven or worse
        assert (all_of_them.brand is None) == (all_of_them.label is Label.UNRELATED)


@pytest.mark.parametrize(
    ("name", "number"), [item for item in SAMPLES if PACKS[item[0]].samples[item[1]].kind != "false"]
)
def test_no_brand_takes_anothers_honest_mail_for_a_fraud(name, number):
    sample = PACKS[name].samples[number]
    mail = trials.message(sample)
    for proven in (True, False):
        proof = trials.evidence(mail, sample, PACKS[name], proven=proven)
        assert judge(mail, proof, tuple(PACKS.values())).label is not Label.IMPERSONATION


@settings(deadline=None, max_examples=often(25, 60))
@given(
    name=st.sampled_from(sorted(PACKS)),
    author=st.sampled_from(["Ameli", "La Poste", "Caf de Lyon", "FranceConnect", "Urssaf", "Paul Morin", ""]),
    domain=st.sampled_from(
        ["x.example", "info.ameli.fr", "franceconnect.gouv.fr", "emailing.caf.fr", "ameli-cpam.example"]
    ),
    texts=st.lists(st.sampled_from([sample.body for pack in PACKS.values() for sample in pack.samples]), max_size=3),
    link=st.sampled_from(["https://z.example/a", "https://www.ameli.fr/", "https://colissimo-suivi.example/"]),
    passes=st.booleans(),
)
def test_a_brands_verdict_does_not_depend_on_which_others_are_enabled(name, author, domain, texts, link, passes):
    mail = message(f"{author} <a@{domain}>", "Votre dossier", "\n\n".join(texts), [link])
    proof = evidence(domain, passes=passes, complete=passes)
    each = {pack.name: judge(mail, proof, (pack,)) for pack in PACKS.values()}
    over_all = judge(mail, proof, tuple(PACKS.values()))
    proven = [verdict for verdict in each.values() if verdict.proven]
    worst = max(SEVERITY.index(verdict.label) for verdict in (proven or each.values()))
    assert SEVERITY.index(over_all.label) == worst
    if over_all.brand:
        assert over_all == each[over_all.brand]
    assert judge(mail, proof, (PACKS[name], PACKS[name])) == each[name]


@settings(deadline=None, max_examples=often(25, 60))
@given(
    kind=st.sampled_from(["genuine", "false", "other"]),
    author=st.text(max_size=60),
    subject=st.text(max_size=60),
    body=st.text(max_size=200),
    links=st.lists(st.text(max_size=30) | st.tuples(st.text(max_size=20), st.text(max_size=30)), max_size=4),
)
def test_any_sample_can_be_judged(kind, author, subject, body, links):
    sample = Sample(kind=kind, author=author, subject=subject, body=body, links=tuple(links))
    message_from_bytes(trials.raw(sample))
    mail = trials.message(sample)
    judge(mail, trials.evidence(mail, sample, PACKS["caf"], proven=True), (PACKS["caf"],))


def own(folder: Path, text: str, name: str = "lilas") -> brand.Brand:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    brand.load.cache_clear()
    return brand.load(name, folder)


def test_a_pack_of_ones_own_is_a_brand_like_any_other(tmp_path):
    pack = own(tmp_path, OWN)
    assert trials.refused(pack) is None
    assert brand.names(tmp_path) == tuple(sorted((*PACKS, "lilas")))
    assert pack.official_host("www.ameli.fr"), "the public places are known to it too"
    assert not pack.own_host("www.ameli.fr")
    mail = message("Mutuelle des Lilas <a@z.example>", "x", "Votre dossier expire.", ["https://z.example/"])
    found = judge(mail, evidence("z.example", passes=True), (*DEFAULT, pack))
    assert (found.label, found.brand) == (Label.IMPERSONATION, "lilas")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "lilas"', 'name = "lilac"', "lilas"),
        ('title = { fr = "la mutuelle des Lilas" }', "", "title: Field required"),
        ("owned_domains", "domains", "owned_domains: Field required"),
        ('source = "its site"', 'source = ""', "senders.1.source"),
        ('"info@lilas.example", ', '"info@lilas.example", color = 1, ', "senders.1.color"),
        ("seen = 2026-11-22", 'seen = "soon"', "senders.1.seen"),
        ('names = ["mutuelle des lilas"]', 'names = ["lilas"], matters = ["(a+)+"]', "a repetition without end"),
        ('names = ["mutuelle des lilas"]', 'names = ["lilas"], matters = ["(a"]', "no regular expression"),
        ('kind = "genuine"', 'kind = "real"', 'samples.1.kind: unknown value; possible: "genuine", "false" or "other"'),
        (
            'names = ["mutuelle des lilas"]',
            'names = ["Mutuelle Adhérente"]',
            "claim.names.1: lower case, no accents: mutuelle adherente",
        ),
        (
            'names = ["mutuelle des lilas"]',
            'names = ["lilas"], matters = ["\\bcarte\\b"]',
            "a backslash is written twice",
        ),
        ('"info@lilas.example"', '"Info@Lilas.example"', "senders.1.address: an address"),
        (
            'owned_domains = ["lilas.example"]',
            'owned_domains = ["https://lilas.example/"]',
            "owned_domains.1: a name alone",
        ),
        ('title = { fr = "la mutuelle des Lilas" }', 'title = "la mutuelle des Lilas"', "title: "),
        ("[[samples]]", "[[samples", "Expected"),
    ],
)
def test_a_bad_pack_is_refused_in_one_line(tmp_path, old, new, told):
    assert old in OWN
    with pytest.raises(BrandError) as refusal:
        own(tmp_path, OWN.replace(old, new, 1))
    for line in (str(refusal.value), refusal.value.french):
        assert line.startswith(str(tmp_path / "lilas.toml"))
        assert "\n" not in line
        assert len(line) < 400
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("https://www.lilas.example/espace", "https://espace-lilas.example/", "sample 1 (genuine"),
        ("x@garage.example", "info@lilas.example", ""),
        ("Mutuelle des Lilas <x@garage.example>", "Paul Morin <paul.morin@garage.example>", "sample 2 (false"),
        ('kind = "false"', 'kind = "other"', "at least one"),
    ],
)
def test_a_pack_that_fails_its_samples_is_refused(tmp_path, old, new, told):
    assert old in OWN
    refused = trials.refused(own(tmp_path, OWN.replace(old, new, 1)))
    assert told in (str(refused) if refused else "")
    assert "exemple" in (refused.french if refused else "exemple")


def test_folders_are_bounded_and_shipped_names_taken(tmp_path):
    (tmp_path / "ameli.toml").write_text(OWN)
    with pytest.raises(BrandError, match="of that name"):
        brand.names(tmp_path)
    (tmp_path / "ameli.toml").rename(tmp_path / "Mutuelle 1.toml")
    with pytest.raises(BrandError, match="lower-case"):
        brand.names(tmp_path)
    (tmp_path / "Mutuelle 1.toml").rename(tmp_path / "big.toml")
    (tmp_path / "big.toml").write_text("#" * (brand.MAX_FILE + 1))
    brand.load.cache_clear()
    with pytest.raises(BrandError, match="KB"):
        brand.load("big", tmp_path)
    for number in range(brand.MAX_PACKS):
        (tmp_path / f"p{number}.toml").touch()
    with pytest.raises(BrandError, match="more than"):
        brand.names(tmp_path)
    with pytest.raises(BrandError):
        brand.names(tmp_path / "absent")


@pytest.mark.parametrize("name", ["../ameli", "", "AMELI", "ameli.toml", "amelie"])
def test_a_name_is_no_path(tmp_path, name):
    for folder in (None, tmp_path):
        with pytest.raises(KeyError):
            brand.load(name, folder)


def test_public_places_are_no_brands_own_words():
    """Showing another body's address poses as that body, not as this brand (issuer.shown_in_links)."""
    assert PACKS["ameli"].official_host("www.impots.gouv.fr")
    assert not PACKS["ameli"].own_host("www.impots.gouv.fr")
    assert PACKS["impots"].own_host("www.impots.gouv.fr")
    for pack in PACKS.values():
        for body in pack.neighbours:
            assert not any(pack.owns(domain) for domain in body.domains), (pack.name, body.name)


def test_the_public_list_is_toml_that_says_what_it_holds():
    known = brand.public()
    assert known.hosts
    assert known.phones
    assert known.bodies
    text = (Path(brand.__file__).parent / "public.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(text)) == {"hosts", "phones", "bodies"}


DOCS = Path(__file__).parents[2] / "docs" / "brands.md"


def test_the_pack_of_the_documentation_works(tmp_path):
    text = DOCS.read_text(encoding="utf-8")
    example = next(block for block in text.split("```toml\n")[1:] if block.startswith("name = ")).partition("```")[0]
    assert trials.refused(own(tmp_path, example)) is None


@pytest.mark.parametrize(
    "model",
    [brand.Brand, brand.Claim, brand.Sender, brand.Host, brand.Phone, brand.Fact, brand.Neighbour, brand.Sample],
)
def test_every_key_is_explained(model):
    told = {
        word
        for line in DOCS.read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
        for word in line.split("`")
    }
    assert set(model.model_fields) - {"claim"} <= told, set(model.model_fields) - told
