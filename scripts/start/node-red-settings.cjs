'use strict';
/** Settings of the Node-RED that `npm start` runs; the launcher passes everything by environment. */
const { createHash, timingSafeEqual } = require('node:crypto');
const secured = require('../../settings/security-settings.cjs');

const env = process.env;
const password = env.ECHOSIGHT_ADMIN_PASSWORD;
delete env.ECHOSIGHT_ADMIN_PASSWORD;
const credentialSecret = env.ECHOSIGHT_CREDENTIAL_SECRET;
delete env.ECHOSIGHT_CREDENTIAL_SECRET;

// The launcher holds the other end: when it is gone, however it ended, Node-RED stops too.
process.stdin.resume();
process.stdin.once('close', () => process.kill(process.pid, 'SIGTERM'));

const digest = (text) => createHash('sha256').update(text).digest();
const admin = { username: 'admin', permissions: '*' };

module.exports = {
  uiHost: env.ECHOSIGHT_HOST,
  uiPort: Number(env.ECHOSIGHT_PORT),
  flowFile: 'flows.json',
  credentialSecret,
  ...(password
    ? {
        adminAuth: {
          type: 'credentials',
          users: async (name) => (name === admin.username ? admin : null),
          authenticate: async (name, given) =>
            name === admin.username && timingSafeEqual(digest(String(given)), digest(password)) ? admin : null,
        },
        // The pages and the API have the same login, and so has Dashboard's own connection.
        ...secured({ user: admin.username, pass: require.main.require('bcryptjs').hashSync(password, 10) }),
      }
    : {}),
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: {
    palette: {
      // Nothing calls out by itself; nodes are added with npm in the user folder.
      catalogues: [],
      categories: ['EchoSight', 'subflows', 'common', 'function', 'network', 'sequence', 'parser', 'storage'],
    },
    tours: false,
    page: { title: 'EchoSight Sentinel' },
    header: { title: 'EchoSight Sentinel' },
  },
  externalModules: { palette: { allowInstall: true } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};
