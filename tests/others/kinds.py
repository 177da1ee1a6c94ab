"""The kinds of mail: who sends, what for, and three to six sentences, each one of several."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind. `body`: for each paragraph the wordings to choose from; "" leaves it out."""

    name: str
    displays: tuple[str, ...]
    users: tuple[str, ...]
    domains: tuple[str, ...]
    subjects: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]


WORDS: dict[str, tuple[str, ...]] = {
    "first": tuple("Julie Karim Élodie Yann Fatou Bernard Sophie Mehdi Chloé Gérard Inès Paul Amélie Vitaline Camille".split()),
    "last": tuple("Perrot Benali Lantin Moreau Diallo Vasseur Kerbrat Dupuis Nguyen Roche Tourpin Amelin Santos".split()),
    "reader": ("Camille", "Camille Dumontel", "Madame Dumontel"),
    "town": tuple("Saint-Brévin Montluçon Lens Arles Vierzon Tulle Morlaix Beaune Sète Foix".split()),
    "thing": (
        "un grille-pain", "deux lampes de bureau", "une housse de couette", "trois livres", "un sac à dos", "des chaussures de marche",
        "un thermomètre", "un tensiomètre", "un lot de masques", "un kit de couture",
    ),
    "bye": ("Cordialement,", "Bien à vous,", "Belle journée,", "À bientôt,", "Sincères salutations,", ""),
    "hello": ("Bonjour {reader},", "Bonjour,", "Chère cliente, cher client,", "Madame, Monsieur,", "Bonsoir,"),
    "passing": (
        "La part remboursée par la sécurité sociale figure au verso.",
        "N'oubliez pas votre carte Vitale et votre carte de mutuelle le jour du rendez-vous.",
        "Le reste à charge dépend de votre mutuelle.",
        "Nous transmettons la feuille de soins à votre CPAM.",
        "Ce matériel n'est pas pris en charge par l'Assurance Maladie.",
        "Le tiers payant s'applique sur présentation de la carte Vitale.",
        "Pensez à prévenir la CPAM de votre changement d'adresse.",
        "Une attestation de droits (à télécharger sur ameli) vous sera demandée.",
        "Les cotisations de sécurité sociale apparaissent sur votre bulletin.",
        "",
    ),
}  # fmt: skip

