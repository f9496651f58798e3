'use strict';
(() => {
  const root = document.documentElement;
  const all = (what) => [...document.querySelectorAll(what)];
  const set = (at, name, on) => on ? at.setAttribute(name, '') : at.removeAttribute(name);

  // How old the page is: one that was mailed at night is looked at later.
  const age = () => {
    const minutes = Math.floor((Date.now() - Date.parse(root.dataset.made)) / 60000);
    const said = minutes < 1 ? '' : minutes < 120 ? `This page is ${minutes} min old.` : `This page is ${Math.floor(minutes / 60)} hours old.`;
    const at = document.getElementById('ago');
    if (at.textContent !== said) at.textContent = said;
  };

  // Commands are copied by a button.
  const copies = () => {
    for (const code of all('.command code')) {
      if (code.nextSibling || !navigator.clipboard) continue;
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Copy';
      button.setAttribute('aria-label', `Copy: ${code.textContent}`);
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = 'Copied';
      });
      code.after(button);
    }
  };

  // What is looked for.
  const form = document.getElementById('find');
  const filter = () => {
    if (!form) return;
    const [text, bad] = form.querySelectorAll('input');
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const connection of all('.connection')) {
      const name = connection.querySelector('h2').textContent.toLowerCase();
      let some = false;
      for (const one of connection.querySelectorAll('.resource')) {
        const own = `${name} ${one.querySelector('.name').textContent} ${one.querySelector('.badge').textContent}`.toLowerCase();
        const on = words.every((word) => own.includes(word)) && (!bad.checked || 'bad' in one.dataset);
        set(one, 'data-hidden', !on);
        some ||= on;
        shown += on;
      }
      set(connection, 'data-hidden', !some);
    }
    form.querySelector('output').textContent = words.length || bad.checked ? `${shown} shown` : '';
  };
  if (form) {
    form.hidden = false;
    form.addEventListener('input', filter);
    form.addEventListener('submit', (event) => event.preventDefault());
    const button = form.querySelector('button');
    button.addEventListener('click', () => {
      const open = button.textContent === 'Open all';
      all('details').forEach((one) => { one.open = open; });
      button.textContent = open ? 'Close all' : 'Open all';
    });
  }

  // A link to a resource opens it, and print shows what is closed.
  const meant = () => {
    const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (one && one.tagName === 'DETAILS') one.open = true;
  };
  addEventListener('hashchange', meant);
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = all('details:not([open])');
    closed.forEach((one) => { one.open = true; });
  });
  addEventListener('afterprint', () => closed.forEach((one) => { one.open = false; }));

  // A page that a server shows is asked for again; what a person opened stays open.
  const again = async () => {
    let came = false;
    try {
      const answer = await fetch(location.href, { cache: 'no-store' });
      if (answer.ok) {
        const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
        const open = new Map(all('details').map((one) => [one.id, one.open]));
        const focus = document.activeElement?.closest('details')?.id;
        for (const what of ['header', '.needs', 'main']) {
          const [was, is] = [document.querySelector(what), next.querySelector(what)];
          if (was && is) was.replaceWith(is);
          else if (was) was.remove();
          else if (is) document.querySelector('header').after(is);
        }
        document.title = next.title;
        root.dataset.made = next.documentElement.dataset.made;
        set(root, 'data-runs', 'runs' in next.documentElement.dataset);
        all('details').forEach((one) => { if (open.has(one.id)) one.open = open.get(one.id); });
        if (focus) document.getElementById(focus)?.querySelector('summary')?.focus({ preventScroll: true });
        copies();
        filter();
        came = true;
      }
    } catch { /* The server is gone, or will be back. */ }
    if (!came) document.getElementById('ago').textContent = 'The server does not answer; this is what it said last.';
    setTimeout(again, 'runs' in root.dataset ? 1000 : 10000);
  };

  copies();
  meant();
  age();
  if ('served' in root.dataset) setTimeout(again, 1000);
  else setInterval(age, 30000);
})();
