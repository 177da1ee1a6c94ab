// How long is waited for Outlook, the sign-in, the server: what never calls back must leave nobody in front of "checking".

"use strict";

var vigie = vigie || {};

vigie.patience = (() => {
  class LateError extends Error {}

  /** What `asked`, a promise, comes to. Rejects after `ms` milliseconds; what comes later is dropped. */
  function within(ms, asked) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new LateError()), ms);
      const ended = (tell) => (told) => {
        clearTimeout(late);
        tell(told);
      };
      asked.then(ended(resolve), ended(reject));
    });
  }

  /** Whether that was why something was rejected. */
  function isLate(error) {
    return error instanceof LateError;
  }

  return { within, isLate };
})();
