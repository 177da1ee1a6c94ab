// What the add-in uses of Outlook's library, as its published typings have it (@types/office-js): the tests hand it out in place of
// https://appsforoffice.microsoft.com/lib/1/hosted/office.js, and say in window.outlook what this Outlook is like. Callbacks come later,
// never at once; of what is in `silent` they never come, of what is in `slow` when window.releases() is called. tests/soak/office.py runs the same pages with the real library.

"use strict";

(() => {
  const told = { version: "1.14", sets: [], language: "fr-FR", host: "Outlook", item: null, refuses: [], silent: [], slow: [], partition: undefined, ...window.outlook };
  const later = (run) => setTimeout(run, 0);
  const enough = (has, least) => Number(has.split(".")[1]) >= Number(least.split(".")[1]);

  window.called = []; // what this Outlook was asked for
  const held = [];
  window.releases = () => held.splice(0).forEach(later);

  function calls(name, run) {
    window.called.push(name);
    if (!told.silent.includes(name)) {
      told.slow.includes(name) ? held.push(run) : later(run);
    }
  }

  /** Office.AsyncResult, to a callback that is the last argument. */
  function answers(name, value) {
    return (...given) => {
      const done = given.at(-1);
      if (typeof done !== "function") {
        throw new Error(`${name} without a callback`);
      }
      const context = given.find((one) => one?.asyncContext)?.asyncContext;
      const failed = { status: "failed", error: { code: 9020, name: "GenericError", message: "x" }, asyncContext: context };
      const answer = told.refuses.includes(name) ? failed : { status: "succeeded", value: value(...given), asyncContext: context };
      calls(name, () => done(answer));
    };
  }

  function item(mail) {
    const since = (version, members) => (enough(told.version, version) ? members : {});
    return {
      itemType: "message",
      subject: mail.subject ?? "",
      from: mail.from,
      to: mail.to ?? [],
      dateTimeCreated: mail.date ? new Date(mail.date) : new Date(0),
      internetMessageId: mail.id ?? "",
      attachments: (mail.attachments ?? []).map(({ content, format, ...shown }) => shown),
      body: { getAsync: answers("body", (kind) => (kind === "html" ? (mail.html ?? "") : "")) },
      ...since("1.8", {
        getAllInternetHeadersAsync: answers("headers", () => mail.headers ?? ""),
        getAttachmentContentAsync: answers("attachment", (id) => {
          const { content, format } = mail.attachments.find((one) => one.id === id);
          return { content, format };
        }),
      }),
      ...since("1.14", { getAsFileAsync: answers("file", () => mail.raw ?? "") }),
    };
  }

  const handlers = {};
  const actions = {};
  window.Office = {
    EventType: { ItemChanged: "olkItemSelectedChanged", SpamReporting: "olkSpamReporting" },
    MailboxEnums: { MoveSpamItemTo: { NoMove: "noMove", JunkFolder: "junkFolder", DeletedItemsFolder: "deletedItemsFolder" } },
    HostType: { Outlook: "Outlook" },
    actions: { associate: (name, run) => (actions[name] = run) },
    onReady: (run) => later(() => run({ host: told.host, platform: told.host ? "OfficeOnline" : null })),
    context: {
      displayLanguage: told.language,
      partitionKey: told.partition,
      requirements: {
        isSetSupported: (name, least) => (name === "Mailbox" ? enough(told.version, least) : told.sets.includes(`${name} ${least}`)),
      },
      mailbox: told.host && {
        item: told.item && item(told.item),
        addHandlerAsync: (type, run, done) => {
          handlers[type] = run;
          later(() => done?.({ status: "succeeded" }));
        },
      },
    },
  };

  /** What the tests do in Outlook: another message is chosen, its own button "Report" is pressed. */
  window.chooses = (mail) => {
    Office.context.mailbox.item = mail && item(mail);
    handlers.olkItemSelectedChanged({ type: "olkItemSelectedChanged" });
  };
  window.presses = (name) => new Promise((resolve) => actions[name]({ type: "olkSpamReporting", options: [], freeText: "", completed: resolve }));

  if (told.account) {
    // The bridge to the host of nested app authentication, by which MSAL asks for tokens (msal-browser, src/naa).
    const heard = [];
    window.asks = [];
    window.nestedAppAuthBridge = {
      addEventListener: (_, run) => heard.push(run),
      postMessage: (text) => {
        const { method, requestId, tokenParams } = JSON.parse(text);
        window.asks.push({ method, ...tokenParams });
        const failed = method !== "GetInitContext" && told.account.fails?.[method];
        const good =
          method === "GetInitContext"
            ? { initContext: { sdkName: "office", sdkVersion: "1", capabilities: {} } }
            : {
                token: { access_token: told.account.token, expires_in: 3600, id_token: told.account.identity, properties: null, scope: tokenParams.scope },
                account: { homeAccountId: "o.t", environment: "login.microsoftonline.com", tenantId: "t", username: "camille@example.org", localAccountId: "o" },
              };
        const envelope = { messageType: "NestedAppAuthResponse", requestId, success: !failed, ...(failed ? { error: { status: failed, code: failed } } : good) };
        calls(method, () => heard.forEach((run) => run({ data: JSON.stringify(envelope) })));
      },
    };
  }
})();
