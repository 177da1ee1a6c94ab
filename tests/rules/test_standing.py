"""Who the sender is when he is not the brand, how much of a text is read, and what a false follow-up passes on."""

import pytest

from tests.rules.building import AMELI, findings, link, message, verdict
from vigie.message.fold import fold
from vigie.message.types import Layer, TextBlock
from vigie.rules.grammar import ANSWERS
from vigie.rules.naming import is_person
from vigie.rules.standing import Standing, another_body, calls_itself, names_itself, standing, written_names
from vigie.rules.types import Label
from vigie.rules.utterance import HEAD, MOST, TAIL, utterances


@pytest.mark.parametrize(
    ("author", "text", "expected"),
    [
        ("Décomptes <decomptes@nuage-factures.example>", "bonjour", Standing.NOBODY),
        ("Mamie <mamie@boite.example>", "coucou, j'ai recu un mail", Standing.UNKNOWN),
        ("Optique solidaire <bonjour@clair-regard.example>", "bonjour", Standing.UNKNOWN),
        ("Pharmacie de la Halle <contact@pharmacie-halle.example>", "bonjour", Standing.ANOTHER),
        ("Service paie <paie@expertise-colvert.example>", "bonjour", Standing.ANOTHER),
        ("CGT CPAM du Rhône <cgt@ul-lyon-est.example>", "bonjour", Standing.ANOTHER),
        ("mailer-daemon@mx.example", "bonjour", Standing.UNKNOWN),
        ("noreply@mx.example", "bonjour", Standing.NOBODY),
        ("France Travail <info@ft.example>", "bonjour", Standing.ANOTHER),
        ("Régie de l'assurance maladie du Québec <info@courriel.example>", "bonjour", Standing.ANOTHER),
        ("Jura-Lac Assurance Maladie SA <info@jura-lac.example>", "bonjour", Standing.ANOTHER),
        ("Assurance Maladie SA <info@jura-lac.example>", "bonjour", Standing.NOBODY),
        ("Section syndicale CPAM 12 <section@local.example>", "bonjour", Standing.ANOTHER),
        ("Student Office <iso@ville.example>", "bonjour", Standing.ANOTHER),
        ("monitoring <nagios@hebergeur.example>", "bonjour", Standing.ANOTHER),
        ("CPAM monitoring <nagios@hebergeur.example>", "bonjour", Standing.NOBODY),
        ("Parcours naissance <info@parcours-naissance.example>", "bonjour", Standing.NOBODY),
    ],
)
def test_standing(author, text, expected):
    assert standing(message(author).authors, [text], fold, AMELI, frozenset()) is expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("France Travail <info@ft.example>", True),
        ("Mon Compte <noreply@caf-gers.example>", True),
        ("Mon Compte <noreply@caf-ameli.example>", False),
        ("Assurance Maladie <noreply@caf-gers.example>", False),
        ("Mon Compte <noreply@cafeteria.example>", False),
    ],
)
def test_another_public_body_is_called_so_or_has_the_domain(author, expected):
    assert another_body(message(author).authors, fold, AMELI) is expected


@pytest.mark.parametrize(
    ("name", "person"), [("Ameli Europe", False), ("Ameli Étudiants", False), ("Ameli Durand", True)]
)
def test_what_is_no_family_name_makes_no_person(name, person):
    assert is_person(fold(name), AMELI) is person


@pytest.mark.parametrize(
    "text", ["Responda a este e-mail com uma fotografia do cartão.", "Bitte antworten Sie mit dem Code."]
)
def test_an_answer_is_asked_for_in_other_languages_too(text):
    assert ANSWERS.search(fold(text))


def test_a_tracker_shows_its_key_in_its_own_address():
    authors = message("Suivi <robot@forge.example>").authors
    texts = ["[ab-12] carte vitale", "https://forge.example/browse/ab-12"]
    assert standing(authors, texts, fold, AMELI, frozenset()) is Standing.ANOTHER
    elsewhere = [texts[0], "https://ailleurs.example/browse/ab-12"]
    assert standing(authors, elsewhere, fold, AMELI, frozenset()) is Standing.NOBODY


def test_the_middle_of_a_long_text_is_left_out():
    text = "a" * HEAD + "m" * 500_000 + "z" * TAIL
    spoken = utterances(tuple(TextBlock(Layer.OUTER, f"part {n}", text) for n in range(50)), fold, AMELI)
    assert spoken[0].text == "a" * HEAD + "\n" + "z" * TAIL
    assert sum(len(item.text) for item in spoken) <= MOST


FOLLOWED = [TextBlock(Layer.FORWARDED, "text/plain", "Votre carte Vitale est bloquée : https://z.example/x")]
LINK = link("https://z.example/x", layer=Layer.FORWARDED)


def test_who_bears_the_name_says_himself_what_he_passes_on():
    mail = message(
        "Assurance Maladie <p@garage.example>", "TR: relance", "Merci de faire vite.", [LINK], blocks=FOLLOWED
    )
    assert verdict(mail).label is Label.IMPERSONATION


def test_what_a_friend_passes_on_is_a_mention():
    mail = message(
        "Paul Roche <paul.roche@boite.example>", "TR: relance", "Tu en penses quoi ?", [LINK], blocks=FOLLOWED
    )
    assert verdict(mail).label is Label.UNRELATED


