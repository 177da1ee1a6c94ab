"""Frauds that somebody copies into a mail of his own to ask, to warn or to hand on; and frauds that say they were copied."""

from __future__ import annotations

import pytest

from tests.rules.building import AMELI, evidence, link, message
from vigie.message.types import Layer, Message, TextBlock
from vigie.rules.copied import Copied, copied
from vigie.rules.judgement import judge
from vigie.rules.types import Label
from vigie.rules.view import View

HOST = "https://vitale-maj.example/renouvellement"
FRAUD = (
    "Cher assuré,\n\nVotre carte Vitale arrive à expiration. Pour éviter la suspension de vos droits, mettez à jour vos informations"
    f" et votre carte bancaire sous 48 heures :\n{HOST}\n\nL'Assurance Maladie\n"
)
SYLVIE = "Sylvie Marchand <s.marchand@mairie-stc.example>"
NOBODY = "Service courrier <contact@suivi-dossiers.example>"
DOUBTED = {
    "asks": "Bonjour Paul,\nJ'ai reçu ce message tout à l'heure, je te le recopie. Tu crois que c'est vrai ?\n\n{}\nMerci,\nSylvie",
    "sent me": "Bonjour,\nils m'ont envoyé :\n\n{}\nje fais quoi ?\nSylvie",
    "between lines": "Je pense que c'est une arnaque, je te recopie le texte.\n--------\n{}--------\nQu'en penses-tu ?\nSylvie",
    "warns": "Attention à tous, ce mail circule, ne cliquez pas !\n\n{}",
    "of others": "Chers collègues,\nPlusieurs agents ont reçu ce matin le message suivant. C'est un faux, supprimez-le.\n\n{}\nLa DSI",
    "below": "Salut, j'ai eu ça par mail\n\n{}\nc'est une arnaque non ?",
    "family": "Maman a reçu ça ce matin, elle veut savoir si elle doit cliquer :\n\n{}\nbises",
    "school slang": "coucou couz ta vu sa c un vrai ou un fau ???\n\n{}",
    "phone": "g recu sa ce matin c koi ? bizarre\n\n{}",
    "of a talk": "Voilà le mail dont je te parlais, louche non ?\n\n{}\nSylvie",
    "pasted": "Hi, I got a weird email, is it a scam?\n\n{}\nHelen",
    "another english": "Hi all, John got this one last night. Is it real?\n\n{}\nHelen",
    "english": "Hi, I just got this, is it real?\n\n{}\nSylvie",
}


def _mail(author: str, body: str, subject: str = "Question") -> Message:
    return message(author, subject, body, [HOST])


def _verdict(mail: Message) -> Label:
    return judge(mail, evidence(mail.authors[0].domain, passes=True), (AMELI,)).label


def _copied(mail: Message) -> Copied:
    return copied(View(mail, evidence(mail.authors[0].domain, passes=True), AMELI))


@pytest.mark.parametrize("how", DOUBTED)
def test_who_doubts_what_he_got_claims_nothing(how: str) -> None:
    assert _verdict(_mail(SYLVIE, FRAUD)) is not Label.UNRELATED
    assert _verdict(_mail(SYLVIE, DOUBTED[how].format(FRAUD))) is Label.UNRELATED


@pytest.mark.parametrize("how", DOUBTED)
def test_who_names_nobody_is_not_believed(how: str) -> None:
    assert _copied(_mail(NOBODY, DOUBTED[how].format(FRAUD))) is Copied.NOT
    assert _copied(_mail("Sylvie Marchand <s@carte-vitale-maj.example>", DOUBTED[how].format(FRAUD))) is Copied.NOT


TOLD = {
    "a neighbour": "Bonjour les voisins,\nMadame Perret du 3e a reçu ce SMS hier et elle a failli se faire avoir :\n\n{}\nOdile",
    "a helpdesk": "Bonjour,\n14 agents nous ont appelés. Voici ce qui circule :\n\n{}\nNous l'avons bloqué.",
    "further down": "Mon adjudant,\nComme convenu, les éléments.\n"
    + "17/01 : saisie du nom. " * 30
    + "\n18/01 : mail que je colle :\n\n{}",
    "a club": "Bonsoir,\nRésumé pour les absents. On a pris le message de Simone :\n\n{}\nMercredi : les mots de passe.\nAlain",
}


@pytest.mark.parametrize("how", TOLD)
def test_what_somebody_shows_accuses_nobody_whatever_host_it_leads_to(how: str) -> None:
    body, host = TOLD[how].format(FRAUD), "https://carte-vitale-maj.example/a"
    mail = message(SYLVIE, "Pour information", body, [HOST, host])
    assert _verdict(message(SYLVIE, "Pour information", FRAUD, [HOST, host])) is Label.IMPERSONATION
    assert _verdict(mail) is Label.SUSPICIOUS


