// The runtime of Outlook for Windows, as far as it is published: a script without a page, without storage, with fetch. Outlook itself is
// played by Microsoft's office-addin-mock. Arguments: runtime.js, a message, a server's origin. Prints what event.completed was given.

"use strict";

const fs = require("node:fs");
const vm = require("node:vm");
const { OfficeMockObject } = require("office-addin-mock");
const { OfficeApp } = require("office-addin-manifest");

const [runtime, message, server] = process.argv.slice(2);
const file = fs.readFileSync(message).toString("base64");
const actions = {};
const asked = [];
const office = new OfficeMockObject(
  {
    actions: { associate: (name, run) => (actions[name] = run) },
    context: {
      displayLanguage: "fr-FR",
      requirements: { isSetSupported: () => true },
      mailbox: { item: { getAsFileAsync: (done) => setTimeout(() => done({ status: "succeeded", value: file }), 0) } },
    },
    MailboxEnums: { MoveSpamItemTo: { NoMove: "noMove" } },
  },
  OfficeApp.Outlook,
);
const here = { Office: office, fetch: (address, told) => (asked.push(address), fetch(address, told)), setTimeout, clearTimeout, AbortController };
const storage = process.env.TOKEN ? { localStorage: { getItem: () => process.env.TOKEN } } : {};
vm.runInNewContext(fs.readFileSync(runtime, "utf8").replaceAll("https://vigie.example.org", server), { ...here, ...storage });
actions.onSpamReport({ completed: (told) => console.log(JSON.stringify({ told, asked })) });
