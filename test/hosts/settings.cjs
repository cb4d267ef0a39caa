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

module.exports = {
  uiHost: '127.0.0.1',
  uiPort: Number(process.env.TEST_PORT),
  flowFile: 'flows.json',
  credentialSecret: 'test',
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  logging: { console: { level: 'info' } },
  functionGlobalContext: {
    report: (probe, message) => {
      const { req, res, ...rest } = message;
      if (process.connected) process.send({ probe, message: rest });
    },
  },
};
