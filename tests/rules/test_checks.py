"""What single rules say, and what the table makes of it."""

import pytest

from tests.rules.building import AMELI, attachment, evidence, findings, link, message, signature, verdict
from vigie.auth_checks.types import Status
from vigie.message.types import Layer, TextBlock
from vigie.rules.types import Kind, Label, Strength

OFFICIAL = "Votre Assurance Maladie <assurance-maladie@info.ameli.fr>"
TEXT = "Bonjour,\nVous avez reçu un nouveau message de l'Assurance Maladie. Pour le consulter, cliquez ici.\n"
TEXT += "Avec toute notre attention,\nL'Assurance Maladie"
STATS = "https://statsndm.info.ameli.fr/m/abc=="
PROOF = evidence("info.ameli.fr", passes=True, complete=True, dkim=[signature("info.ameli.fr")])


def test_the_genuine_mail_is_genuine_once_proven():
    mail = message(OFFICIAL, "Information de paiement", TEXT, [("cliquez ici", STATS)])
    assert verdict(mail, PROOF).label is Label.GENUINE
    assert verdict(mail).label is Label.UNDECIDED


@pytest.mark.parametrize(
    "host",
    ["www.monespacesante.fr", "assure.ameli.fr", "fc.assure.ameli.fr", "www.ameli.fr", "app.franceconnect.gouv.fr"],
)
def test_official_links_are_no_lure(host):
    assert not findings(message(OFFICIAL, "x", TEXT, [f"https://{host}/a"]), rule="link-outside")


@pytest.mark.parametrize(
    "host", ["assure.ameli.fr.evil.example", "ameli.fr.evil.example", "notameli.fr", "evil.example", "xameli.fr"]
)
def test_links_that_only_contain_the_name_are_outside(host):
    assert findings(message(OFFICIAL, "x", TEXT, [f"https://{host}/a"]), rule="link-outside")


def test_the_worst_reading_of_a_link_counts():
    tricky = link("http://www.ameli.fr\\@evil.example/", other_hosts=("evil.example",))
    assert findings(message(OFFICIAL, "x", TEXT, [tricky]), rule="link-outside")


def test_images_are_loaded_and_not_followed():
    assert not findings(
        message(OFFICIAL, "x", TEXT, [link("https://cdn.example/logo.png", kind="image")]), rule="link-outside"
    )


@pytest.mark.parametrize(
    "proof",
    [
        evidence("info.ameli.fr", dmarc=Status.FAIL),
        evidence("info.ameli.fr", dkim=[signature("info.ameli.fr", Status.FAIL)]),
        evidence("info.ameli.fr", spf=Status.FAIL),
    ],
)
def test_failed_authentication_of_an_own_author(proof):
    assert findings(message(OFFICIAL), proof, "author-unproven")


@pytest.mark.parametrize(
    "proof",
    [
        evidence("info.ameli.fr"),
        evidence("info.ameli.fr", dmarc=Status.TEMPERROR),
        evidence("info.ameli.fr", dkim=[signature("info.ameli.fr", Status.TEMPERROR)], spf=Status.FAIL),
        PROOF,
    ],
)
def test_absent_results_and_sleeping_name_servers_accuse_nobody(proof):
    assert not findings(message(OFFICIAL), proof, "author-unproven")


def test_a_strangers_failure_is_none_of_our_business():
    assert not findings(message("A <a@b.example>"), evidence("b.example", dmarc=Status.FAIL), "author-unproven")


def test_two_authors_one_of_them_official():
    mail = message(authors=[OFFICIAL, "x@evil.example"], subject="Ameli", body=TEXT)
    assert findings(mail, rule="author-ambiguous")
    assert verdict(mail, evidence()).label is not Label.GENUINE


def test_forged_results_are_decisive():
    (found,) = findings(message(OFFICIAL), evidence(forged=True), "results-forged")
    assert found.strength is Strength.DECISIVE


@pytest.mark.parametrize(
    "display",
    [
        "Ameli", "AMELI", "Service clients Ameli", "ameli.fr", "Assurance Maladie", "L’Assurance Maladie", "Assurance-Maladie",
        "CPAM de Paris",
        "Mon espace santé", "MonEspaceSanté", "Аmeli", "ａｍｅｌｉ", "ame1i", "AmeIi", "A m e l i", "am\u200beli", "am\u00adeli",
        "аssurаnce mаlаdie",
        "MonCompteAmeli", "ameli | FranceConnect", "Bénéficiaire Ameli", "Carte Vitale", "assurance-maladie@info.ameli.fr",
    ],
)  # fmt: skip
def test_display_names_that_pose(display):
    assert findings(message(f"{display} <x@evil.example>"), rule="claim-display-name")


@pytest.mark.parametrize(
    "display",
    [
        "Amélie", "Amélie Martin", "Ameli Durand", "Camélia Coiffure", "Vitalia", "Salvatore Vitale", "Garage Vitale", "Streamelite",
        "Cnam Paris",
        "Régie de l'assurance maladie du Québec", "Mutuelle Santé", "Jean Ameil", "Amélioration de l'habitat", "MSA", "Hamelin",
    ],
)  # fmt: skip
def test_display_names_of_others(display):
    assert not findings(message(f"{display} <x@somebody.example>"), rule="claim-display-name")


def test_who_signs_by_her_own_name_does_not_speak_of_the_brand():
    raw = message("Ameli Schmidt <bonjour@somebody.example>", body="Votre commande est prête.\n\nAmeli Schmidt")
    assert not findings(raw, rule="claim-display-name")
    raw = message("Ameli Schmidt <bonjour@somebody.example>", body="Votre carte Vitale est prête.\n\nAmeli Schmidt")
    assert findings(raw, rule="claim-display-name")


