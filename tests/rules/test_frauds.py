"""The wording of nine years of fraud (facts section 3.1), each in a mail of its own, without any authentication evidence."""

import pytest

from tests.rules.building import message, verdict
from vigie.rules.types import Label

W = "https://portail-dossier.example/x"

FRAUDS = [
    (
        "Service <no-reply@roofandfloor.example>",
        "REMBOURSEMENT : DOSSIER AML-591783021",
        "Assurance Maladie\nBonjour,\nAprès les derniers calculs de votre assurance maladie, nous avons déterminé que vous êtes admissible à recevoir un remboursement d'un montant de 118 euros.\nCliquez ici",
        [("Cliquez ici", W)],
    ),
    (
        "Information <nepasrepondre@market.example>",
        "Remboursement",
        "Madame, Monsieur,\nAprès les derniers calculs de votre assurance maladie, nous avons déterminé que vous êtes admissible à recevoir un remboursement d’un montant de 387,95 euros.\nVeuillez nous soumettre la demande dans un délai de 7 jours.",
        [("Accéder au formulaire", W)],
    ),
    (
        "Service Public <x@sp.example>",
        "Nouvelle carte",
        "Amélie dévoile enfin sa nouvelle carte vitale V3. Elle vous garantit le remboursement de vos soins sous 24 h. Pour l'obtenir, veuillez nous retourner le formulaire ci-joint accompagné d'un relevé d'identité bancaire.",
        [],
    ),
    (
        "Service Public <x@sp.example>",
        "carte vitale v3",
        "Bonjour,\nLa nouvelle carte Vitale V3 bénéficie des dernières avancées technologiques en matière de sécurité. Plus de feuille de soins à envoyer.\nDemandez votre carte : "
        + W,
        [W],
    ),
    (
        "Info <x@sms.example>",
        "",
        "Assurance Maladie : Expiration de votre carte vitale, à mettre à jour impérativement sur " + W,
        [W],
    ),
    (
        "x@sms.example",
        "Votre remboursement vous attend",
        "Votre remboursement vous attend\nDossier 88213\nConnectez-vous avec FranceConnect pour recevoir votre remboursement ameli.",
        [("Mon remboursement", W)],
    ),
    (
        "Service clients Ameli <no-reply@roof.example>",
        "Ameli.fr",
        "COMMANDEZ VOTRE NOUVELLE CARTE\nLes anciennes cartes seront rendues obsolètes fin 2023, il est donc important de faire le changement dès réception de cet email.",
        [("Accéder à mon compte", W)],
    ),
    (
        "Bénéficiaire <x@foo.example>",
        "Mise à jour",
        "Bonjour bénéficiaire Ameli,\nMerci de renouveler votre carte Vitale pour assurer un accès ininterrompu à nos services. Dans le cas où aucune mise à jour n'est effectuée, l'accès à votre compte et à des fonctionnalités clés pourrait être brièvement suspendu à compter du 30/11/2024",
        [("renouveler ma carte", W)],
    ),
    (
        "Espace Santé <x@foo.example>",
        "Nouvelle édition",
        "Une nouvelle édition de votre carte est à présent disponible. Votre carte vitale actuelle cessera bientôt de fonctionner. Pour éviter toute interruption de vos droits, il est conseillé de finaliser la démarche rapidement.",
        [("Finaliser", W)],
    ),
    (
        "Contact <contact@foo.example>",
        "Votre carte Vitale 2026 est prête à être expédiée",
        "La nouvelle carte Vitale 2026 est disponible. Des frais de traitement de 1,95 € s'appliquent.\nMa carte actuelle est-elle toujours valable ? Oui, jusqu'à sa date d'expiration",
        [("JE COMMANDE MA CARTE", W)],
    ),
    (
        "Contact <contact@ameli.com>",
        "Commandez votre nouvelle carte Vitale",
        "Bonjour, votre carte est prête",
        [("JE COMMANDE MA CARTE", W)],
    ),
    (
        "Contact <contact@foo.example>",
        "Information importante",
        "Cher(e) assuré(e),\nnous vous informons que votre carte vitale arrive prochainement à expiration. Pour garantir la continuité de vos remboursements et bénéficier du tiers payant chez votre médecin ou pharmacien, une mise à jour de votre carte Vitale est nécessaire.",
        [("Mettre à jour mes informations", W)],
    ),
    (
        "Contact <contact@foo.example>",
        "Dossier",
        "Merci d'effectuer la mise à jour de vos informations manquantes avant le 15 février et actualiser votre dossier pour recevoir vos remboursements avant le 20 février.\nVotre Assurance Maladie",
        [("Mettre à jour", W)],
    ),
    (
        "CPAM <cpam@foo.example>",
        "Appel manqué",
        "Bonjour,\nNous avons tenté de vous joindre. Rappelez-nous au 0899 701 701.\nVotre conseiller CPAM",
        [],
    ),
    (
        "Conseiller <j.dupont@foo.example>",
        "Votre dossier",
        "Bonjour,\nJe suis conseiller à l'Assurance Maladie. Merci de me rappeler au 06 39 98 12 34 pour débloquer votre remboursement.",
        [],
    ),
    (
        "Martin <m@foo.example>",
        "Remboursement ameli",
        "Bonjour,\nVotre compte ameli présente un trop-perçu en votre faveur. Merci de nous transmettre votre RIB et une copie de votre carte bancaire par retour de mail.\nL'Assurance Maladie",
        [],
    ),
    ("Ame1i <x@foo.example>", "Mise a jour", "votre carte vitaie expire\nmettez a jour vos informations", [("ici", W)]),
    (
        "Info <x@foo.example>",
        "Notification",
        "Renforcement de la sécurité de votre compte Ameli et de votre Carte Vitale\nVous disposez d'un délai de 72 heures pour effectuer cette validation. Passé ce délai, l'accès à votre compte Ameli pourrait être temporairement suspendu",
        [("valider", W)],
    ),
    (
        "Info <x@foo.example>",
        "Votre dossier",
        "Nous avons procédé à la création de votre nouvelle carte vitale. Si vous ne donnez pas suite, cela sera considéré comme un renoncement à vos avantages médicaux",
        [("Finaliser", W)],
    ),
    (
        "Info <x@foo.example>",
        "Notification",
        "Assurance Maladie : Vous avez un remboursement de 312,40€ en attente. Cliquez ici pour le recevoir.",
        [("Cliquez ici", W)],
    ),
    (
        "Info <x@foo.example>",
        "Notification",
        "Votre carte Vitale doit etre mise a jour, sinon vos remboursement seront suspendu. Munissez-vous de votre numéro de sécurité sociale, d'une pièce d'identité et de votre RIB",
        [("ici", W)],
    ),
    (
        "Info <x@foo.example>",
        "Notification",
        "Votre nouvelle Carte Vitale V3 est disponible. Commandez la avant clôture sous 48h",
        [("ici", W)],
    ),
    (
        "Mon espace santé <x@foo.example>",
        "Activation",
        "Votre espace Mon espace santé doit être activé",
        [("Activer", W)],
    ),
    (
        "Info <x@foo.example>",
        "Votre service Mon espace santé",
        "Mon espace santé\nBonjour, votre profil n'est pas activé. Identifiez-vous avec FranceConnect pour ne pas perdre vos droits.\nL'équipe Mon espace santé",
        [("Activer", W)],
    ),
    (
        "Info <x@foo.example>",
        "Remboursement",
        "Bonjour,\nSuite à une erreur de paiement, la Caisse primaire d'assurance maladie vous doit la somme de 89,00 euros. Elle décline toute responsabilité juridique à défaut d'une réponse immédiate de votre part.\nCordialement,\nService remboursements CPAM",
        [("Recevoir", W)],
    ),
    (
        "Info <x@foo.example>",
        "A m e l i - information",
        "Votre compte est suspendu. Confirmez vos cordonnées banquaires.",
        [("Recevoir", W)],
    ),
    (
        "Info <x@foo.example>",
        "nouvelle sanction Covid-19",
        "L'Assurance Maladie vous informe que vous devez régler une amende de 135 € pour défaut de vaccination.\nVotre CPAM",
        [("Payer", W)],
    ),
    (
        "Info <x@foo.example>",
        "Message",
        "Une personne avec qui vous avez été en contact a été testée positive au Covid-19. L'Assurance Maladie vous invite à remplir le formulaire. cliquez sur ce lien",
        [("lien", W)],
    ),
    (
        "assurance-maladie@info.ameli.fr",
        "Information de paiement",
        "Bonjour,\nVous avez reçu un nouveau message de l'Assurance Maladie. Pour le consulter, cliquez ici",
        [("cliquez ici", W)],
    ),
]

