"""What makes a mail worth a warning that nobody would accuse by it, and what takes the claim from honest words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.building import AMELI, evidence, link, message
from tests.rules.test_policy import BRAND, FOREIGN, finding
from tests.rules.test_policy import evidence as proof
from tests.rules.test_policy import message as bare
from vigie.message.types import Message
from vigie.rules.brand import load
from vigie.rules.doubt import answers_for_itself, bears_the_name, doubt, resembles, shows_a_fraud, weighed
from vigie.rules.judgement import judge
from vigie.rules.policy import decide, policy
from vigie.rules.types import Finding, Kind, Label, Strength
from vigie.rules.unnamed import defanged
from vigie.rules.view import View
from vigie.rules.wording import PIECE, Score, all_read, parts

HALF = (
    "Bonjour Madame,\nAprès relecture de vos feuilles de soins de l'été, il ressort que 41 euros vous reviennent encore. La CPAM nous a"
    " chargés de solder ces petits montants avant la clôture annuelle.\n"
)
WANTS = "Merci de nous indiquer votre RIB et la carte bancaire à créditer, par retour de ce message.\n"
SIGNED = "Bien à vous,\nClaire Vauthier"
HOME = "Claire Vauthier <claire.vauthier@atelier-vauthier.example>"
PRETEXT = "Claire Vauthier <c.vauthier@soldes-remboursements.example>"
YOUNG = (
    "Salut !\nT'as moins de 24 ans ? L'Assurance Maladie te paie 50 euros pour ton rendez-vous chez le dentiste, dis-nous juste sur"
    " quelle carte.\nÀ plus !"
)
PRIMES = (
    "Chère cliente,\nVos primes 2027 de l'assurance de base sont fixées. Choisissez votre franchise, 300 ou 2 500 francs, avant le 30"
    " novembre. Un changement de modèle se demande dans votre espace Helvesana. Notre équipe de Lausanne vous conseille volontiers."
)
FRAUD = (
    "Cher assuré,\nVotre carte Vitale arrive à expiration. Pour éviter la suspension de vos droits, mettez à jour vos informations"
    " sous 48 heures en cliquant sur le lien ci-dessous.\nL'Assurance Maladie"
)
WAITING = (
    "Bonjour,\nVotre remboursement de soins de 214,60 euros n'a pas pu être versé par l'Assurance Maladie. Il vous attend dans votre espace"
    " jusqu'au 29 mars. Sans réponse de votre part, il sera annulé et vos droits seront suspendus.\n"
)
PROVIDER = "Recoposte, prestataire de services de confiance"
BULLETIN = (
    "Bulletin d'alerte interne\nDepuis lundi, 212 messages usurpant l'Assurance Maladie ont été remis sur nos boîtes. Corps du message :"
    " « Vous êtes admissible à recevoir un remboursement de votre caisse. Cliquez sur le bouton ci-dessous et renseignez vos"
    " coordonnées bancaires sous 48 heures, à défaut votre demande sera annulée. »\nSi vous avez répondu, appelez le"
    " 01 99 00 70 70.\nLa cellule"
)
STRIKE = (
    "Section syndicale\nPoints d'accueil fermés, plateformes 36 46 saturées, objectifs intenables. Le préavis couvre toute la journée"
    " du 18.\nDéclaration individuelle sur le formulaire interne avant lundi 17 h. AG en salle Bréguet à 12 h 30.\nTélécharger le tract"
)
COUNCIL = "Le conseil municipal s'est réuni pour voter les travaux de la salle des fêtes et la rentrée de l'école de musique.\n"


def _mail(author: str, body: str, *links: str, subject: str = "Vos feuilles de soins de l'été") -> Message:
    return message(author, subject, body, links)


def _view(mail: Message) -> View:
    return View(mail, evidence(mail.authors[0].domain, passes=True), AMELI)


def _verdict(mail: Message) -> Label:
    return judge(mail, evidence(mail.authors[0].domain, passes=True), (AMELI,)).label


def _doubt(mail: Message) -> float:
    careful = doubt(_view(mail))
    assert careful is not None
    return careful


@pytest.mark.parametrize(
    ("mail", "label"),
    [
        (_mail(HOME, HALF + WANTS + SIGNED), Label.SUSPICIOUS),
        (_mail(PRETEXT, HALF + WANTS + SIGNED), Label.SUSPICIOUS),
        (_mail(HOME, HALF + SIGNED), Label.UNRELATED),
        (_mail("Claire <x@sourire-ameli.example>", YOUNG, "https://sourire-ameli.example/50"), Label.SUSPICIOUS),
        (_mail("Claire <x@sourire-lyon.example>", YOUNG), Label.UNRELATED),
        (_mail(HOME, HALF.replace("La CPAM", "La sécu") + WANTS + SIGNED), Label.UNRELATED),
    ],
    ids=["own name", "pretext", "nothing wanted", "the brand's name in the domain", "not in it", "the sécu"],
)
def test_a_warning_and_no_accusation(mail: Message, label: Label) -> None:
    assert _verdict(mail) is label


def test_what_it_wants_counts_and_where_it_leads() -> None:
    asks, silent = _doubt(_mail(HOME, HALF + WANTS + SIGNED)), _doubt(_mail(HOME, HALF + SIGNED))
    home = _doubt(_mail(HOME, HALF + SIGNED, "https://www.atelier-vauthier.example/a"))
    away = _doubt(_mail(HOME, HALF + SIGNED, "https://formulaire.example/a"))
    assert asks > silent
    assert silent < home < away


def test_who_bears_the_name_is_said_by_more_than_a_name_that_people_have() -> None:
    namesake = "Bonjour,\nLes tirages que vous avez commandés à Ameli Photo sont prêts."
    assert not bears_the_name(_view(_mail("Studio <x@ameli-photo.example>", namesake)))
    assert bears_the_name(
        _view(_mail("Studio <x@ameli-photo.example>", namesake + " L'Assurance Maladie vous attend."))
    )
    assert not bears_the_name(_view(_mail("Studio <x@photo.example>", "L'Assurance Maladie vous attend.")))
    assert resembles(_view(_mail("Studio <x@photo.example>", "Bonjour", "https://suivi-ameli.example/a")))


@pytest.mark.parametrize(
    ("domain", "body", "host", "answers"),
    [
        ("recoposte.example", WAITING, "www.recoposte.example", False),
        ("recoposte.example", WAITING + PROVIDER, "www.recoposte.example", True),
        ("recoposte.example", WAITING + PROVIDER.lower(), "www.recoposte.example", False),
        ("recoposte.example", WAITING + PROVIDER, "retrait.example", False),
        ("recoposte.example", WAITING + "Confirmez votre mot de passe.\n" + PROVIDER, "www.recoposte.example", False),
        ("recoposte.example", WAITING + PROVIDER + "\n\nL'Assurance Maladie", "www.recoposte.example", False),
        ("vitale-droits.example", WAITING + "Le service Vitale-Droits", "vitale-droits.example", False),
    ],
    ids=[
        "no name",
        "its own",
        "not as names are written",
        "leads to another",
        "asks for a secret",
        "signed as the brand",
        "the brand's",
    ],
)
def test_who_answers_for_himself(domain: str, body: str, host: str, answers: bool) -> None:
    mail = _mail(f"Notifications <avis@{domain}>", body, f"https://{host}/a", subject="Votre remboursement")
    assert answers_for_itself(_view(mail)) is answers


SHOWN = "https://remb.example/a", "hxxps://remb[.]example/a"
FOLLOWED = "https://remb.example/a", "https://remb.example/a"
WARNING, OTHER = "Campagne d'hameçonnage « Assurance Maladie »", "Bulletin n° 17"


@pytest.mark.parametrize(
    ("subject", "body", "links", "shows"),
    [
        (WARNING, BULLETIN, [SHOWN], True),
        (OTHER, BULLETIN, [SHOWN], False),
        (OTHER, BULLETIN.partition("Si vous")[0], [SHOWN], True),
        (WARNING, BULLETIN, [FOLLOWED], False),
        (WARNING, BULLETIN, [SHOWN, FOLLOWED], False),
        (WARNING, BULLETIN, [], False),
        (WARNING, BULLETIN + "\nEnvoyez-nous votre numéro de carte bancaire.", [SHOWN], False),
        ("Votre dossier", FRAUD, [SHOWN], False),
    ],
)
def test_who_shows_a_fraud_wants_nothing(subject: str, body: str, links: list[tuple[str, str]], shows: bool) -> None:
    made = [link(target, shown, kind="text") for target, shown in links]
    assert shows_a_fraud(_view(message("Cellule <cyber@haute-loue.example>", subject, body, made))) is shows


@pytest.mark.parametrize(
    ("shown", "safe"),
    [
        ("hxxps://remb[.]example/a", True),
        ("https://remb(.)example", True),
        ("remb[.]example/a", True),
        ("hxxp://remb.example", True),
        ("https://remb.example/r(.)", False),
        ("https://remb.example/?x=[.]", False),
        ("https://remb.example#[.]", False),
        ("https://remb.example/hxxp/r", False),
        ("https://remb.example?u=hxxps://[.]", False),
        ("remb.example/r(.)", False),
    ],
)
def test_an_address_that_nobody_can_follow(shown: str, safe: bool) -> None:
    assert defanged(link("https://remb.example/a", shown, kind="text")) is safe
    assert not defanged(link("https://remb.example/a", shown))


def test_a_fraud_among_honest_words_is_doubted_like_the_fraud_alone() -> None:
    fraud = HALF + WANTS + SIGNED
    alone, above = _doubt(_mail(HOME, fraud)), _doubt(_mail(HOME, fraud + "\n\n" + COUNCIL * 20))
    assert above >= alone - policy().doubt.part - 1
    assert _verdict(_mail(HOME, fraud + "\n\n" + COUNCIL * 20)) is not Label.IMPERSONATION


def test_pieces_cover_what_is_said_to_be_read() -> None:
    short, long = _view(_mail(HOME, HALF)), _view(_mail(HOME, COUNCIL * 40))
    beyond = _view(_mail(HOME, COUNCIL * 400))
    assert not list(parts(short))
    assert len(list(parts(long))) * PIECE >= len(COUNCIL) * 40
    assert all_read(short)
    assert all_read(long)
    assert not all_read(beyond)
    assert len(list(parts(beyond))) == len(list(parts(_view(_mail(HOME, COUNCIL * 800)))))


def test_signs_in_words_that_are_nothing_like_a_fraud_claim_nothing() -> None:
    body = (
        "Chers confrères,\nDes praticiens du département ont été démarchés au nom de la CPAM par une société qui vend des logiciels. Le"
        " conseil rappelle que les délégués de la caisse prennent rendez-vous par téléphone et présentent une carte professionnelle."
        " La prochaine réunion se tiendra le 12 janvier à la maison des associations.\nLe secrétariat du conseil"
    )
    assert _verdict(_mail("Conseil départemental <secretariat@ordre-du-bocage.example>", body)) is Label.UNRELATED


@given(st.floats(-20, 20), st.floats(-10, 10))
def test_more_of_the_words_never_lowers_the_doubt(total: float, words: float) -> None:
    view = _view(_mail(HOME, HALF))
    assert weighed(view, Score(total + 1, words), False) > weighed(view, Score(total, words), False)
    assert weighed(view, Score(total, words), True) > weighed(view, Score(total, words), False)


@pytest.mark.parametrize(
    ("author", "body", "label"),
    [
        ("Helvesana Assurance-maladie <service@helvesana.example>", PRIMES, Label.SUSPICIOUS),
        ("Assurance Maladie du Rhône <service@helvesana.example>", FRAUD, Label.IMPERSONATION),
        ("Helvesana Assurance-maladie <service@helvesana.example>", FRAUD, Label.IMPERSONATION),
        ("Section CPAM 31 <infos@helvesana.example>", STRIKE, Label.SUSPICIOUS),
        ("CPAM 31 <infos@helvesana.example>", STRIKE, Label.IMPERSONATION),
        ("Section CPAM 31 <infos@helvesana.example>", FRAUD, Label.IMPERSONATION),
        ("CPAM de Toulouse <infos@helvesana.example>", STRIKE, Label.IMPERSONATION),
        ("Ameli - Camille <infos@helvesana.example>", STRIKE, Label.IMPERSONATION),
    ],
    ids=[
        "another's words beside the name",
        "an office and a fraud",
        "another's words and a fraud",
        "a word before the name, and nothing like a fraud",
        "nothing but the name",
        "a word beside the name and a fraud",
        "a town behind the name",
        "a person behind the name",
    ],
)
def test_a_display_name_accuses_where_the_rest_is_not_quite_unlike(author: str, body: str, label: Label) -> None:
    assert _verdict(_mail(author, body, "https://helvesana.example/a")) is label


REJECTED = (
    "ameli - message automatique\n\nMotif : la liaison entre votre caisse et votre complémentaire est rompue depuis le 02/11.\n"
    "Effet : vos décomptes ne partent plus.\nAction : rétablir le lien en vous identifiant (2 minutes) > https://zelmora.example/a\n"
)
ANNUAL = (
    "Dear S1 holder,\nAs a British pensioner living in France your entitlement is checked once a year by the Assurance Maladie. You have"
    " not returned the proof-of-life form. We are therefore about to stop reimbursing your prescriptions.\nComplete the form here; you"
    " will need your French social security number, your NHS number and your bank card:\nhttps://zelmora.example/a\n\nYours faithfully,\n"
    "The Overseas Entitlement Section\n"
)


@pytest.mark.parametrize(
    "line", ["Envoyé par Zelmora", "Zelmora SAS", "© 2027 Zelmora", "L'équipe Zelmora", "Sent with Zelmora"]
)
@pytest.mark.parametrize(
    ("subject", "body"), [("Rejet NOEMIE code 04", REJECTED), ("S1 forms: annual control", ANNUAL)]
)
def test_a_line_that_is_soon_written_never_takes_a_fraud_to_nothing(subject: str, body: str, line: str) -> None:
    link = "https://zelmora.example/a"
    assert _verdict(_mail("Notification <a@zelmora.example>", body, link, subject=subject)) is Label.IMPERSONATION
    signed = _mail("Notification <a@zelmora.example>", f"{body}\n{line}\n", link, subject=subject)
    assert _verdict(signed) in {Label.SUSPICIOUS, Label.IMPERSONATION}


def test_a_portal_that_is_opened_with_another_brand_is_no_fraud() -> None:
    """What was learned of frauds in one brand's name holds for all."""
    brand = load("franceconnect")
    author, subject = "Votre compte <compte@bourse-permis-occitane.example>", "Compte créé avec FranceConnect"

    def label(body: str, host: str) -> Label:
        mail = message(author, subject, body, [f"https://{host}/d"])
        return judge(mail, evidence("bourse-permis-occitane.example", passes=True), (brand,)).label

    opened = "Bonjour,\nVotre compte Bourse au Permis (Région Occitane) a été créé à l'aide de FranceConnect.\nCommencer mon dossier"
    blocked = (
        "Bonjour,\nVotre compte FranceConnect a été suspendu. Confirmez votre identité sous 48 heures.\nMon compte"
    )
    assert label(opened, "www.bourse-permis-occitane.example") is Label.UNRELATED
    assert label(blocked, "acces-confirme.example") is Label.IMPERSONATION