@pytest.mark.parametrize(
    ("foot", "claimed"),
    [
        ("Lucien Farge, contrôleur assermenté, Assurance Maladie", True),
        ("R. Delmas\nCPAM", True),
        ("Lucien Farge, ancien agent de la CPAM et poète", False),
        ("Jean Roy, délégué CGT, CPAM", False),
    ],
)
def test_an_office_at_the_brand_is_a_signature(foot, claimed):
    body = f"Madame,\nJ'ai besoin de votre RIB par retour de mail.\n{foot}"
    found = findings(message("L. Farge <l.farge@soins.example>", "Votre dossier", body), rule="claim-text")
    assert any(finding.topic == "signature" for finding in found) == claimed


def test_who_names_nobody_and_sends_again_says_it_himself():
    told = "Bonjour, notre premier message étant resté sans suite, nous vous le renvoyons."
    blocks = [
        TextBlock(
            Layer.FORWARDED, "text/plain", "L'Assurance Maladie\nVotre carte Vitale est bloquée : https://z.example/x"
        )
    ]
    nobody = message("Service remboursements <s@depot.example>", "TR: dossier", told, [LINK], blocks=blocks)
    assert verdict(nobody).label is Label.IMPERSONATION
    friend = message("Paul Roche <paul.roche@boite.example>", "TR: dossier", told, [LINK], blocks=blocks)
    assert verdict(friend).label is Label.UNRELATED


def test_a_ticket_is_found_in_the_trackers_own_address():
    authors = message("Support <glpi@clinique.example>").authors
    texts = ["[glpi #0031187] lecture carte vitale", "https://glpi.clinique.example/31187"]
    assert standing(authors, texts, fold, AMELI, frozenset()) is Standing.ANOTHER
    assert (
        standing(authors, [texts[0], "https://glpi.clinique.example/99"], fold, AMELI, frozenset()) is Standing.NOBODY
    )


@pytest.mark.parametrize(
    "author",
    ["Jean Roux (CPAM 69) <jean.roux@courriel.example>", "CPAM Recrutement via Jobvista <alertes@jobvista.example>"],
)
def test_a_name_beside_the_brands_claims_nothing_by_itself(author):
    assert (
        verdict(message(author, "Pot de départ", "La cagnotte : https://z.example/x", [LINK])).label is Label.UNRELATED
    )
    fraud = "L'Assurance Maladie vous informe que votre carte Vitale expire.\nCordialement,\nL'Assurance Maladie"
    assert verdict(message(author, "Votre carte", fraud, ["https://z.example/x"])).label is Label.IMPERSONATION


def test_whose_name_does_not_fit_uses_the_brands():
    for author in ("Jean Roux (CPAM 69) <x9@autre.example>", "CPAM via Notaire <a@jobvista.example>"):
        assert (
            verdict(message(author, "Rappel", "Merci de répondre.", ["https://z.example/x"])).label
            is Label.IMPERSONATION
        )


def test_who_names_nobody_poses_with_the_address_he_leads_to():
    link_to = ["https://ameli-dossier.example/x"]
    told = "Votre dossier est prêt : https://ameli-dossier.example/x"
    assert verdict(message("Notification <n@zenith.example>", "Dossier", told, link_to)).label is Label.IMPERSONATION
    named = "Julie Perrot <julie.perrot@atelier-perrot.example>"
    assert verdict(message(named, "Dossier", told, link_to)).label is Label.UNRELATED
    defanged = link("https://ameli-dossier.example/x", "hxxps://ameli-dossier[.]example/x", kind="text")
    detected = message("Alerte <n@zenith.example>", "Menace", "URL : hxxps://ameli-dossier[.]example/x", [defanged])
    assert verdict(detected).label is Label.UNRELATED
    reported = "Signalement : cette page frauduleuse est en ligne, https://ameli-dossier.example/x"
    assert verdict(message("Notification <n@zenith.example>", "Page", reported, link_to)).label is Label.UNRELATED


@pytest.mark.parametrize(
    ("author", "text", "itself"),
    [
        ("Invitations <jobs@prolien.example>", "prolien, le reseau des professionnels", True),
        (
            "Invitations <jobs@prolien.example>",
            "https://prolien.example/inv prolien.example jobs@prolien.example",
            False,
        ),
        ("Rappel <rdv@maison-du-haut-lin.example>", "maison du haut-lin", True),
        ("Remboursement <x@remboursement-assures.example>", "votre remboursement, cher assure", False),
        ("Service <x@caves-orsel.example>", "votre carte vitale expire", False),
    ],
)
def test_a_text_may_say_whose_the_authors_domain_is(author, text, itself):
    assert names_itself(message(author).authors, [text], AMELI) is itself


@pytest.mark.parametrize(
    ("domain", "text", "calls"),
    [
        ("recoposte.example", "Recoposte SAS, 12 quai des Messagers", True),
        ("recoposte.example", "RECOPOSTE", True),
        ("recoposte.example", "recoposte, votre facteur", False),
        ("recoposte.example", "https://www.Recoposte.example/a Recoposte@recoposte.example", False),
        ("info.recoposte-mail.example", "Recoposte vous écrit", True),
        ("ar-numerique.example", "votre boîte AR Numérique", True),
        ("ar-numerique.example", "votre boîte AR numérique", False),
        ("ar-numerique.example", "AR et Numérique", False),
        ("arnumerique.example", "<AR-Numérique>", True),
        ("retrait-courrier.example", "Retrait du courrier", False),
        ("prets.example", "Prêts", True),
        ("abc.example", "ABC", False),
    ],
)
def test_a_name_is_written_in_capitals(domain, text, calls):
    assert calls_itself(message(f"x@{domain}").authors[0], written_names(text), {"recoposte"}.__contains__) is calls
