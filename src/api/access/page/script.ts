import { words } from './words.ts';

/** Plain JavaScript of the browser: it needs no build, and whatever comes from the server is set as text, never as HTML. */
export const script = `
'use strict';
const all = ${JSON.stringify(words)};
const language = navigator.language.startsWith('de') ? 'de' : 'en';
const say = all[language];
document.documentElement.lang = language;
const main = document.querySelector('main');
const base = location.pathname.replace(/\\/(login|account)\\/?$/, '');
const roles = ['viewer', 'operator', 'admin'];

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (typeof value === 'boolean') element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Of a Node-RED beside this one there may be another; the server knows its own. */
function csrf() {
  const pairs = document.cookie.split('; ').filter((one) => /^(__Host-)?echosight-csrf(-\\w+)?=/.test(one));
  return pairs.map((pair) => pair.slice(pair.indexOf('=') + 1)).join(',');
}

async function ask(method, path, body) {
  const headers = { 'x-csrf-token': csrf() };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response;
  try {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    response = await fetch(base + '/api/v1' + path, { method, headers, credentials: 'same-origin', cache: 'no-store', ...sent });
  } catch {
    throw new Error(say.unreachable);
  }
  const text = await response.text();
  let answer;
  try { answer = text === '' ? {} : JSON.parse(text); } catch { answer = {}; }
  if (response.ok) return answer;
  throw Object.assign(new Error(refusal(path, response, answer.detail)), { status: response.status });
}

/** What people meet most, in their language; anything else as the server says it. */
const refusals = { '/login 401': say.wrongLogin, '/account/password 401': say.wrongPassword, '/account/link-owner 422': say.linkGone };
function refusal(path, response, detail) {
  const seconds = response.headers.get('retry-after');
  if (response.status === 429 && seconds !== null && path !== '/account') return say.wait.replace('{seconds}', seconds);
  return refusals[path + ' ' + response.status] || detail || String(response.status);
}

/** A form that says below itself what went wrong. */
function form(fields, button, onSend, kind = '') {
  const note = make('p', { role: 'status' });
  const send = make('button', { class: 'main', type: 'submit' }, button);
  const element = make('form', { class: kind, submit: async (event) => {
    event.preventDefault();
    send.disabled = true;
    note.className = '';
    note.textContent = '';
    try {
      const done = await onSend(Object.fromEntries(new FormData(element)));
      if (typeof done === 'string') { note.className = 'good'; note.textContent = done; element.reset(); }
    } catch (error) {
      note.className = 'bad';
      note.textContent = error.message;
    }
    send.disabled = false;
  } }, ...fields, send);
  return make('div', {}, element, note);
}

function field(label, name, more = {}) {
  return make('label', {}, label, make('input', { name, required: true, ...more }));
}
function roleChoice(value, more = {}) {
  return make('select', { name: 'role', 'aria-label': say.role, ...more }, ...roles.map((role) => make('option', { value: role, selected: role === value }, say[role])));
}
function sourcesOf(text) {
  const list = text.split(',').map((one) => one.trim()).filter((one) => one !== '');
  return list.length === 0 ? undefined : list;
}
function show(title, narrow, ...children) {
  document.title = title + ' · EchoSight';
  main.className = narrow ? 'narrow' : '';
  main.replaceChildren(...children);
}
/** Only to a page of this very server. */
function goOn() {
  const next = new URL(new URLSearchParams(location.search).get('next') || base + '/account', location.origin);
  // As a whole: a path that begins with // would be read as another server.
  location.replace(next.origin === location.origin ? next.href : base + '/account');
}

/** To the page where somebody came from, if that is one of this server. */
function backLink() {
  const next = new URLSearchParams(location.search).get('next');
  const there = next && new URL(next, location.origin);
  if (!there || there.origin !== location.origin) return [];
  return [make('a', { href: there.href }, say.back)];
}

async function loginPage() {
  const link = /^#link=([\\w-]+)$/.exec(location.hash);
  if (link) return linkPage(link[1]);
  // Who follows a link of another site comes without the cookie, which our own questions carry: such a person is logged in.
  const me = new URLSearchParams(location.search).has('next') ? await ask('GET', '/account').catch(() => undefined) : undefined;
  if (me?.how === 'session') return goOn();
  const door = await ask('GET', '/door');
  const enter = form([field(say.name, 'name', { autocomplete: 'username', autofocus: true }),
    field(say.password, 'password', { type: 'password', autocomplete: 'current-password' })], say.login,
    async (given) => { await ask('POST', '/login', given); goOn(); });
  const parts = [make('h1', {}, 'EchoSight'), make('section', {}, make('h2', {}, say.login), enter)];
  if (!door.accounts) parts.splice(1, 1, make('section', {}, make('p', {}, say.noAccounts)));
  if (door.registration) {
    const fresh = form([field(say.name, 'name', { autocomplete: 'username' }),
      field(say.newPassword, 'password', { type: 'password', minlength: '10', autocomplete: 'new-password' })], say.register,
      async (given) => { await ask('POST', '/register', given); return say.registered; });
    parts.push(make('section', {}, make('h2', {}, say.register), fresh));
  }
  show(say.login, true, ...parts);
}

async function linkPage(link) {
  let owner;
  try { owner = (await ask('POST', '/account/link-owner', { link })).name; } catch (error) {
    return show(say.login, true, make('h1', {}, 'EchoSight'), make('section', {}, make('p', { class: 'bad', role: 'alert' }, error.message)));
  }
  const fields = [field(say.newPassword, 'password', { type: 'password', minlength: '10', autocomplete: 'new-password' })];
  if (owner === undefined) fields.unshift(field(say.name, 'name', { autocomplete: 'username', autofocus: true }));
  const title = owner === undefined ? say.first : say.setFor + ' ' + owner;
  show(title, true, make('h1', {}, 'EchoSight'), make('section', {}, make('h2', {}, title),
    ...(owner === undefined ? [make('p', { class: 'quiet' }, say.firstAbout)] : []),
    form(fields, say.save, async (given) => {
      const { name } = await ask('POST', '/account/link', { link, ...given });
      await ask('POST', '/login', { name, password: given.password });
      history.replaceState(null, '', location.pathname + location.search);
      goOn();
    })));
}

async function accountPage() {
  let me;
  try { me = await ask('GET', '/account'); } catch (error) {
    if (error.status === 401) { location.replace(base + '/login?next=' + encodeURIComponent(location.pathname)); return; }
    return show(say.account, true, make('p', { class: 'bad', role: 'alert' }, error.message));
  }
  const isOwn = me.how === 'session';
  const leave = make('button', { click: async () => { await ask('POST', '/logout'); location.assign(base + '/login'); } }, say.logout);
  const enter = make('button', { click: () => location.assign(base + '/login') }, say.toLogin);
  const sees = me.sources === undefined ? say.everything : me.sources.join(', ') || '-';
  const parts = [make('header', {}, make('h1', {}, me.name), ...backLink(), isOwn ? leave : enter),
    make('section', {}, make('p', {}, say[me.role]), make('p', { class: 'quiet' }, say.seesShort + ': ' + sees))];
  if (isOwn) parts.push(make('section', {}, make('h2', {}, say.changePassword), form([
    field(say.oldPassword, 'password', { type: 'password', autocomplete: 'current-password' }),
    field(say.newPassword, 'newPassword', { type: 'password', minlength: '10', autocomplete: 'new-password' })], say.save,
    async (given) => { await ask('POST', '/account/password', given); return say.changed; }, 'row')));
  if (me.role === 'admin' && me.sources === undefined) parts.push(usersPart(), tokensPart(), auditPart());
  show(say.account, false, ...parts);
}

function head(...names) {
  return make('thead', {}, make('tr', {}, ...names.map((name) => make('th', {}, name))));
}

function usersPart() {
  const body = make('tbody');
  const told = make('div', { role: 'status' });
  const tellLink = ({ link }) => told.replaceChildren(make('p', {}, say.linkIs), make('p', { class: 'secret' }, location.origin + base + '/login#link=' + link));
  const tell = (error) => told.replaceChildren(make('p', { class: 'bad' }, error.message));
  const load = async () => {
    const { users } = await ask('GET', '/users');
    body.replaceChildren(...users.map((user) => {
      const change = async (what) => { try { await ask('PUT', '/users/' + user.id, what); } catch (error) { tell(error); } await load(); };
      return make('tr', {}, make('td', {}, user.name),
        make('td', {}, roleChoice(user.role, { change: (event) => change({ role: event.target.value }) })),
        make('td', {}, make('input', { value: user.sources ? user.sources.join(', ') || '-' : '', placeholder: say.everything, 'aria-label': say.seesShort,
          change: (event) => change({ sources: event.target.value.trim() === '-' ? [] : sourcesOf(event.target.value) || null }) })),
        make('td', { 'data-name': say.disabled }, make('input', { type: 'checkbox', checked: user.disabled, 'aria-label': say.disabled, change: (event) => change({ disabled: event.target.checked }) })),
        make('td', {}, make('button', { click: () => ask('POST', '/users/' + user.id + '/link').then(tellLink, tell) }, say.link),
          make('button', { click: () => confirm(say.sure) && ask('DELETE', '/users/' + user.id).then(load, tell) }, say.remove)));
    }));
  };
  load().catch(tell);
  return make('section', {}, make('h2', {}, say.users), make('div', { class: 'scroll', tabindex: '0' },
    make('table', {}, head(say.name, say.role, say.seesShort, say.disabled, ''), body)), told,
    form([field(say.name, 'name', { maxlength: '64' }), make('label', {}, say.role, roleChoice('viewer')), field(say.seesShort, 'sources', { required: false, placeholder: say.sees, title: say.sees })], say.add,
      async ({ name, role, sources }) => {
        tellLink(await ask('POST', '/users', { name, role, sources: sourcesOf(sources) }));
        await load();
        return ' ';
      }, 'row'));
}

function tokensPart() {
  const body = make('tbody');
  const told = make('div', { role: 'status' });
  const tell = (error) => told.replaceChildren(make('p', { class: 'bad' }, error.message));
  const load = async () => {
    const { tokens } = await ask('GET', '/tokens');
    body.replaceChildren(...tokens.map((token) => make('tr', {}, make('td', {}, token.name), make('td', {}, token.role),
      make('td', {}, token.sources ? token.sources.join(', ') : say.everything),
      make('td', { 'data-name': say.used }, token.usedAt ? new Date(token.usedAt).toLocaleString(language) : say.never),
      make('td', {}, token.revokedAt ? say.revoked : make('button', { click: () => confirm(say.sureToken) && ask('DELETE', '/tokens/' + token.id).then(load, tell) }, say.revoke)))));
  };
  load().catch(tell);
  return make('section', {}, make('h2', {}, say.tokens), make('div', { class: 'scroll', tabindex: '0' },
    make('table', {}, head(say.name, say.role, say.seesShort, say.used, ''), body)), told,
    form([field(say.name, 'name', { maxlength: '64' }), make('label', {}, say.role, roleChoice('viewer')), field(say.seesShort, 'sources', { required: false, placeholder: say.sees, title: say.sees }),
      field(say.days, 'days', { type: 'number', min: '1', max: '3650', required: false })], say.add,
      async ({ name, role, sources, days }) => {
        const { token } = await ask('POST', '/tokens', { name, role, sources: sourcesOf(sources), expiresInDays: days === '' ? undefined : Number(days) });
        told.replaceChildren(make('p', {}, say.tokenIs), make('p', { class: 'secret' }, token));
        await load();
        return ' ';
      }, 'row'));
}

function auditPart() {
  const body = make('tbody');
  const more = make('button', { click: () => load() }, say.more);
  let next;
  const load = async () => {
    const page = await ask('GET', '/audit?limit=20' + (next === undefined ? '' : '&before=' + next));
    body.append(...page.entries.map((entry) => make('tr', {}, make('td', {}, new Date(entry.at).toLocaleString(language)),
      make('td', {}, entry.by), make('td', {}, entry.action), make('td', {}, entry.subject || ''))));
    next = page.next;
    more.hidden = next === undefined;
  };
  load().catch(() => undefined);
  return make('section', {}, make('h2', {}, say.audit), make('div', { class: 'scroll', tabindex: '0' }, make('table', {}, body)), more);
}

const open = () => (location.pathname.endsWith('/account') ? accountPage() : loginPage()).catch((error) =>
  show('EchoSight', true, make('p', { class: 'bad', role: 'alert' }, error.message)));
addEventListener('hashchange', open);
open();
`;
