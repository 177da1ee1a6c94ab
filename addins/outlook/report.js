// Outlook's own button "Report" (integrated spam reporting, Mailbox 1.14): the person has agreed in Outlook's dialog, whose text is
// in the manifest. The message stays where it is, whatever comes of it: Vigie never deletes or moves a message from here.
//
// Outlook for Windows runs this file without a page (no document, no storage); the others run it in report.html.

"use strict";

var vigie = vigie || {};

async function onSpamReport(event) {
  const t = vigie.words.said(vigie.words.language(Office.context.displayLanguage));
  const told = await handedIn().catch((error) => ({ problem: vigie.patience.isLate(error) ? "late" : "internal" }));
  const bare = told.problem && typeof document === "undefined" && ["unset", "account_old"].includes(told.problem);
  const description = told.problem ? (bare ? t("pane") : vigie.words.problem(t, told, "report")) : t("reported", told.id);
  const title = told.problem ? (vigie.words.unsure(told.problem) ? "unsure_title" : "unreported_title") : "reported_title";
  event.completed({
    onErrorDeleteItem: false,
    moveItemTo: Office.MailboxEnums.MoveSpamItemTo.NoMove,
    showPostProcessingDialog: { title: t(title), description },
  });
}

async function handedIn() {
  const access = await vigie.access.bearer();
  if (access.problem) {
    return access;
  }
  const { bytes } = await vigie.mail.read(Office.context.mailbox.item);
  return vigie.server.report(access.bearer, bytes);
}

// Outlook for Windows knows the function by this, the others by its name. There Office.onReady is never called.
Office.actions.associate("onSpamReport", onSpamReport);
