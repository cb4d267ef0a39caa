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

/** Lets only those connect who bring the login, from a page of this very address. */
function socketGuard({ user, pass }) {
  const bcrypt = bcryptOfNodeRed();
  let known;
  return (socket, next) => {
    const { authorization = '', origin, host, 'x-forwarded-host': askedHost = host } = socket.request.headers;
    const refuse = () => next(new Error('unauthorised'));
    // A page of somebody else makes the browser send the login too.
    if (origin !== undefined && ![host, askedHost].includes(hostOf(origin))) return refuse();
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
