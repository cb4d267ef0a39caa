import type { NodeRed } from './node-red.ts';

/**
 * Says once that Dashboard 2.0 answers everybody although there is a login: httpNodeAuth guards HTTP requests, while the
 * socket.io that Dashboard opens with its first ui-base hangs on the server itself.
 */
export function warnOfOpenDashboard(RED: NodeRed): void {
  const { httpNodeAuth, dashboard, ui } = RED.settings;
  if (!httpNodeAuth || (dashboard ?? ui)?.ioMiddleware !== undefined) return;
  let isSaid = false;
  RED.events.on('flows:started', () => {
    if (isSaid || !hasDashboard(RED)) return;
    isSaid = true;
    RED.log.warn(
      'EchoSight: httpNodeAuth does not guard the connection of Dashboard 2.0: without a login anybody who reaches this port ' +
        'can read its widgets and press its buttons. Set dashboard.ioMiddleware in the settings file, as in ' +
        'settings/security-settings.cjs of @echosight/node-red-sentinel.',
    );
  });
}

function hasDashboard({ nodes }: NodeRed): boolean {
  let found = false;
  nodes.eachNode?.(({ type }) => {
    found ||= type === 'ui-base';
  });
  return found;
}
