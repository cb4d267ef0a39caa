import { homeOfAccounts } from '../site/account-home.ts';
import { openSites } from '../site/registry.ts';
import type { NodeRed } from './node-red.ts';

/**
 * Writes into the log, once, the link with which the first admin is made: whoever reads the log of a server owns it. Where there are
 * accounts, nothing is said.
 * @param place path of everything of ours on the server.
 */
export function offerFirstAdmin(RED: NodeRed, place: string): void {
  let isSaid = false;
  RED.events.on('flows:started', () => {
    const home = homeOfAccounts(openSites());
    if (isSaid || home === undefined) return;
    isSaid = true;
    void home.access
      .hasAccounts()
      .then((has) => {
        if (has) return;
        const address =
          home.publicAddress ??
          `${RED.settings.https ? 'https' : 'http'}://localhost:${RED.settings.uiPort ?? 1880}${place}`;
        RED.log.info(
          'EchoSight: there is no account yet, so only this machine gets in, or who passes httpNodeAuth. For others, make the first admin ' +
            `within an hour: ${address}/login#link=${home.access.firstLink()}`,
        );
      })
      // Its database says itself what is wrong.
      .catch(() => undefined);
  });
}
