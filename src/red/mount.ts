import { Api } from '../api/api.ts';
import { smsReportPath } from '../api/routes/sms-routes.ts';
import { webhookPath } from '../api/routes/webhook-routes.ts';
import { siteHost } from '../api/site-host.ts';
import { openSites } from '../site/registry.ts';
import { warnOfOpenDashboard } from './dashboard-socket.ts';
import { offerFirstAdmin } from './first-admin.ts';
import { answerFirst } from './front-door.ts';
import { loginOf } from './login.ts';
import type { NodeRed, UpgradeServer } from './node-red.ts';
import { runningSettings } from './running-settings.ts';
import { tellCallersOfSockets } from './socket-caller.ts';
import { answerForUnreadBodies } from './unread-body.ts';

/** Path of everything of ours below Node-RED's HTTP node root. */
const apiPath = '/echosight';

/** Express routes cannot be taken away again, so each HTTP root gets ours once and they look the Sites up per request. */
const mounted = new WeakMap<object, Api>();
/** Servers that hand us their upgrades. */
const listening = new WeakSet<UpgradeServer>();

/** Puts the HTTP API on Node-RED's HTTP node root, and its WebSocket on the server below it. */
export function mountApi(RED: NodeRed): void {
  const { httpNode, server } = RED;
  if (httpNode === undefined || RED.settings.httpNodeRoot === false) return;
  const api = mounted.get(httpNode) ?? mountRoutes(RED, httpNode);
  if (server === undefined || listening.has(server)) return;
  listening.add(server);
  listenForUpgrades(RED, server, api);
  const place = placeOf(RED.settings.httpNodeRoot);
  // Meta and Twilio have no login of Node-RED's, and only the very bytes that they sent carry their signature.
  for (const path of [webhookPath, smsReportPath]) {
    answerFirst(server, `${place}${path}`, (request, response) => {
      request.url = request.url?.slice(place.length) ?? '';
      void api.handle(request, response);
    });
  }
}

function mountRoutes(RED: NodeRed, httpNode: NonNullable<NodeRed['httpNode']>): Api {
  const running = { settings: runningSettings, nodeRed: RED.version?.() };
  const api = new Api(siteHost(openSites, loginOf(RED), RED.log, running));
  mounted.set(httpNode, api);
  warnOfOpenDashboard(RED);
  offerFirstAdmin(RED, placeOf(RED.settings.httpNodeRoot));
  tellCallersOfSockets(placeOf(RED.settings.httpNodeRoot));
  httpNode.use(apiPath, (request, response) => {
    void api.handle(request, response);
  });
  if (httpNode.parent !== undefined) answerForUnreadBodies(httpNode.parent, placeOf(RED.settings.httpNodeRoot));
  return api;
}

/** Other listeners own other paths of this server: what is not exactly ours is left to them. */
function listenForUpgrades(RED: NodeRed, server: UpgradeServer, api: Api): void {
  server.on('upgrade', (request, socket, head) => {
    const [path] = (request.url ?? '').split('?', 1);
    const place = `${placeOf(RED.settings.httpNodeRoot)}/api/v1`;
    if (path === `${place}/live` || path === `${place}/ws`) api.live.upgrade(request, socket, head);
    // Without us Node.js would have treated it as a plain request; now nobody else would ever end it.
    else if (server.listenerCount('upgrade') === 1) socket.destroy();
  });
}

/** Path of everything of ours on the server. */
function placeOf(httpNodeRoot: string | false = ''): string {
  const root = String(httpNodeRoot).split('/');
  return ['', ...root.filter((part) => part !== '')].join('/') + apiPath;
}