# What says who speaks lies in the author alone here: the text by itself stays a mention.
ONLY_BY_AUTHOR = {"Activation", "Information de paiement"}


@pytest.mark.parametrize(("author", "subject", "body", "links"), FRAUDS)
def test_fraud_is_found(author, subject, body, links):
    assert verdict(message(author, subject, body, links)).label is Label.IMPERSONATION


@pytest.mark.parametrize(
    ("author", "subject", "body", "links"), [fraud for fraud in FRAUDS if fraud[1] not in ONLY_BY_AUTHOR]
)
def test_fraud_is_found_by_its_text_alone(author, subject, body, links):
    assert verdict(message("Info <x@zenith-travaux.example>", subject, body, links)).label is Label.IMPERSONATION


@pytest.mark.parametrize(("author", "subject", "body", "links"), FRAUDS)
def test_fraud_without_accents_and_in_capitals_is_found(author, subject, body, links):
    bare = str.maketrans("éèêàçùôîâûÉÈÀ", "eeeacuoiauEEA")
    assert (
        verdict(message(author, subject.translate(bare), body.upper().translate(bare), links)).label
        is Label.IMPERSONATION
    )


PADDING = (
    "\n\nNe communiquez jamais vos codes. L'Assurance Maladie ne demande jamais vos coordonnées bancaires par e-mail.\n"
)


@pytest.mark.parametrize(("author", "subject", "body", "links"), FRAUDS)
def test_protective_sentences_cancel_nothing_but_themselves(author, subject, body, links):
    assert verdict(message(author, subject, body + PADDING, links)).label is Label.IMPERSONATION
