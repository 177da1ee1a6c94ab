// Whom the add-in asks, and as whom: filled in by `make addins`, the same for everybody who gets this copy (docs/addins.md).

"use strict";

var vigie = vigie || {};

vigie.settings = {
  server: "@SERVER@",
  // Of the app registration in Microsoft Entra; empty: each person enters a token.
  client: "@CLIENT@",
  tenant: "@TENANT@",
  scope: "@SCOPE@",
};
