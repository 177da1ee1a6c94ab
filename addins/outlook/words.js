// What people read, in French and English: the same sentences as in the other add-ins. Always shown as text, never as markup.

"use strict";

var vigie = vigie || {};

vigie.words = (() => {
  const FR = {
    genuine: "Prouvé : ce message vient bien de $1.",
    impersonation: "Faux : ce message se fait passer pour $1. Ne cliquez sur rien et ne répondez pas.",
    suspicious: "Douteux : quelque chose ne va pas dans ce message, qui se présente comme venant de $1. Ne cliquez pas sans avoir vérifié autrement.",
    undecided: "Non prouvé : rien ne montre que ce message vient vraiment de $1, rien ne le contredit nettement.",
    unexaminable: "Non prouvé : Vigie n'a pas réussi à lire ce message. Traitez-le avec prudence.",
    unrelated: "Ce message ne se présente pas comme venant d'ameli : Vigie n'a rien à en dire.",
    unasked: "Vigie n'a pas vérifié ce message : appuyez sur « Vérifier » si vous le souhaitez.",
    nothing: "Ouvrez un message pour que Vigie le vérifie.",
    checking: "Vigie vérifie ce message… En attendant, ne cliquez sur rien.",
    sending: "Vigie envoie votre signalement…",
    signing_in: "Connectez-vous dans la fenêtre qui s'est ouverte. Si vous n'en voyez aucune, regardez derrière celle-ci, permettez à Outlook d'ouvrir des fenêtres, puis réessayez.",
    incomplete: "Votre Outlook n'a pas donné le message en entier : sans sa signature, Vigie ne peut pas prouver d'où il vient, et sa réponse est à prendre avec prudence.",
    left: "Pièces jointes que Vigie n'a pas pu voir : $1.",
    outside: "L'adresse affichée est bien celle de $1, mais n'importe qui peut la recopier. Ce qui, dans ce message, mène ailleurs ou demande quelque chose :",
    why: "Pourquoi ?",
    hide: "Masquer",
    button_check: "Vérifier",
    button_report: "Signaler",
    button_send: "Envoyer le signalement",
    button_back: "Annuler",
    button_settings: "Réglages",
    button_again: "Réessayer",
    button_resend: "Renvoyer le signalement",
    consent: "Signaler ce message ? Il sera envoyé en entier (texte, pièces jointes, adresses) à $1 et y sera conservé, chiffré, pour les personnes qui examinent les fraudes. Rien n'est supprimé de votre boîte.",
    reported: "Merci. Votre signalement est arrivé (numéro $1).",
    reported_title: "Signalement envoyé",
    unreported_title: "Signalement non envoyé",
    unsure_title: "Signalement incertain",
    pane: "Ouvrez Vigie par son bouton « Vérifier avec Vigie », puis appuyez sur « Signaler ».",
    meanwhile: "En attendant, ne cliquez sur rien dans ce message s'il parle d'ameli : allez sur www.ameli.fr en tapant l'adresse vous-même.",
    later: "plus tard",
    in_seconds: "dans $1 secondes",
    in_minutes: "dans $1 minutes",
    not_check: "Ce message n'a pas été vérifié : $1",
    not_report: "Votre signalement n'est pas parti : $1",
    unsure_report: "Il n'est pas sûr que votre signalement soit arrivé : $1 Renvoyé, il n'est compté qu'une fois.",
    problem_unset: "Vigie n'est pas encore réglée ; indiquez votre jeton.",
    problem_account: "la connexion avec votre compte professionnel n'a pas abouti. Réessayez ; si cela dure, parlez-en à la personne qui gère Vigie.",
    problem_account_late: "la connexion avec votre compte professionnel n'a pas eu de réponse. S'il reste une fenêtre de connexion, terminez-y ou fermez-la, puis réessayez ; si cela dure, fermez Outlook et rouvrez-le.",
    problem_account_old: "votre Outlook ne sait pas encore se connecter à Vigie avec votre compte. Utilisez Outlook sur le web, ou un Outlook plus récent.",
    problem_outside: "Cette page s'ouvre dans Outlook, par le bouton « Vérifier avec Vigie ».",
    problem_old: "votre Outlook ne donne pas les messages aux compléments. Utilisez Outlook sur le web, ou un Outlook plus récent.",
    problem_token: "votre jeton n'est plus valable ou a été mal recopié. Demandez-en un nouveau à la personne qui gère Vigie.",
    problem_token_account: "Vigie ne reconnaît pas votre compte. Parlez-en à la personne qui gère Vigie.",
    problem_scope: "votre jeton ne permet pas de faire cela. Demandez-en un autre à la personne qui gère Vigie.",
    problem_scope_account: "votre compte ne permet pas de faire cela. Parlez-en à la personne qui gère Vigie.",
    problem_offline: "vous êtes hors connexion.",
    problem_unreachable: "le serveur Vigie ne répond pas. Ce n'est pas de votre fait ; réessayez plus tard.",
    problem_slow: "le serveur Vigie met trop de temps à répondre. Réessayez plus tard.",
    problem_often: "Vigie a reçu trop de demandes à la suite. Vous n'avez rien fait de mal ; réessayez $1.",
    problem_busy: "le serveur Vigie est très occupé. Réessayez $1.",
    problem_big: "il est trop gros pour être envoyé à Vigie.",
    problem_unreadable: "le serveur Vigie n'a pas pu le lire. Traitez ce message avec prudence.",
    problem_fault: "le serveur Vigie a un problème. Ce n'est pas de votre fait ; réessayez plus tard.",
    problem_foreign: "ce qui répond à l'adresse réglée n'est pas un serveur Vigie. Parlez-en à la personne qui gère Vigie.",
    problem_internal: "Outlook n'a pas pu le lire en entier.",
    problem_late: "Outlook n'a pas donné le message à temps. Réessayez ; si cela dure, fermez Outlook et rouvrez-le.",
    brand_ameli: "l'Assurance Maladie (ameli)",
    brand_franceconnect: "FranceConnect",
    brand_antai: "l'ANTAI (amendes.gouv.fr)",
    brand_caf: "la CAF (caisse d'allocations familiales)",
    brand_francetravail: "France Travail",
    brand_impots: "l'administration des impôts (impots.gouv.fr)",
    brand_laposte: "La Poste (Colissimo, Chronopost)",
    brand_urssaf: "l'Urssaf",
    brand_other: "l'organisme qu'il nomme",
    settings: "Réglages",
    settings_server: "Serveur Vigie : $1",
    settings_account: "Vous êtes reconnu par votre compte professionnel : il n'y a rien à régler.",
    settings_token: "Votre jeton",
    settings_help: "Demandez-le à la personne qui gère Vigie. Il commence par vig_, reste sur cet appareil et n'est envoyé qu'à ce serveur.",
    settings_privacy: "Un message vérifié est envoyé en entier à ce serveur, qui ne le garde pas. Il n'est gardé que si vous le signalez.",
    settings_save: "Enregistrer",
    settings_forget: "Oublier le jeton",
    settings_bad: "Ce jeton est incomplet : il commence par vig_ et a 47 caractères. Recopiez-le en entier.",
    settings_saved: "Enregistré.",
    settings_unkept: "Votre Outlook ne garde rien ici : le jeton n'a pas été enregistré.",
    settings_forgotten: "C'est oublié.",
  };

  const EN = {
    genuine: "Proven: this message does come from $1.",
    impersonation: "False: this message pretends to come from $1. Do not click anything, and do not answer.",
    suspicious: "Doubtful: something is wrong with this message, which presents itself as coming from $1. Do not click before you have checked in another way.",
    undecided: "Unproven: nothing shows that this message really comes from $1, and nothing clearly contradicts it.",
    unexaminable: "Unproven: Vigie could not read this message. Treat it with caution.",
    unrelated: "This message does not present itself as coming from ameli: Vigie has nothing to say about it.",
    unasked: "Vigie has not checked this message: press “Check” if you wish.",
    nothing: "Open a message to have Vigie check it.",
    checking: "Vigie is checking this message… Until then, do not click anything.",
    sending: "Vigie is sending your report…",
    signing_in: "Sign in, in the window that has opened. If you see none, look behind this one, allow Outlook to open windows, then try again.",
    incomplete: "Your Outlook did not give the whole message: without its signature Vigie cannot prove where it comes from, and its answer is to be taken with caution.",
    left: "Attachments that Vigie could not see: $1.",
    outside: "The address that is shown is indeed that of $1, but anybody can copy it. What in this message leads elsewhere, or asks for something:",
    why: "Why?",
    hide: "Hide",
    button_check: "Check",
    button_report: "Report",
    button_send: "Send the report",
    button_back: "Cancel",
    button_settings: "Settings",
    button_again: "Try again",
    button_resend: "Send the report again",
    consent: "Report this message? It will be sent whole (text, attachments, addresses) to $1 and kept there, encrypted, for the people who look into frauds. Nothing is deleted from your mailbox.",
    reported: "Thank you. Your report has arrived (number $1).",
    reported_title: "Report sent",
    unreported_title: "Report not sent",
    unsure_title: "Report uncertain",
    pane: "Open Vigie by its button “Check with Vigie”, then press “Report”.",
    meanwhile: "Meanwhile, do not click anything in this message if it is about ameli: go to www.ameli.fr by typing the address yourself.",
    later: "later",
    in_seconds: "in $1 seconds",
    in_minutes: "in $1 minutes",
    not_check: "This message has not been checked: $1",
    not_report: "Your report has not been sent: $1",
    unsure_report: "Your report may not have arrived: $1 Sent again, it is counted once.",
    problem_unset: "Vigie is not set up yet; enter your token.",
    problem_account: "signing in with your work account did not succeed. Try again; if it goes on, tell whoever runs Vigie.",
    problem_account_late: "signing in with your work account had no answer. If a sign-in window is still open, finish there or close it, then try again; if it goes on, close Outlook and open it again.",
    problem_account_old: "your Outlook cannot sign in to Vigie with your account yet. Use Outlook on the web, or a newer Outlook.",
    problem_outside: "This page opens in Outlook, by the button “Check with Vigie”.",
    problem_old: "your Outlook does not give messages to add-ins. Use Outlook on the web, or a newer Outlook.",
    problem_token: "your token is no longer good, or was copied wrongly. Ask whoever runs Vigie for a new one.",
    problem_token_account: "Vigie does not know your account. Tell whoever runs Vigie.",
    problem_scope: "your token is not good for this. Ask whoever runs Vigie for another one.",
    problem_scope_account: "your account is not good for this. Tell whoever runs Vigie.",
    problem_offline: "you are offline.",
    problem_unreachable: "the Vigie server does not answer. It is not your fault; try again later.",
    problem_slow: "the Vigie server takes too long to answer. Try again later.",
    problem_often: "Vigie has had too many requests in a row. You did nothing wrong; try again $1.",
    problem_busy: "the Vigie server is very busy. Try again $1.",
    problem_big: "it is too big to be sent to Vigie.",
    problem_unreadable: "the Vigie server could not read it. Treat this message with caution.",
    problem_fault: "the Vigie server has a problem. It is not your fault; try again later.",
    problem_foreign: "what answers at the address that is set is no Vigie server. Tell whoever runs Vigie.",
    problem_internal: "Outlook could not read all of it.",
    problem_late: "Outlook did not give the message in time. Try again; if it goes on, close Outlook and open it again.",
    brand_ameli: "ameli (the French health insurance)",
    brand_franceconnect: "FranceConnect (the French State's sign-in)",
    brand_antai: "ANTAI (French traffic fines)",
    brand_caf: "the CAF (French family benefits)",
    brand_francetravail: "France Travail (the French employment service)",
    brand_impots: "impots.gouv.fr (the French tax administration)",
    brand_laposte: "La Poste (the French post: Colissimo, Chronopost)",
    brand_urssaf: "Urssaf (French social contributions)",
    brand_other: "the institution that it names",
    settings: "Settings",
    settings_server: "Vigie server: $1",
    settings_account: "You are known by your work account: there is nothing to set.",
    settings_token: "Your token",
    settings_help: "Ask whoever runs Vigie for it. It begins with vig_, stays on this device and is sent to that server alone.",
    settings_privacy: "A message that is checked is sent whole to that server, which does not keep it. It is kept only if you report it.",
    settings_save: "Save",
    settings_forget: "Forget the token",
    settings_bad: "This token is incomplete: it begins with vig_ and has 47 characters. Copy all of it.",
    settings_saved: "Saved.",
    settings_unkept: "Your Outlook keeps nothing here: the token has not been saved.",
    settings_forgotten: "Forgotten.",
  };

  /** The language of Outlook's own buttons, "fr-FR": French, or English for everybody else. */
  function language(tag) {
    return /^fr\b/i.test(tag ?? "") ? "fr" : "en";
  }

  /** t(key, ...values): a sentence. "" for a key that is not there. */
  function said(spoken) {
    const table = spoken === "fr" ? FR : EN;
    return (key, ...values) => (Object.hasOwn(table, key) ? table[key].replace(/\$(\d)/g, (_, number) => values[number - 1] ?? "") : "");
  }

  /** What a protected sender is called; the server's name for it is a short one of its own. */
  function title(t, brand) {
    return (/^[a-z]{1,20}$/.test(brand ?? "") && t(`brand_${brand}`)) || t("brand_other");
  }

  /**
   * What went wrong, by a word of server.js, access.js or mail.js, when a message was to be checked ("check") or handed in ("report").
   * `unsure`: nobody knows whether a report has arrived. The server counts the same message by the same person once.
   */
  function problem(t, { problem: kind, wait, unsure }, act) {
    const soon = wait ? (wait < 90 ? t("in_seconds", String(wait)) : t("in_minutes", String(Math.ceil(wait / 60)))) : t("later");
    const own = vigie.settings.client && t(`problem_${kind}_account`);
    return t(act === "report" ? `${unsure ? "unsure" : "not"}_report` : "not_check", own || t(`problem_${kind}`, soon));
  }

  return { language, said, title, problem };
})();
