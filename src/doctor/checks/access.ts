import { ok, problem, skipped, warning, type Outcome } from '../finding.ts';
import type { Installation } from '../installation.ts';
import type { Ports } from '../ports.ts';

const advice = 'Set adminAuth in settings.js, or uiHost to "127.0.0.1".';
const open = 'can be opened from the network without a login: anybody there can change the flow and switch alarms off.';
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

/** Whether strangers can open the editor: as Node-RED itself knows it, or by trying its address. */
export async function checkAccess(
  { doors, url }: Pick<Installation, 'doors' | 'url'>,
  ports: Pick<Ports, 'opensWithoutLogin' | 'addresses' | 'offline'>,
): Promise<Outcome> {
  if (doors !== undefined) {
    if (doors.editorLogin) return ok('The editor asks for a login.');
    if (loopback.test(doors.host)) return ok('The editor asks for no login and listens on this machine only.');
    return warning(`The editor ${open}`, advice);
  }
  if (url === undefined) {
    return skipped(
      'Whether the editor asks for a login is not known.',
      'Give the address of the running Node-RED: --url http://127.0.0.1:1880',
    );
  }
  if (ports.offline) return skipped('Not asked: offline.');
  return await tried(new URL(url), ports);
}

async function tried(url: URL, ports: Pick<Ports, 'opensWithoutLogin' | 'addresses'>): Promise<Outcome> {
  const here = await ports.opensWithoutLogin(url);
  if (here === undefined) return problem(`No Node-RED answers at ${url.origin}.`, 'Start it, or correct --url.');
  if (!here) return ok('The editor asks for a login.');
  if (!loopback.test(url.hostname)) return warning(`The editor ${open}`, advice);
  for (const address of ports.addresses()) {
    const elsewhere = new URL(url);
    elsewhere.hostname = address.includes(':') ? `[${address}]` : address;
    if ((await ports.opensWithoutLogin(elsewhere)) === true) return warning(`The editor ${open}`, advice);
  }
  return ok('The editor asks for no login and listens on this machine only.');
}
