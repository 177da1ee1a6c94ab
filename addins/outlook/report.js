// Outlook's own button "Report" (integrated spam reporting, Mailbox 1.14): the person has agreed in Outlook's dialog, whose text is
// in the manifest. The message stays where it is, whatever comes of it: Vigie never deletes or moves a message from here.
//
// Outlook for Windows runs this file without a page (no document, no storage); the others run it in report.html.

"use strict";

var vigie = vigie || {};

// Outlook ends a handler after five minutes, without a word to the person; what is waited for may take longer together.
const REPORT_MS = 270_000;

async function onSpamReport(event) {
  const t = vigie.words.said(vigie.words.language(Office.context.displayLanguage));
  const told = await inTime();
  const bare = told.problem && typeof document === "undefined" && ["unset", "account_old"].includes(told.problem);
  const description = told.problem ? (bare ? t("pane") : vigie.words.problem(t, told, "report")) : t("reported", told.id);
  const title = told.problem ? (told.unsure ? "unsure_title" : "unreported_title") : "reported_title";
  event.completed({
    onErrorDeleteItem: false,
    moveItemTo: Office.MailboxEnums.MoveSpamItemTo.NoMove,
    showPostProcessingDialog: { title: t(title), description },
  });
}

/** What handedIn says, or what is known when time is up; nothing leaves after that. */
async function inTime() {
  const course = { awaits: "account_late", over: false };
  try {
    return await vigie.patience.within(REPORT_MS, handedIn(course));
  } catch (error) {
    course.over = true;
    return { problem: vigie.patience.isLate(error) ? course.awaits : "internal", unsure: course.awaits === "slow" };
  }
}

/** `course.awaits`: the problem it is if nothing more comes; `course.over`: the person has been told that nothing was sent. */
async function handedIn(course) {
  const access = await vigie.access.bearer();
  if (access.problem) {
    return access;
  }
  course.awaits = "late";
  const { bytes } = await vigie.mail.read(Office.context.mailbox.item);
  if (course.over) {
    return { problem: "late" };
  }
  course.awaits = "slow";
  return vigie.server.report(access.bearer, bytes);
}

// Outlook for Windows knows the function by this, the others by its name. There Office.onReady is never called.
Office.actions.associate("onSpamReport", onSpamReport);
