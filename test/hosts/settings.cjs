'use strict';
/** Settings of a Node-RED under test: flows report what they see to the test through the IPC channel. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));

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
