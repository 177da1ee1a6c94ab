// Draws what the plugin says above the message. The page is open by then: nothing here makes it wait.

rcmail.addEventListener('init', () => {
  'use strict';

  const place = document.getElementById('vigie');
  const told = rcmail.env.vigie;
  if (!place || !told) {
    return;
  }
  let shown = null;
  let before = told.first; // what stood there when she was asked whether to report

  function put(tag, name, text, parent) {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text; // whatever a mail has brought into it stays text
    parent.append(made);
    return made;
  }

  function show(view) {
    shown = view;
    place.replaceChildren();
    place.className = `ui alert vigie-${view.kind}`;
    place.lang = view.lang;
    const line = put('div', 'vigie-line', '', place);
    if (view.mark) {
      put('span', 'vigie-mark', view.mark, line).setAttribute('aria-hidden', 'true');
    }
    put('p', 'vigie-sentence', view.sentence, line);
    const buttons = put('div', 'vigie-buttons', '', line);
    if (view.details.length) {
      reasons(view, buttons);
    }
    for (const { ask, label } of view.buttons) {
      button(`vigie-${ask}`, label, buttons).addEventListener('click', () => press(ask));
    }
    if (view.note) {
      put('p', 'vigie-note', view.note, place);
    }
  }

  function reasons(view, buttons) {
    const list = put('ul', 'vigie-reasons', '', place);
    list.id = 'vigie-reasons';
    list.hidden = true;
    view.details.forEach((text) => put('li', '', text, list));
    const why = button('vigie-why', view.why, buttons);
    why.setAttribute('aria-expanded', 'false');
    why.setAttribute('aria-controls', list.id);
    why.addEventListener('click', () => {
      list.hidden = !list.hidden;
      why.textContent = list.hidden ? view.why : view.hide;
      why.setAttribute('aria-expanded', String(!list.hidden));
    });
  }

  function button(name, label, parent) {
    const made = put('button', `btn btn-sm btn-secondary ${name}`, label, parent);
    made.type = 'button';
    return made;
  }

  function press(what) {
    if (what === 'report') {
      before = shown;
      show(told.consent);
      place.querySelector('.vigie-back').focus();
    } else if (what === 'back') {
      show(before);
      place.querySelector('.vigie-report')?.focus();
    } else if (what === 'send') {
      ask('report', '1'); // she has pressed a button: a server that only was away is tried
    } else {
      show(told.checking);
      ask('check', '1');
    }
  }

  function ask(action, again = '') {
    place.querySelectorAll('button').forEach((one) => (one.disabled = true));
    // http_post carries Roundcube's own token against forged requests.
    const request = rcmail.http_post(`plugin.vigie.${action}`, { _uid: told.uid, _mbox: told.mbox, _again: again });
    request?.fail(() => tell(told.lost[action]));
  }

  /** A report that did not arrive takes nothing back of what is known of the message. */
  function tell(view) {
    show(view.kind === 'unreported' ? { ...before, note: view.note } : view);
  }

  rcmail.addEventListener('plugin.vigie.told', tell);
  show(told.first);
  if (told.ask) {
    ask(told.ask);
  }
});
