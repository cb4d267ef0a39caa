'use strict';
/**
 * A login for everything that Node-RED's flows serve: EchoSight's API, pages of `http in`, and Dashboard 2.0 with its own
 * connection. `httpNodeAuth` alone leaves that connection (socket.io) open: who reaches the port could read every widget and
 * press every button without a login.
 *
 * In the settings.js of Node-RED, with the hash that `node-red admin hash-pw` prints:
 *
 *   const secured = require('@echosight/node-red-sentinel/settings/security-settings.cjs');
 *   module.exports = {
 *     ...secured({ user: 'house', pass: '$2y$08$...' }),
 *     // everything else; what you set under `dashboard` yourself goes into the second argument
 *   };
 *
 * With the accounts of EchoSight instead of one login for all, `secured.byAccounts()` in its place lets those connect to Dashboard who are
 * logged in at /echosight/login, and programs of this machine:
 *
 *   module.exports = { ...secured.byAccounts() };
 *
 * The browser sends the login unencrypted unless Node-RED has `https`, or lies behind a proxy that has it.
 */
const { createHash, timingSafeEqual } = require('node:crypto');

/**
 * @param {{ user: string, pass: string }} login name, and bcrypt hash of the password
 * @param {object} [dashboard] further settings of Dashboard
 */
module.exports = function secured(login, dashboard = {}) {
  if (!login?.user || !/^\$2[aby]\$/.test(login.pass ?? '')) {
    throw new Error('security-settings: a user is needed, and the hash of a password (node-red admin hash-pw).');
  }
  return { httpNodeAuth: login, dashboard: { ...dashboard, ioMiddleware: socketGuard(login) } };
};

/**
 * Lets those connect to Dashboard whom EchoSight's accounts know, and sends others to the login and back: without its connection a page
 * of Dashboard would stay empty.
 * @param {object} [dashboard] further settings of Dashboard
 */
module.exports.byAccounts = function byAccounts(dashboard = {}) {
  const middleware = [pageGuard, ...[dashboard.middleware ?? []].flat()];
  return { dashboard: { ...dashboard, middleware, ioMiddleware: accountGuard } };
};

/** EchoSight's nodes leave it here when they are loaded; before, nobody is known. */
const callerKey = Symbol.for('@echosight/node-red-sentinel caller');

function accountGuard({ request }, next) {
  const refuse = () => next(new Error('unauthorised'));
  const callerOf = globalThis[callerKey];
  if (callerOf === undefined || isForeignPage(request.headers)) return refuse();
  callerOf(request).then((caller) => (caller === undefined ? refuse() : next()), refuse);
}

function pageGuard(request, response, next) {
  const callerOf = globalThis[callerKey];
  const isPage = request.method === 'GET' && String(request.headers.accept).includes('text/html');
  if (callerOf === undefined || !isPage) return next();
  // What cannot be known now, the page itself says in words.
  callerOf(request).then(
    (caller) => {
      if (caller !== undefined) return next();
      response.redirect(302, `${callerOf.loginPage}?next=${encodeURIComponent(request.originalUrl)}`);
    },
    () => next(),
  );
}

/** A page of somebody else makes the browser send the login too. */
function isForeignPage({ origin, host, 'x-forwarded-host': askedHost = host }) {
  return origin !== undefined && ![host, askedHost].includes(hostOf(origin));
}

/** Lets only those connect who bring the login, from a page of this very address. */
function socketGuard({ user, pass }) {
  const bcrypt = bcryptOfNodeRed();
  let known;
  return (socket, next) => {
    const { headers } = socket.request;
    const refuse = () => next(new Error('unauthorised'));
    if (isForeignPage(headers)) return refuse();
    const { authorization = '' } = headers;
    const [, encoded = ''] = /^Basic ([a-z0-9+/=]+)$/i.exec(authorization) ?? [];
    const [name, ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
    if (name !== user) return refuse();
    const digest = createHash('sha256').update(rest.join(':')).digest();
    // bcrypt is slow by intention: the right password is computed once.
    if (known !== undefined && timingSafeEqual(known, digest)) return next();
    bcrypt.compare(rest.join(':'), pass).then((right) => {
      if (!right) return refuse();
      known = digest;
      next();
    }, refuse);
  };
}

function hostOf(origin) {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** Node-RED brings it; its main file finds it wherever it is installed. */
function bcryptOfNodeRed() {
  return (require.main ?? module).require('bcryptjs');
}