@pytest.mark.parametrize(
    "author",
    ["contact@ameli.com", "x@ameli-carte-vitale.fr", "assurance-maladie@hotmail.example", "noreply.ameli@mail.example"],
)
def test_author_addresses_that_pose(author):
    assert findings(message(author), rule="claim-author")


@pytest.mark.parametrize(
    "author",
    [
        "ameli.durand@mail.example",
        "ameli@mail.example",
        "amelie@orange.example",
        "contact@ameli-rose.com",
        "info@assurance-maladie.ch",
    ],
)
def test_author_addresses_of_others(author):
    assert not findings(message(author), rule="claim-author")


def test_excuses_need_authentication_and_are_void_for_the_brands_name():
    text = "L'Assurance Maladie\nVotre carte Vitale expire, renouvelez-la.\nCordialement,\nL'Assurance Maladie"
    mail = message("MGEN <info@mgen.fr>", "Votre carte", text, ["https://www.mgen.fr/x"])
    proof = evidence("mgen.fr", passes=True)
    assert any(found.kind is Kind.EXCUSE for found in findings(mail, proof))
    assert not any(found.kind is Kind.EXCUSE for found in findings(mail))
    assert verdict(mail, proof).label is Label.UNRELATED
    posing = message("Assurance Maladie <info@mgen.fr>", "Votre carte", text, ["https://www.mgen.fr/x"])
    assert verdict(posing, proof).label is Label.IMPERSONATION


def test_quoted_and_forwarded_text_claims_nothing():
    fraud = "L'Assurance Maladie\nVotre carte Vitale expire. Renouvelez-la ici.\nCordialement,\nL'Assurance Maladie"
    for layer in (Layer.QUOTED, Layer.FORWARDED, Layer.ATTACHED_MESSAGE):
        evil = link("https://ameli-carte.example/x", layer=layer)
        mail = message(
            "Léa <lea@example.org>",
            "TR: message",
            "Qu'en penses-tu ? Léa",
            [evil],
            blocks=[TextBlock(layer, "text/plain", fraud)],
        )
        assert verdict(mail).label is Label.UNRELATED


def test_an_attachment_speaks_where_the_body_says_nothing():
    fraud = "L'Assurance Maladie\nVotre carte Vitale expire. Renouvelez-la ici.\nCordialement,\nL'Assurance Maladie"
    block = TextBlock(Layer.ATTACHMENT, "attachment:lettre.pdf", fraud)
    there = link("https://portail.example/x", layer=Layer.ATTACHMENT)
    assert (
        verdict(message("Info <x@evil.example>", "Dossier", "", [there], blocks=[block])).label is Label.IMPERSONATION
    )


def test_active_attachment_and_form():
    mail = message(
        "Ameli <x@evil.example>",
        "Formulaire",
        "Voir la pièce jointe",
        attachments=[attachment("formulaire.html", active=True)],
    )
    assert findings(mail, rule="attachment-active")[0].strength is Strength.STRONG
    assert verdict(mail).label is Label.IMPERSONATION
    assert findings(message(links=[link("https://evil.example/f", kind="form")]), rule="form-inside")


def test_official_author_with_another_reply_address():
    mail = message(OFFICIAL, "Information", TEXT, [STATS], reply_to=["x@boite.example"])
    assert findings(mail, rule="official-author-outside")[0].topic == "reply-outside"
    assert verdict(mail).label is Label.IMPERSONATION
    assert verdict(mail, PROOF).label is Label.SUSPICIOUS


@pytest.mark.parametrize(
    "text",
    ["Appelez le 36 46.", "Composez le 3646 (service gratuit + prix appel)", "Depuis l'étranger : +33 1 84 90 36 46"],
)
def test_official_numbers_lure_nobody(text):
    assert not [found for found in findings(message(OFFICIAL, "x", text)) if found.kind is Kind.LURE]


def test_quotes_are_bounded_and_printable():
    mail = message(
        "Ameli\x1b[31m <x@evil.example>",
        "Ameli",
        "Votre carte Vitale expire " + "\x07très" * 500,
        ["https://evil.example/" + "a" * 5000],
    )
    for found in findings(mail):
        for quote in found.quotes:
            assert len(quote.text) <= 200
            assert quote.text.isprintable()


def test_the_brand_file_is_sourced():
    for item in (*AMELI.senders, *AMELI.hosts, *AMELI.phones, *AMELI.facts):
        assert item.source
        assert item.seen.year >= 2017
        assert item.confidence in {"H", "M", "L"}


@pytest.mark.parametrize(
    "said",
    [
        "Votre nouvelle carte Vitale vous attend, payez le port.",
        "Un trop-perçu a été versé. Merci de le rembourser par virement sur FR76 3000 4000 0312 3456 7890 143.",
    ],
)
def test_money_is_asked_for_without_a_fee_named(said):
    assert findings(message(body=said), rule="payment-request")


def test_money_for_the_reader_that_came_back_is_no_payment():
    assert not findings(message(body="Un versement de 214 euros nous est revenu."), rule="payment-request")


def test_a_refund_to_the_readers_account_is_no_payment():
    said = "Nous allons vous rembourser par virement sur FR76 3000 4000 0312 3456 7890 143."
    assert not findings(message(body=said), rule="payment-request")


@pytest.mark.parametrize(
    ("target", "asked"), [("sms:+33700112233?body=OUI", True), ("sms:3646", False), ("tel:36%2046", False)]
)
def test_a_link_that_writes_a_text_message_leads_to_its_number(target, asked):
    sent = message(
        "Ameli <a@castan.example>", "Votre dossier", "Votre dossier ameli est incomplet.", [link(target, "Répondre")]
    )
    assert bool(findings(sent, rule="phone-unofficial")) is asked
    assert not findings(sent, rule="link-outside")