def test_who_only_says_that_he_got_it_is_warned_of() -> None:
    body = f"Bonjour,\nJe te recopie le mail que j'ai reçu ce matin :\n\n{FRAUD}\nBonne journée\nSylvie"
    assert _verdict(_mail(SYLVIE, body)) is Label.SUSPICIOUS
    tells_to = (
        f"Bonjour,\nJ'ai reçu ce message pour toi, il faut cliquer avant ce soir.\n\n{FRAUD}\nBonne journée\nSylvie"
    )
    assert _verdict(_mail(SYLVIE, tells_to)) is Label.SUSPICIOUS


@pytest.mark.parametrize(
    "above",
    [
        "Vous avez reçu ce message car votre dossier est incomplet. Est-ce vrai ? Oui.",
        "Nous n'avons pas reçu le courrier que nous attendions.",
        "Votre médecin nous a adressé ce matin votre protocole.",
        "C'est vrai : vous pouvez être remboursé. C'est officiel et sérieux.",
        "Vous avez reçu ce message :",
        "Nous avons bien reçu votre demande, il manque :",
        "J'ai bien reçu votre message, il manque :",
        "You have received this message because your file is incomplete. Is it real? Yes.",
        "Nous avons reçu le courrier de votre médecin. Que faire ?",
        "Voici le message que votre caisse vous adresse. Faut-il payer ? Non, c'est gratuit.",
        "Votre caisse a reçu le courrier de votre employeur. Une connexion frauduleuse a été bloquée.",
        "Certains assurés ont reçu ce message en double.",
        "Je vous transmets le message de votre caisse :",
        "Votre caisse a pris le message en compte :",
        "Regardez ce message de l'Assurance Maladie.",
        "Nous avons bien reçu cela.",
        "Attention aux arnaques : ne cliquez jamais sur un lien d'un inconnu.",
    ],
)
def test_what_frauds_say_is_no_copy(above: str) -> None:
    mail = _mail(SYLVIE, f"{above}\n\n{FRAUD}")
    assert _copied(mail) is Copied.NOT
    assert _verdict(mail) in {Label.IMPERSONATION, Label.SUSPICIOUS}


@pytest.mark.parametrize(
    "below",
    [
        "Une connexion frauduleuse a été bloquée sur votre compte.",
        "Pour votre protection contre les fraudeurs, ce lien expire.",
        "Méfiez-vous des tentatives d'hameçonnage : nous ne vous demandons jamais vos codes.",
        "Cet accès est suspect.",
        "Ce n'est pas une arnaque.",
        "It is not a scam.",
        "Une question ? Que faire en cas de perte ?",
    ],
)
def test_a_frauds_own_words_on_frauds_are_no_doubt(below: str) -> None:
    mail = _mail(SYLVIE, f"Je vous recopie le courrier ci-dessous.\n\n{FRAUD}\n{below}")
    assert _copied(mail) is Copied.TOLD
    assert _verdict(mail) is Label.SUSPICIOUS


@pytest.mark.parametrize("author", ["Zelmora <contact@zelmora.example>", "La Poste <info@zelmora.example>"])
def test_a_body_doubts_in_the_first_person_or_not_at_all(author: str) -> None:
    body = f"Bonjour,\nMadame Perret a reçu ce message. C'est un faux ?\n\n{FRAUD}"
    assert _copied(_mail(author, body)) is Copied.TOLD
    assert _copied(_mail(author, body.replace("Madame Perret a", "On a"))) is Copied.DOUBTED
    assert _copied(_mail(author.replace("contact@", "no-reply@").replace("info@", "noreply@"), body)) is Copied.NOT


def _forward(author: str, above: str, *, host: str = HOST) -> Label:
    blocks = [TextBlock(Layer.FORWARDED, "text/plain", FRAUD)]
    mail = message(author, "TR: Votre carte", above, [link(host, layer=Layer.FORWARDED)], blocks=blocks)
    return _verdict(mail)


def test_a_fraud_that_nobody_forwards_without_a_word_of_doubt_is_warned_of() -> None:
    above = "Bonjour, merci de prendre connaissance du document et de faire le nécessaire avant la fin de la semaine."
    assert _forward(NOBODY, above) is Label.SUSPICIOUS
    assert _forward(NOBODY, above, host="https://assure.ameli.fr/x") is Label.UNRELATED
    assert _forward(NOBODY, f"{above} Est-ce un vrai ?") is Label.UNRELATED
    assert _forward(SYLVIE, above) is Label.UNRELATED
