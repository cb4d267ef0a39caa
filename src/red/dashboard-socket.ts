import type { NodeRed } from './node-red.ts';

/**
 * Says once, when the flows have started, that Dashboard 2.0 answers everybody although there is a login: httpNodeAuth guards
 * HTTP requests, while Dashboard's socket.io hangs on the server itself.
 */
export function warnOfOpenDashboard(RED: NodeRed): void {
  RED.events.once('flows:started', () => {
    const { httpNodeAuth, dashboard, ui } = RED.settings;
    const isInstalled = Boolean(RED.nodes.getType?.('ui-base'));
    if (!isInstalled || !httpNodeAuth || (dashboard ?? ui)?.ioMiddleware !== undefined) return;
    RED.log.warn(
      'EchoSight: httpNodeAuth does not guard the connection of Dashboard 2.0: without a login anybody who reaches this port ' +
        'can read its widgets and press its buttons. Set dashboard.ioMiddleware in the settings file, as in ' +
        'examples/settings/security-settings.cjs of @echosight/node-red-sentinel.',
    );
  });
}