OWN_NAME = Finding("own-name-author", Kind.EXCUSE, Strength.STRONG, finding(Kind.CLAIM).layer, ())
QUESTION = Finding("claim-text", Kind.CLAIM, Strength.WEAK, finding(Kind.CLAIM).layer, (), "wording-questions")
SOME = st.lists(
    st.sampled_from(
        [
            Finding("claim-text", Kind.CLAIM, Strength.STRONG, finding(Kind.CLAIM).layer, (), "signature"),
            finding(Kind.CONTRADICTION),
            finding(Kind.LURE),
            finding(Kind.LURE, rule="link-outside"),
        ]
    ),
    max_size=5,
)


@given(SOME)
def test_a_questioned_name_warns_and_never_accuses(found: list[Finding]) -> None:
    view = View(bare(FOREIGN), proof(), BRAND)
    assert decide(view, (*found, OWN_NAME)).label is Label.UNRELATED
    assert decide(view, (*found, OWN_NAME, QUESTION)).label in {Label.SUSPICIOUS, Label.UNDECIDED}


def test_a_neighbours_excuse_is_not_questioned() -> None:
    neighbour = Finding("neighbour-author", Kind.EXCUSE, Strength.STRONG, OWN_NAME.layer, ())
    found = (finding(Kind.CONTRADICTION), finding(Kind.LURE), QUESTION, neighbour)
    assert decide(View(bare(FOREIGN), proof(), BRAND), found).label is Label.UNRELATED
