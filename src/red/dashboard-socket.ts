import { homeOfAccounts } from '../site/account-home.ts';
import { openSites } from '../site/registry.ts';
import type { NodeRed } from './node-red.ts';

/**
 * Says once that Dashboard 2.0 answers everybody although there is a login, or although there are accounts: both guard HTTP requests,
 * while the socket.io that Dashboard opens with its first ui-base hangs on the server itself.
 */
export function warnOfOpenDashboard(RED: NodeRed): void {
  const { httpNodeAuth, dashboard, ui } = RED.settings;
  if ((dashboard ?? ui)?.ioMiddleware !== undefined) return;
  let isSaid = false;
  const warn = (what: string): void => {
    if (isSaid) return;
    isSaid = true;
    RED.log.warn(
      `EchoSight: ${what} not guard the connection of Dashboard 2.0: without a login anybody who reaches this port ` +
        'can read its widgets and press its buttons. Set dashboard.ioMiddleware in the settings file, as in ' +
        'settings/security-settings.cjs of @echosight/node-red-sentinel.',
    );
  };
  RED.events.on('flows:started', () => {
    if (!hasDashboard(RED)) return;
    if (httpNodeAuth) {
      warn('httpNodeAuth does');
      return;
    }
    const accounts = homeOfAccounts(openSites())?.access.hasAccounts();
    void accounts?.then(
      (has) => {
        if (has) warn('accounts do');
      },
      // Its database says itself what is wrong.
      () => undefined,
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