KINDS: tuple[Kind, ...] = (
    Kind(
        "order",
        ("Maison Bergeron", "Comptoir du {town}", "Atelier {last}"),
        ("commandes", "boutique", "noreply"),
        ("boutique-{last}.example", "comptoir-{town}.example"),
        ("Votre commande n° {number} est confirmée", "Merci pour votre commande", "Commande {number} : en préparation"),
        (
            ("{hello}",),
            (
                "Nous avons bien reçu votre commande de {thing} pour {euros}.",
                "Votre commande {number} ({thing}) part le {day}.",
            ),
            (
                "Suivez-la ici : https://www.{host}/suivi/{number}",
                "Le paiement par carte bancaire de {euros} a été accepté.",
            ),
            ("{bye}",),
            ("Le service client {town}", "L'équipe de la boutique"),
        ),
    ),
    Kind(
        "invoice",
        ("Plomberie {last}", "Garage {last} et fils", "Cabinet comptable {last}"),
        ("facturation", "compta", "contact"),
        ("{last}-services.example", "garage-{last}.example"),
        ("Facture {number}", "Votre facture du {day}", "Relance : facture {number} impayée"),
        (
            ("{hello}",),
            (
                "Veuillez trouver ci-joint la facture {number} d'un montant de {euros}.",
                "Sauf erreur, la facture {number} reste impayée.",
            ),
            ("Règlement par virement avant le {day}.", "Vous pouvez régler en ligne : https://{host}/payer/{number}"),
            ("{bye}",),
            ("{first} {last}", "La comptabilité"),
        ),
    ),
    Kind(
        "newsletter",
        ("La Gazette de {town}", "Jardin & Saisons", "Le Quotidien du {town}"),
        ("lettre", "newsletter", "redaction"),
        ("gazette-{town}.example", "jardin-saisons.example"),
        ("Les nouvelles de la semaine", "À la une : {town} se prépare à l'hiver", "5 idées pour le week-end du {day}"),
        (
            ("Au sommaire cette semaine :",),
            ("Le marché de {town} déménage le {day}.", "La recette du mois : tarte aux poires pour {small} personnes."),
            (
                "Santé : ce qui change pour les remboursements de la sécurité sociale en janvier.",
                "Arnaques : l'Assurance Maladie met en garde contre de faux courriels qui circulent.",
                "Enquête : pourquoi la mutuelle coûte plus cher en 2027.",
                "Culture : le festival du {town} dévoile son affiche.",
            ),
            ("Lire la suite : https://www.{host}/article/{number}", "Tous nos articles sur https://{host}/"),
            ("Vous recevez cette lettre parce que vous êtes abonné. Se désabonner : https://{host}/desabonnement",),
        ),
    ),
    Kind(
        "mutuelle",
        ("Mutuelle des Lilas", "Mutuelle du {town}", "Complémentaire {last} Santé"),
        ("adherents", "lettre", "ne-pas-repondre"),
        ("mutuelle-{town}.example", "mutuelle-{last}.example"),
        (
            "Votre décompte de remboursements est disponible",
            "Nouvelle carte de tiers payant 2027",
            "Votre échéancier 2027",
        ),
        (
            ("{hello}",),
            (
                "Votre mutuelle vous a remboursé {euros} en complément de l'Assurance Maladie.",
                "Votre carte de tiers payant mutuelle pour 2027 est jointe à ce message.",
                "Le montant de votre cotisation pour 2027 est de {euros} par mois.",
            ),
            ("Retrouvez le détail dans votre espace adhérent : https://www.{host}/adherent", "{passing}"),
            ("{bye}",),
            ("Votre mutuelle",),
        ),
    ),
    Kind(
        "list",
        ("{first} {last}", "{first} via randonneurs"),
        ("{first}", "randonneurs"),
        ("listes.{town}.example", "rando-{town}.example"),
        ("[randonneurs] Sortie du {day}", "Re: [chorale] répétition", "[quartier] compteur d'eau"),
        (
            ("Salut à tous,", "Bonjour la liste,"),
            ("On se retrouve à {hour} devant la gare de {town}.", "Qui peut apporter {thing} le {day} ?"),
            ("Au fait, quelqu'un sait combien de temps la CPAM met à rembourser ?", "{passing}", ""),
            ("{first}",),
        ),
    ),
    Kind(
        "delivery",
        ("Transports {last}", "Relais {town}"),
        ("livraison", "suivi", "notification"),
        ("transports-{last}.example", "relais-{town}.example"),
        ("Votre colis {number} arrive demain", "Colis disponible au relais", "Livraison prévue le {day}"),
        (
            ("{hello}",),
            (
                "Votre colis sera livré le {day} entre {hour} et {hour}.",
                "Votre colis vous attend au relais de {town} jusqu'au {day}.",
            ),
            ("Modifier la livraison : https://suivi.{host}/{number}", "Munissez-vous d'une pièce d'identité."),
            ("{bye}",),
        ),
    ),
    Kind(
        "bank",
        ("Banque {last}", "Caisse d'épargne de {town}", "Crédit {town}"),
        ("alertes", "information", "messagerie"),
        ("banque-{last}.example", "credit-{town}.example"),
        ("Votre relevé de compte est disponible", "Opération de {euros}", "Votre conseiller vous a écrit"),
        (
            ("{hello}",),
            (
                "Votre relevé du mois est disponible dans votre espace client.",
                "Un virement de {euros} de CPAM {town} a été crédité sur votre compte.",
                "Un prélèvement de {euros} (mutuelle) sera effectué le {day}.",
                "Votre carte bancaire arrive à échéance ; la nouvelle vous est envoyée par courrier.",
            ),
            (
                "Connectez-vous depuis notre application, nous ne demandons jamais vos codes.",
                "https://www.{host}/espace",
            ),
            ("{bye}",),
            ("Votre conseillère, {first} {last}", "Votre banque"),
        ),
    ),
    Kind(
        "telecom",
        ("Télécom {town}", "Mobile {last}"),
        ("facture", "service-client"),
        ("telecom-{town}.example", "mobile-{last}.example"),
        ("Votre facture de {euros}", "Votre forfait est épuisé", "Intervention sur votre ligne le {day}"),
        (
            ("{hello}",),
            ("Votre facture mobile de {euros} est disponible.", "Un technicien passera le {day} à {hour}."),
            ("Consulter : https://www.{host}/facture/{number}", "Votre ligne sera suspendue en cas d'impayé."),
            ("{bye}",),
        ),
    ),
    Kind(
        "school",
        ("Collège de {town}", "École {last}", "Vie scolaire"),
        ("secretariat", "vie-scolaire", "direction"),
        ("college-{town}.example", "ecole-{last}.example"),
        ("Sortie scolaire du {day}", "Réunion de parents", "Dossier d'inscription à compléter"),
        (
            ("Chers parents,", "Madame, Monsieur,"),
            (
                "La classe part à {town} le {day}. La participation est de {euros}.",
                "Merci de rendre avant le {day} la fiche sanitaire, avec la copie de l'attestation de sécurité sociale et de la mutuelle.",
            ),
            (
                "Le règlement se fait par chèque.",
                "Renseignez le numéro de sécurité sociale du responsable sur la fiche.",
                "",
            ),
            ("{first} {last}, principale adjointe", "Le secrétariat"),
        ),
    ),
    Kind(
        "town-hall",
        ("Mairie de {town}", "Ville de {town}", "CCAS de {town}"),
        ("mairie", "etat-civil", "contact"),
        ("ville-{town}.example", "mairie-{town}.example"),
        ("Votre demande de passeport", "Lettre municipale", "Permanence des services sociaux"),
        (
            ("Madame, Monsieur,", "{hello}"),
            (
                "Votre passeport est à retirer à la mairie à partir du {day}.",
                "La CPAM tient une permanence à la mairie le {day} à {hour}, sur rendez-vous.",
                "La distribution des sacs de tri aura lieu le {day}.",
            ),
            ("Plus d'informations sur https://www.{host}/", "Apportez un justificatif de domicile."),
            ("{bye}",),
            ("Les services de la ville de {town}",),
        ),
    ),
    Kind(
        "association",
        ("Les Amis du {town}", "Club de judo de {town}", "Banque alimentaire {last}"),
        ("bureau", "tresorier", "contact"),
        ("amis-{town}.example", "judo-{town}.example"),
        ("Assemblée générale du {day}", "Appel à bénévoles", "Votre reçu fiscal"),
        (
            ("Chers adhérents,", "{hello}"),
            (
                "L'assemblée générale se tient le {day} à {hour}.",
                "Merci pour votre don de {euros} ; votre reçu est joint.",
            ),
            ("Adhésion : https://{host}/adhesion", "Nous aidons aussi à remplir les dossiers de la sécurité sociale."),
            ("{first} {last}, trésorier", "Le bureau"),
        ),
    ),
    Kind(
        "family",
        ("{first} {last}", "{first}", "Maman"),
        ("{first}", "famille"),
        ("courriel-{town}.example", "{last}.example"),
        ("Dimanche", "Des nouvelles", "Ta carte Vitale est chez moi", "Question"),
        (
            ("Coucou,", "Salut {reader},"),
            (
                "On arrive le {day} vers {hour}, je prends {thing}.",
                "Tu as oublié ta carte Vitale à la maison, je te l'envoie demain.",
                "J'ai encore passé une heure au téléphone avec la CPAM, quelle histoire.",
                "La mutuelle m'a remboursé {euros}, j'étais surpris.",
            ),
            ("Regarde les photos : https://photos.{host}/{number}", "Tu me rappelles ce soir ?", ""),
            ("Bises,", "Je t'embrasse,"),
            ("{first}",),
        ),
    ),
    Kind(
        "job",
        ("{first} {last}", "Ressources humaines {last}", "Intérim {town}"),
        ("rh", "recrutement", "paie"),
        ("interim-{town}.example", "groupe-{last}.example"),
        ("Votre bulletin de paie", "Entretien du {day}", "Documents pour votre embauche"),
        (
            ("{hello}",),
            (
                "Votre bulletin de paie du mois est dans votre coffre-fort.",
                "Pour votre contrat, merci de nous envoyer votre RIB, une copie de la carte Vitale et un justificatif de domicile.",
                "Votre arrêt de travail a été transmis à la CPAM ; la subrogation est maintenue.",
                "Nous vous recevrons le {day} à {hour}.",
            ),
            ("Coffre-fort : https://paie.{host}/{number}", "{passing}"),
            ("{bye}",),
            ("{first} {last}, gestionnaire de paie", "{first} {last}, ressources humaines"),
        ),
    ),
    Kind(
        "travel",
        ("Trains du {town}", "Hôtel {last}", "Agence {last} Voyages"),
        ("reservation", "billets"),
        ("hotel-{last}.example", "voyages-{town}.example"),
        ("Votre réservation {number}", "Votre billet pour {town}", "Avant votre départ"),
        (
            ("{hello}",),
            (
                "Votre chambre est réservée du {day} au {day} pour {euros}.",
                "Votre train part à {hour}, voiture {small}.",
            ),
            (
                "Pensez à la carte européenne d'assurance maladie, à demander à votre caisse avant le départ.",
                "https://www.{host}/billet",
                "",
            ),
            ("{bye}",),
        ),
    ),
    Kind(
        "health",
        ("Cabinet du docteur {last}", "Pharmacie de {town}", "Laboratoire {last}", "Clinique de {town}"),
        ("rdv", "accueil", "resultats"),
        ("cabinet-{last}.example", "pharmacie-{town}.example"),
        ("Votre rendez-vous du {day}", "Vos résultats sont disponibles", "Votre ordonnance est prête"),
        (
            ("{hello}",),
            (
                "Votre rendez-vous est confirmé le {day} à {hour}.",
                "Vos résultats sont disponibles : https://www.{host}/resultats",
            ),
            ("{passing}",),
            ("{bye}",),
            ("Le secrétariat du docteur {last}", "L'équipe de la pharmacie", "Le laboratoire"),
        ),
    ),
    Kind(
        "software",
        ("Nuage {last}", "Jeux {town}", "Réseau {last}"),
        ("noreply", "security", "support"),
        ("nuage-{last}.example", "jeux-{town}.example"),
        ("Nouvelle connexion à votre compte", "Réinitialisez votre mot de passe", "Votre espace de stockage est plein"),
        (
            ("{hello}",),
            (
                "Une connexion à votre compte a eu lieu le {day} à {hour}.",
                "Votre compte sera supprimé le {day} faute d'activité.",
            ),
            (
                "Vérifiez votre activité : https://compte.{host}/securite",
                "Confirmez votre adresse : https://{host}/c/{number}",
            ),
            ("{bye}",),
            ("L'équipe sécurité",),
        ),
    ),
    Kind(
        "other-frauds",
        ("Service Livraison", "Support Netfilms", "Banque en ligne", "Amendes", "Service des impôts", "Énergie Direct"),
        ("contact", "no-reply", "alerte"),
        ("colis-{town}.example", "verif-{number}.example", "paiement-{last}.example"),
        (
            "Votre colis est bloqué",
            "Paiement refusé : abonnement suspendu",
            "Amende impayée",
            "Remboursement d'impôt de {euros}",
        ),
        (
            ("Cher client,", "Bonjour,"),
            (
                "Votre colis {number} est en attente : réglez {euros} de frais de douane.",
                "Votre abonnement a été suspendu car le paiement de {euros} a échoué.",
                "Vous avez une amende impayée de {euros} ; sans règlement elle sera majorée.",
                "Votre carte bancaire a été bloquée après une tentative suspecte.",
            ),
            (
                "Cliquez ici : https://{host}/payer",
                "Confirmez vos coordonnées bancaires sous 24 heures : https://{host}/v",
            ),
            ("Le service client", ""),
        ),
    ),
    Kind(
        "english",
        ("{first} {last}", "Billing at Northwind", "Harbour Insurance"),
        ("billing", "hello", "team"),
        ("northwind.example", "harbour-insurance.example"),
        ("Your invoice {number}", "Meeting on Thursday", "Your health insurance renewal", "Security alert"),
        (
            ("Hi {reader},", "Dear customer,"),
            (
                "Your invoice for this month is attached.",
                "Your health insurance card expires in December; a new one is in the post.",
                "In France she was reimbursed by the sécurité sociale, I think they call it CPAM.",
                "Please confirm your bank details to receive your refund.",
            ),
            ("See https://www.{host}/account", "Let me know if Thursday works."),
            ("Best regards,",),
            ("{first}",),
        ),
    ),
    Kind(
        "german",
        ("{first} {last}", "Krankenkasse Musterstadt", "Stadtwerke"),
        ("service", "info"),
        ("kasse-musterstadt.example", "stadtwerke.example"),
        ("Ihre Rechnung {number}", "Ihre neue Gesundheitskarte", "Termin am Donnerstag"),
        (
            ("Guten Tag,", "Hallo {reader},"),
            (
                "Ihre Gesundheitskarte läuft ab, die neue kommt per Post.",
                "anbei die Rechnung für November.",
                "wir treffen uns um 10 Uhr.",
            ),
            ("Mehr unter https://www.{host}/", "Bitte laden Sie Ihr Foto hoch: https://{host}/foto"),
            ("Mit freundlichen Grüßen",),
            ("{first} {last}", "Ihre Krankenkasse"),
        ),
    ),
    Kind(
        "spanish-italian-portuguese",
        ("{first} {last}", "Tienda Sol", "Seguridad Social (información)"),
        ("info", "tienda"),
        ("tienda-sol.example", "avisos-{town}.example"),
        ("Su pedido {number}", "Tessera sanitaria", "A sua fatura", "Cita del jueves"),
        (
            ("Estimado cliente:", "Ciao {reader},", "Olá,"),
            (
                "Su pedido llegará el jueves.",
                "La tua tessera sanitaria scade a dicembre, la nuova arriva per posta.",
                "A sua fatura de novembro está disponível.",
                "Recuerde traer la tarjeta sanitaria a la consulta.",
            ),
            ("https://www.{host}/", ""),
            ("Un saludo", "Saluti", "Obrigado"),
        ),
    ),
    Kind(
        "arabic-and-others",
        ("{first} {last}", "متجر النور", "Магазин", "商店"),
        ("info", "shop"),
        ("alnour.example", "lavka.example"),
        ("فاتورتك لشهر نوفمبر", "Ваш заказ {number}", "您的订单", "Siparişiniz {number}"),
        (
            (
                "مرحبا، تجدون رفقا فاتورة هذا الشهر.",
                "Здравствуйте! Ваш заказ отправлен.",
                "您好,您的订单已发货。",
                "Merhaba, siparişiniz yola çıktı.",
            ),
            ("مشكلتي مع CPAM لم تحل بعد.", "Жду карту Vitale уже три месяца.", ""),
            ("https://www.{host}/{number}",),
        ),
    ),
    Kind(
        "insurance-neighbours",
        ("Assurances {last}", "Prévoyance {town}", "Caisse de retraite {last}", "Service social {town}"),
        ("contact", "gestion", "allocataires"),
        ("assurances-{last}.example", "prevoyance-{town}.example"),
        ("Votre attestation d'assurance", "Votre dossier {number}", "Point sur vos droits à la retraite"),
        (
            ("{hello}",),
            (
                "Votre attestation d'assurance habitation est jointe.",
                "Pour compléter votre dossier de prévoyance, envoyez-nous les décomptes d'indemnités journalières de la CPAM.",
                "Votre relevé de carrière est disponible.",
            ),
            ("Espace client : https://www.{host}/espace", "Nous restons à votre disposition au 01 99 00 12 34."),
            ("{bye}",),
            ("{first} {last}, gestionnaire", "Assurances {last}"),
        ),
    ),
    Kind(
        "colleague",
        ("{first} {last}",),
        ("{first}", "{last}"),
        ("atelier-{last}.example", "bureau-{town}.example"),
        ("Compte rendu de réunion", "Planning", "As-tu reçu le mail de la CPAM ?", "Arnaque en cours"),
        (
            ("Bonjour {reader},", "Salut,"),
            (
                "Voici le compte rendu, dis-moi si c'est bon.",
                "J'ai reçu un courriel qui dit que ma carte Vitale expire, c'est sûrement un faux, fais attention.",
                "Tu sais où on déclare un arrêt de travail à l'Assurance Maladie ?",
                "Le comité paie la mutuelle à partir de janvier.",
            ),
            ("Le dossier est là : https://fichiers.{host}/{number}", "On en parle à {hour} ?"),
            ("{bye}",),
            ("{first} {last}",),
        ),
    ),
)
