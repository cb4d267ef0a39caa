'use strict';
/** Settings of a Node-RED under test: flows report what they see to the test through the IPC channel. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));

/** A bench asks how long timers had to wait beyond their turn, and for the memory of the process. */
if (process.env.TEST_WATCH_LOOP) {
  const { monitorEventLoopDelay } = require('node:perf_hooks');
  const resolution = 10;
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  process.on('message', (request) => {
    if (request === 'watch-loop') delays.reset();
    if (request !== 'report-loop') return;
    // The monitor counts its own period in.
    const p99Ms = Math.max(0, delays.percentile(99) / 1e6 - resolution);
    process.send({ probe: 'loop', message: { payload: { p99Ms, rss: process.memoryUsage().rss } } });
  });
}

/** A test sets the clock of the machine, as this process sees it. */
const trueNow = Date.now;
let stepMs = 0;
process.on('message', (request) => {
  const [, step] = /^step-clock (-?\d+)$/.exec(request) ?? [];
  if (step === undefined) return;
  stepMs += Number(step);
  Date.now = () => trueNow() + stepMs;
});

const { TEST_PORT, TEST_HTTP_NODE_ROOT, TEST_LOGIN, TEST_SECURED, TEST_ACCOUNTS, TEST_EDITOR_LOGINS } = process.env;
/**
 * TEST_LOGIN is `user:hash`; TEST_SECURED takes the settings that we ship instead of httpNodeAuth alone. TEST_ACCOUNTS lets EchoSight's
 * accounts decide who reaches Dashboard.
 */
function login() {
  if (TEST_ACCOUNTS !== undefined) return require('../../settings/security-settings.cjs').byAccounts();
  if (TEST_LOGIN === undefined) return {};
  const [user, pass] = TEST_LOGIN.split(':');
  const secured = require('../../settings/security-settings.cjs');
  return TEST_SECURED === undefined ? { httpNodeAuth: { user, pass } } : secured({ user, pass });
}

/** TEST_EDITOR_LOGINS is `{ user: permissions }`; the password of a user is its name. */
function editorLogin() {
  if (TEST_EDITOR_LOGINS === undefined) return {};
  const logins = new Map(Object.entries(JSON.parse(TEST_EDITOR_LOGINS)));
  const users = async (username) => (logins.has(username) ? { username, permissions: logins.get(username) } : null);
  const authenticate = (username, password) => (password === username ? users(username) : Promise.resolve(null));
  return { adminAuth: { type: 'credentials', users, authenticate } };
}

module.exports = {
  ...login(),
  ...editorLogin(),
  ...(TEST_HTTP_NODE_ROOT === undefined ? {} : { httpNodeRoot: TEST_HTTP_NODE_ROOT }),
  uiHost: '127.0.0.1',
  uiPort: Number(TEST_PORT),
  flowFile: 'flows.json',
  credentialSecret: 'test',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  logging: { console: { level: process.env.TEST_LOG_LEVEL ?? 'info' } },
  functionGlobalContext: {
    // Cameras of a bench make their frames in the same memory as rtsp-in.
    ...(process.env.TEST_WATCH_LOOP ? require('../../src/pictures/picture-memory.ts') : {}),
    report: (probe, message) => {
      const { req, res, ...rest } = message;
      if (process.connected) process.send({ probe, message: rest });
    },
  },
};
