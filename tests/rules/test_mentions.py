"""Mails that name the brand and do not claim to be it (facts section 6), judged without any authentication evidence."""

import pytest

from tests.rules.building import message, verdict
from vigie.rules.types import Label

L = "https://www.exemple-site.example/a"

MENTIONS = [
    (
        "Harmonie Mutuelle <info@mail.harmonie-mutuelle.fr>",
        "Vos remboursements de juillet",
        "Bonjour Madame Martin,\nVotre relevé de remboursements est disponible dans votre espace. L'Assurance Maladie vous a remboursé 16,50 €, votre mutuelle 7,50 €.\nPensez à mettre à jour votre carte Vitale chaque année en pharmacie. Pour la télétransmission, transmettez-nous votre attestation de droits depuis votre compte ameli.\nVotre mutuelle",
        [("Mon espace", L)],
    ),
    (
        "Mutuelle Générale <contact@mg-exemple.example>",
        "Votre attestation de droits",
        "Bonjour,\nAfin d'activer la liaison Noémie, merci de nous transmettre votre attestation Vitale et votre RIB.\nL'attestation se télécharge sur votre compte ameli.\nCordialement,\nVotre service adhérents",
        [("Déposer mes documents", L)],
    ),
    (
        "Le Parisien <newsletter@leparisien.fr>",
        "Votre carte Vitale 2026 est prête… attention à cette arnaque",
        "À LA UNE\n« Votre carte Vitale 2026 est prête à être expédiée » : l'Assurance Maladie alerte sur une arnaque\nDes escrocs se font passer pour ameli. Le mail invite à payer des frais de traitement.\nLire l'article",
        [("Lire l'article", L)],
    ),
    (
        "Le Figaro <newsletter@lefigaro.fr>",
        "Assurance maladie : ce qui change en 2026",
        "L'Assurance Maladie vous rembourse désormais mieux. La carte Vitale est disponible sur smartphone. Lire la suite",
        [("Lire la suite", L)],
    ),
    (
        "Sophie Durand <sophie.durand@entreprise.example>",
        "RE: mail ameli",
        "Salut,\ntu as reçu toi aussi un mail de l'Assurance Maladie pour renouveler ta carte Vitale ? ça me paraît bizarre, c'est une arnaque ?\nSophie",
        [],
    ),
    (
        "Sophie Durand <sophie.durand@entreprise.example>",
        "attestation vitale",
        "Bonjour,\nPour compléter ton dossier d'embauche, merci de m'envoyer la copie de ta carte Vitale, un RIB et une pièce d'identité recto-verso.\nBien à toi,\nSophie\nService RH",
        [],
    ),
    (
        "RH <rh@entreprise.example>",
        "Documents pour votre contrat",
        "Bonjour,\nMerci de nous transmettre avant le 15 mars les documents suivants : attestation de sécurité sociale ou copie de la carte Vitale, RIB, copie de la pièce d'identité, justificatif de domicile.\nCordialement,\nLe service des ressources humaines",
        [],
    ),
    (
        "Cabinet Compta <paie@compta.example>",
        "CPAM : attestation de salaire",
        "Bonjour,\nLa CPAM nous réclame l'attestation de salaire de M. Petit pour le versement des indemnités journalières. Merci de nous retourner le formulaire complété.\nCordialement\nTél. 01 99 00 12 34",
        [],
    ),
    (
        "Pharmacie du Centre <contact@pharmacie-centre.example>",
        "Votre ordonnance est prête",
        "Bonjour,\nVotre commande est disponible. Apportez votre carte Vitale et votre ordonnance. Mettez à jour votre carte Vitale dans notre borne.\nTél : 03 53 01 22 33\nVotre pharmacie",
        [("Voir", L)],
    ),
    (
        "Doctolib <no-reply@doctolib.fr>",
        "Rappel de rendez-vous",
        "Bonjour, votre rendez-vous avec Dr Leroy est confirmé. N'oubliez pas votre carte Vitale et votre attestation de mutuelle.",
        [("Gérer mon rendez-vous", "https://www.doctolib.fr/x")],
    ),
    (
        "Cabinet du Dr Leroy <secretariat@cabinet.example>",
        "Consultation",
        "Bonjour,\nLors de votre dernière visite, votre carte Vitale n'était plus valide. Merci de la mettre à jour en pharmacie et de repasser au cabinet.\nCordialement,\nle secrétariat\n01 99 00 11 22",
        [],
    ),
    (
        "RAMQ <ne-pas-repondre@ramq.gouv.qc.ca>",
        "Renouvellement de votre carte d'assurance maladie",
        "Bonjour,\nVotre carte d'assurance maladie expire bientôt. Vous pouvez la renouveler en ligne.\nRégie de l'assurance maladie du Québec",
        [("Renouveler ma carte", "https://www.ramq.gouv.qc.ca/renouveler")],
    ),
    (
        "Régie de l'assurance maladie du Québec <info@ramq-avis.example>",
        "Votre carte",
        "Votre carte d'assurance maladie expire bientôt. Renouvelez-la.",
        [("Renouveler", L)],
    ),
    (
        "MSA <noreply@msa.fr>",
        "Information de paiement",
        "Bonjour,\nUn paiement a été effectué sur votre compte MSA. Votre carte Vitale est à mettre à jour.\nVotre MSA",
        [("Mon espace privé", "https://monespaceprive.msa.fr")],
    ),
    (
        "MGEN <info@mgen.fr>",
        "Vos droits",
        "Bonjour,\nMGEN gère votre régime obligatoire d'assurance maladie. Votre carte Vitale doit être mise à jour. Connectez-vous à votre espace personnel.\nMGEN",
        [("Mon espace", "https://www.mgen.fr")],
    ),
    (
        "CSS Assurance <info@css.ch>",
        "Votre carte d'assuré",
        "Bonjour,\nVotre nouvelle carte d'assuré 2026 de l'assurance maladie de base est disponible.\nVotre CSS",
        [("Mon compte", "https://my.css.ch")],
    ),
    (
        "Lucas Assurances <info@assureur-suisse.example>",
        "Prime d'assurance maladie 2026",
        "Madame, Monsieur,\nVotre prime d'assurance maladie s'élève à CHF 320. Veuillez payer la facture.\nVotre assurance maladie suisse",
        [("Payer", L)],
    ),
    (
        "KnowBe4 <training@secu-formation.example>",
        "Rapport de campagne de phishing",
        "Campagne « Ameli - carte Vitale » : 120 envoyés, 14 clics. Le message demandait : « Votre carte Vitale expire, renouvelez-la sous 48h ». Scénario d'hameçonnage, modèle Assurance Maladie.",
        [("Rapport", L)],
    ),
    (
        "Mairie de Trifouilly <contact@trifouilly.example>",
        "Lettre d'information",
        "Au sommaire\nCollecte des déchets\nLa CPAM vous informe : une permanence aura lieu le 12 mars en mairie.\nAttention aux arnaques à la carte Vitale\nInscrivez-vous ici",
        [("S'inscrire", L)],
    ),
    (
        "UFC-Que Choisir <info@quechoisir.example>",
        "Nos conseils de la semaine",
        "Votre carte Vitale expire ? Non ! C'est une arnaque. L'Assurance Maladie rappelle que la carte Vitale n'a pas de date d'expiration. Ne communiquez jamais vos coordonnées bancaires.",
        [("En savoir plus", L)],
    ),
    (
        "Mamie <mamie@orange.example>",
        "TR: attention arnaque ameli",
        "Attention les enfants, faux mails de l'assurance maladie qui demandent de renouveler la carte vitale, ne cliquez pas !\nBisous",
        [],
    ),
    (
        "Jean <jean@free.example>",
        "remboursement",
        "Salut,\nest-ce que la CPAM t'a remboursé ? ma carte vitale ne marche plus, je dois la renouveler sur ameli.\nA+",
        [],
    ),
    ("Ameli Durand <ameli.durand@gmail.example>", "Dimanche", "Coucou,\non se voit dimanche ?\nAmeli", []),
    ("Amélie <amelie@orange.example>", "Photos", "Voici les photos\nhttps://photos.example/a\nAmélie", [L]),
    (
        "Amélie Services <contact@ameliecoiffure.example>",
        "Promo",
        "Votre carte de fidélité expire bientôt. Renouvelez-la avant le 30.",
        [("ici", L)],
    ),
    (
        "Boutique <promo@camelia.example>",
        "Camélia en promo",
        "Votre carte cadeau est prête à être expédiée. Frais de port 4,90 €. Commandez",
        [("Commander", L)],
    ),
    (
        "Fonction Vitale <info@fonction-vitale.example>",
        "Fonction vitale",
        "Votre énergie vitale ! Commandez votre nouvelle carte cadeau.",
        [("Commander", L)],
    ),
    (
        "Cnam <inscription@lecnam.net>",
        "Inscription",
        "Bonjour,\nvotre dossier d'inscription au Cnam est incomplet. Merci de transmettre votre pièce d'identité et votre attestation de sécurité sociale.\nLe Cnam",
        [("Déposer", "https://lecnam.net/x")],
    ),
    (
        "France Travail <noreply@email.francetravail.example>",
        "Fuite de données",
        "Bonjour, vos nom, prénom, numéro de sécurité sociale ont pu être divulgués. Soyez vigilant face aux tentatives d'hameçonnage. Rendez-vous sur cybermalveillance.gouv.fr. ",
        [("plus", "https://www.cybermalveillance.gouv.fr")],
    ),
    (
        "Viamedis <info@viamedis.example>",
        "Information",
        "Votre organisme complémentaire nous confie la gestion de votre tiers payant. Une cyberattaque a touché vos données : numéro de sécurité sociale. Les données bancaires et remboursements ne sont pas concernés. L'Assurance Maladie n'est pas concernée.",
        [],
    ),
    (
        "Logiciel Médical <support@logimed.example>",
        "Mise à jour SESAM-Vitale",
        "Bonjour Docteur,\nLa version 1.40 du module SESAM-Vitale est disponible. Vos télétransmissions vers l'Assurance Maladie seront suspendues si vous n'installez pas la mise à jour avant le 31 mars. Rendez-vous sur amelipro pour vérifier vos conventions.\nL'équipe support\n04 65 71 00 11",
        [("Télécharger", L)],
    ),
    (
        "Ordre des médecins <info@ordre.example>",
        "Convention",
        "Chers confrères, la convention avec l'Assurance Maladie est signée. La Cnam a confirmé les revalorisations. Connectez-vous à amelipro.",
        [("Lire", L)],
    ),
    (
        "Lycée Hugo <secretariat@lycee.example>",
        "Inscription",
        "Madame, Monsieur, merci de joindre la photocopie de l'attestation de carte Vitale et le règlement de 30 euros à l'ordre du lycée.",
        [],
    ),
    (
        "Voyages <contact@voyages.example>",
        "Votre séjour",
        "N'oubliez pas la carte européenne d'assurance maladie (CEAM), à demander sur ameli.fr. Le solde de 450 € est à régler avant le 3 mai.",
        [("Payer", L)],
    ),
    (
        "Crèche <creche@asso.example>",
        "Dossier",
        "Merci de nous fournir votre numéro CAF, attestation de droits CPAM, RIB et copie du livret de famille.",
        [],
    ),
    (
        "Laboratoire <resultats@labo.example>",
        "Vos résultats sont disponibles",
        "Bonjour, vos résultats sont disponibles. Vos résultats sont aussi versés dans Mon espace santé. Reste à payer: 12,40 euros après remboursement de l'Assurance Maladie.",
        [("Voir mes résultats", L)],
    ),
    (
        "CHU <noreply@chu.example>",
        "Préadmission",
        "Bonjour,\npréparez votre venue : carte Vitale, pièce d'identité, carte de mutuelle. Activez Mon espace santé pour retrouver vos documents.\nLe bureau des admissions\n02 61 91 33 44",
        [("Préadmission", L)],
    ),
    (
        "Google Alerts <googlealerts-noreply@google.example>",
        "Alerte Google : ameli",
        "ameli\nVotre compte Ameli pourrait être suspendu : attention à cette arnaque - Capital\nCarte Vitale 2026 : faux mails en circulation",
        [("Article", L)],
    ),
    (
        "Signal Spam <contact@signal-spam.fr>",
        "Votre signalement",
        "Merci pour votre signalement du message « Votre carte Vitale expire », expéditeur contact@ameli.com. Le message frauduleux a été transmis.",
        [],
    ),
    (
        "Netcraft <report@netcraft.example>",
        "Report",
        "Your report of https://ameli-carte.example has been processed. Subject: Assurance Maladie - renouvellement carte vitale",
        [],
    ),
    (
        "Forum <noreply@forum.example>",
        "[Forum santé] Nouvelle réponse: CPAM et arrêt maladie",
        "Paul a répondu : la CPAM m'a demandé mon RIB et l'attestation de salaire. Appelez le 3646.",
        [("Voir", L)],
    ),
    (
        "Avocat <maitre@avocat.example>",
        "Dossier CPAM / Martin",
        "Cher Monsieur, la CPAM du Rhône a conclu. L'Assurance Maladie demande le remboursement de sa créance, soit 12 540,20 euros. Merci de me retourner vos observations et votre numéro de sécurité sociale.\nVotre bien dévoué,\nMe Blanc\n01 99 00 55 66",
        [],
    ),
    (
        "Notaire <etude@notaire.example>",
        "Succession",
        "La créance de la caisse primaire d'assurance maladie est de 300 euros. Merci de m'adresser un RIB.",
        [],
    ),
    (
        "Alan <hello@alan.example>",
        "Votre carte Alan",
        "Votre carte de tiers payant est prête. Connectez votre compte ameli pour être remboursé automatiquement.",
        [("Connecter", L)],
    ),
    (
        "Compta <facture@fournisseur.example>",
        "Facture",
        "Votre abonnement expire. Votre compte sera suspendu. Réglez 45 euros. Votre carte bancaire a expiré.",
        [("Payer", L)],
    ),
    (
        "Amazon <x@amaz0n.example>",
        "Compte suspendu",
        "Votre compte Amazon est suspendu. Mettez à jour vos coordonnées bancaires.",
        [("Mettre à jour", L)],
    ),
    (
        "CAF <noreply@caf-fraude.example>",
        "Trop-perçu",
        "Vous avez un trop-perçu en votre faveur de 312,40 euros. Confirmez votre RIB.\nVotre CAF",
        [("Confirmer", L)],
    ),
    (
        "Impots <x@impots.example>",
        "Remboursement",
        "Vous êtes éligible à un remboursement d'impôt de 312 euros. Votre numéro de sécurité sociale est requis.\nDirection générale des finances publiques",
        [("Recevoir", L)],
    ),
    (
        "La Poste <x@colis.example>",
        "Votre colis",
        "Des frais d'affranchissement de 1,99 € sont à payer.",
        [("Payer", L)],
    ),
    (
        "Moi <moi@example.org>",
        "",
        "carte vitale : 1 85 05 78 006 084 36\nameli mdp dans le coffre\nCPAM rdv mardi 14h",
        [],
    ),
    (
        "Assoc <contact@asso-diabete.example>",
        "Lettre du mois",
        "Assurance Maladie\nLe remboursement des capteurs évolue.\nNos adhérents témoignent. Adhérez pour 20 euros.",
        [("Adhérer", L)],
    ),
    (
        "Syndicat <info@syndicat.example>",
        "PLFSS 2026 : l'Assurance Maladie en danger",
        "Camarades, la Sécurité sociale a 80 ans. L'Assurance Maladie doit rester publique. Signez la pétition !",
        [("Signer", L)],
    ),
    (
        "Julie Petit <julie@example.org>",
        "Fwd: dossier CPAM",
        "Bonjour Paul,\nvoici le courrier de la CPAM. Tu peux remplir le formulaire et me le renvoyer avec ton RIB ?\nMerci\nJulie",
        [],
    ),
    (
        "Apec <jobs@apec.example>",
        "Offre : conseiller CPAM (H/F)",
        "La CPAM de Paris recrute un conseiller service à l'usager. Postulez avant le 12 mai. L'Assurance Maladie vous propose un CDI.",
        [("Postuler", L)],
    ),
    (
        "Qare <hello@qare.example>",
        "Téléconsultation",
        "Votre feuille de soins est disponible. L'Assurance Maladie vous remboursera 70 %. Renseignez votre numéro de carte Vitale dans votre profil.",
        [("Mon profil", L)],
    ),
    (
        "Infirmière <ide@cabinet-soins.example>",
        "Soins",
        "Bonjour, merci de m'envoyer une photo de votre carte Vitale et l'attestation de mutuelle avant ma visite. 06 39 98 11 22",
        [],
    ),
]


@pytest.mark.parametrize(("author", "subject", "body", "links"), MENTIONS)
def test_a_mention_is_no_claim(author, subject, body, links):
    assert verdict(message(author, subject, body, links)).label is Label.UNRELATED


@pytest.mark.parametrize(("author", "subject", "body", "links"), MENTIONS)
def test_a_mention_by_an_author_without_a_name_is_never_a_fraud(author, subject, body, links):
    assert verdict(message("contact@zenith.example", subject, body, links)).label is not Label.IMPERSONATION
