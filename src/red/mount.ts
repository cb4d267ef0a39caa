import { Api } from '../api/api.ts';
import { siteHost } from '../api/site-host.ts';
import { openSites } from '../site/registry.ts';
import type { NodeRed } from './node-red.ts';

/** Path of everything of ours below Node-RED's HTTP node root. */
const apiPath = '/echosight';

/** Express routes cannot be taken away again, so each HTTP root gets ours once and they look the Sites up per request. */
const mounted = new WeakSet<object>();

/** Puts health, metrics and evidence on Node-RED's HTTP node root. */
export function mountApi(RED: NodeRed): void {
  const { httpNode } = RED;
  if (httpNode === undefined || mounted.has(httpNode)) return;
  mounted.add(httpNode);
  const api = new Api(siteHost(openSites, () => Boolean(RED.settings.httpNodeAuth), RED.log));
  httpNode.use(apiPath, (request, response) => {
    void api.handle(request, response);
  });
}
