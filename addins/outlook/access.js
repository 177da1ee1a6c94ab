// As whom the server is asked: an account of Microsoft Entra (nested app authentication), or a token that the person has entered.
//
// A token lies in the local storage of this device. Not in Office.context.roamingSettings: those lie in the mailbox, unencrypted, and
// whatever may read the mailbox (Exchange Web Services, MAPI, an administrator) could ask and report in the person's name.

"use strict";

var vigie = vigie || {};

vigie.access = (() => {
  const PATIENCE_MS = 30_000;
  const SIGN_IN_MS = 180_000; // a password, and a code that comes by telephone
  const TOKEN = /^vig_[A-Za-z0-9_-]{43}$/;
  let application = null;

  /** People sign in with their account; nobody enters a token. */
  function byAccount() {
    return vigie.settings.client !== "";
  }

  /** What `vigie web token create` gives. */
  function isToken(text) {
    return TOKEN.test(text);
  }

  /** Keeps a token on this device; "" forgets it. False where this Outlook keeps nothing. */
  function keep(token) {
    try {
      token ? localStorage.setItem(place(), token) : localStorage.removeItem(place());
      return kept() === token;
    } catch {
      return false;
    }
  }

  function kept() {
    try {
      // In Outlook for Windows the handler of its own button runs without any storage.
      return localStorage.getItem(place()) ?? "";
    } catch {
      return "";
    }
  }

  /** Outlook on the web tells accounts apart by a key; elsewhere it is undefined. */
  function place() {
    return `${Office.context.partitionKey ?? ""}vigie-token`;
  }

  /** {bearer}, or {problem}. `signingIn` is called where a window is opened in which the person has to sign in. */
  async function bearer(signingIn = () => {}) {
    if (!byAccount()) {
      return isToken(kept()) ? { bearer: kept() } : { problem: "unset" };
    }
    if (typeof document === "undefined" || !Office.context.requirements.isSetSupported("NestedAppAuth", "1.1")) {
      return { problem: "account_old" };
    }
    const asked = { scopes: [vigie.settings.scope], authority: authority() };
    try {
      const { within } = vigie.patience;
      const signed = await within(PATIENCE_MS, nested());
      const told = await within(PATIENCE_MS, signed.acquireTokenSilent(asked)).catch((error) => {
        if (error instanceof msal.InteractionRequiredAuthError) {
          signingIn();
          return within(SIGN_IN_MS, signed.acquireTokenPopup(asked));
        }
        throw error;
      });
      return { bearer: told.accessToken };
    } catch (error) {
      // What Microsoft says of it may name the person.
      return { problem: vigie.patience.isLate(error) ? "account_late" : "account" };
    }
  }

  /** Accounts of this organisation alone. */
  function authority() {
    return `https://login.microsoftonline.com/${vigie.settings.tenant}`;
  }

  async function nested() {
    if (application === null) {
      await library();
      application = await msal.createNestablePublicClientApplication({
        auth: { clientId: vigie.settings.client, authority: authority() },
        cache: { cacheLocation: "memoryStorage" }, // Outlook knows who has signed in: nothing needs to be left here
      });
    }
    return application;
  }

  function library() {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = "msal/msal-browser.min.js";
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }

  return { byAccount, isToken, keep, kept, bearer };
})();
