import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/build/paths.ts';
import type { Incident } from '../../src/contracts/messages.ts';
import { linkedUserFolder, NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';

const require = createRequire(import.meta.url);

/** A real Node-RED with Dashboard, the page of incidents as users import it, and an evidence-store that tests feed. */
export async function startDashboardHost(
  dataFolder: string,
  {
    env = {},
    theme = 'Incidents',
    further = [],
    more = [],
  }: { env?: Record<string, string>; theme?: string; further?: readonly string[]; more?: FlowNode[] } = {},
): Promise<NodeRedHost> {
  const pages = dashboardPages([theme, ...further]);
  const userDir = linkedUserFolder();
  const scope = join(userDir, 'node_modules', '@flowfuse');
  mkdirSync(scope, { recursive: true });
  const dashboard = dirname(require.resolve('@flowfuse/node-red-dashboard/package.json'));
  symlinkSync(dashboard, join(scope, 'node-red-dashboard'), 'junction');
  const host = await NodeRedHost.start(env, userDir);
  await host.deploy([
    ...pages,
    { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'home', dataFolder },
    { id: 'in', type: 'http in', url: '/in', method: 'post', wires: [['take', 'reply']] },
    { id: 'take', type: 'function', func: 'return {payload: msg.payload};', outputs: 1, wires: [['keep']] },
    { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
    { id: 'keep', type: 'evidence-store', site: 'site', keepSnapshots: true, keepAudio: true, wires: [[], []] },
    ...more,
  ]);
  return host;
}

/** Pages as somebody has them who has imported several: what they share is there once. @param folder of the examples */
export function dashboardPages(names: readonly string[], folder = join(root, 'examples/Dashboard')): FlowNode[] {
  const nodes = names.flatMap((name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as FlowNode[]);
  return [...new Map(nodes.map((node) => [node.id, node])).values()];
}

/** Lets an incident happen. @param base of the HTTP nodes */
export async function happen(base: string, more: Partial<Incident> & { id: string }, login?: string): Promise<void> {
  const now = Date.now();
  const incident: Incident = {
    ...{ v: 1, kind: 'incident', phase: 'start', seq: 1, site: 'home', area: 'hall', source: 'entrance' },
    ...{ capturedAt: now, severity: 3, label: `Incident ${more.id}`, reason: 'person', confidence: 0.8 },
    ...{
      sources: ['entrance'],
      startedAt: now,
      updatedAt: now,
      explanation: ['Severity 3 by the rule person.', 'Person seen by entrance at 12:00:03.4, score 0.82.'],
    },
    signals: [{ kind: 'object', label: 'person', source: 'entrance', score: 0.8, capturedAt: now }],
    ...more,
  };
  const headers = { 'content-type': 'application/json', ...(login === undefined ? {} : { authorization: login }) };
  const response = await fetch(`${base}/in`, { method: 'POST', headers, body: JSON.stringify(incident) });
  assert.equal(response.status, 202);
}

interface ThemeNode {
  type: string;
  colors?: object;
}

/** Gives a running dashboard the colours of the dark example, as somebody does who edits its theme, and waits until a page wears them. */
export async function turnDark(host: NodeRedHost, page: Page): Promise<void> {
  const colors = dashboardPages(['Incidents, dark']).find(({ type }) => type === 'ui-theme')?.colors;
  const flow = (await (await fetch(`${host.url}/flows`)).json()) as ThemeNode[];
  const body = JSON.stringify(flow.map((node) => (node.type === 'ui-theme' ? { ...node, colors } : node)));
  const headers = { 'content-type': 'application/json', 'Node-RED-Deployment-Type': 'nodes' };
  await host.deployedBy(() => fetch(`${host.url}/flows`, { method: 'POST', headers, body }));
  await page.reload();
  await page.waitForFunction(
    "getComputedStyle(document.querySelector('.es-page') ?? document.body).getPropertyValue('--v-theme-background').startsWith('17')",
    undefined,
    { timeout: 60_000 },
  );
}

/** Opens the page of incidents and collects what goes wrong in it. @returns the faults, to be looked at in the end */
export async function openIncidents(page: Page, url: string): Promise<string[]> {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'warning' || /Vue|TypeError/.test(message.text())) faults.push(message.text());
  });
  await page.goto(url);
  await page.locator('.es-link-live').waitFor({ timeout: 30_000 });
  return faults;
}

/** Width that the page wants beyond the window, in pixels. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
}
