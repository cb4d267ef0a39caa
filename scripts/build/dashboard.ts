import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileTemplate, parse } from '@vue/compiler-sfc';
import { build } from 'esbuild';
import { root } from './paths.ts';

/*
 * The page of the dashboard, from dashboard/ to the flows of examples/Dashboard/.
 *
 * Dashboard's ui-template takes one text with <template>, <script> and <style>. Each page has a folder with its frame (incidents.vue, history.vue
 * ...), in which `part: x.vue` stands for the template of that file, by its path below dashboard/; its style follows. The .vue files have no
 * script: they show what `page` holds, which is made by main.ts (history-main.ts ...) and what it imports, bundled into data(). Dashboard parses
 * the text as HTML and prints the script anew from its syntax tree: so no self-closing tags, no capitals in names, one `export default`, and no
 * syntax after ES2017.
 */
const folder = join(root, 'dashboard');

/** Colours of Dashboard's own presets. */
const themes = {
  light: { surface: '#fcfcfd', primary: '#0d74ce', bgPage: '#f4f5f8', groupBg: '#ffffff', groupOutline: '#d9d9e0' },
  dark: { surface: '#18191b', primary: '#3b8fe0', bgPage: '#111113', groupBg: '#1b1c1f', groupOutline: '#363a3f' },
} as const;

export interface GeneratedFlow {
  /** Path in the repository. */
  file: string;
  text: string;
}

/**
 * The flows of examples/Dashboard/ as they have to be.
 * @throws Error naming everything that is wrong in dashboard/
 */
export async function dashboardFlows(): Promise<GeneratedFlow[]> {
  const format = await pageText('incidents/incidents.vue', 'incidents/main.ts');
  const others = furtherPages.map(async (page) => ({
    file: `examples/Dashboard/${page.name}.json`,
    text: furtherText(page, await pageText(`${page.id}/${page.id}.vue`, page.entry)),
  }));
  return [
    { file: 'examples/Dashboard/Incidents.json', text: flowText(format, 'light') },
    { file: 'examples/Dashboard/Incidents, dark.json', text: flowText(format, 'dark') },
    ...(await Promise.all(others)),
  ];
}

/** Writes what has changed. */
export async function buildDashboard(): Promise<void> {
  for (const { file, text } of await dashboardFlows()) {
    const path = join(root, file);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

async function pageText(file: string, entry: string): Promise<string> {
  const [frame, ...parts] = joined(file);
  const template = frame?.template ?? '';
  const faults = [frame, ...parts].flatMap((part) => (part === undefined ? [] : markupFaults(part)));
  if (faults.length === 0) faults.push(...compileFaults(template));
  if (faults.length > 0) throw new Error(`The page of the dashboard is not right:\n- ${faults.join('\n- ')}`);
  const style = [frame, ...parts].map((part) => part?.style ?? '').join('\n');
  const logic = await bundledLogic(entry);
  const version = createHash('sha256').update(template).update(logic).digest('hex').slice(0, 12);
  return [
    `<template>\n${template.trim()}\n</template>`,
    `<script>\n${script(logic, version)}</script>`,
    `<style>\n${style.trim()}\n</style>`,
    '',
  ].join('\n\n');
}

interface Part {
  file: string;
  /** With all parts in it. */
  template: string;
  /** As it stands in the file. */
  own: string;
  style: string;
}

/** A file and every part of it. */
function joined(file: string): Part[] {
  const { descriptor, errors } = parse(readFileSync(join(folder, file), 'utf8'), { filename: file });
  if (errors.length > 0) throw new Error(`dashboard/${file}: ${errors.map(({ message }) => message).join('; ')}`);
  const own = descriptor.template?.content ?? '';
  const parts: Part[] = [];
  const template = own.replace(/<!-- part: (\S+) -->/g, (_, name: string) => {
    const [part, ...more] = joined(name);
    if (part === undefined) return '';
    parts.push(part, ...more);
    return part.template.trim();
  });
  const style = descriptor.styles
    .map(({ content, src }) => (src === undefined ? content : readFileSync(join(folder, src), 'utf8')).trim())
    .join('\n');
  return [{ file, template, own, style }, ...parts];
}

/** What a browser would read in another way than the compiler of Vue. */
export function markupFaults({ file, own }: Pick<Part, 'file' | 'own'>): string[] {
  const tags = own.match(/<[a-z][^\s>/]*(?:\s+[^\s=>/]+(?:="[^"]*")?)*\s*\/?>/gi) ?? [];
  const emptyTags = /^<(input|br|img|hr|source)\b/;
  return tags.flatMap((tag) => [
    ...(tag.endsWith('/>') && !emptyTags.test(tag) ? [`${file}: ${tag} swallows what follows it`] : []),
    ...(/[A-Z]/.test(tag.replace(/="[^"]*"/g, '')) ? [`${file}: capitals are lost in the names of ${tag}`] : []),
  ]);
}

function compileFaults(template: string): string[] {
  const { errors } = compileTemplate({ source: template, filename: 'incidents.vue', id: 'incidents' });
  return errors.map((error) => (typeof error === 'string' ? error : error.message));
}

async function bundledLogic(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'echosight',
    platform: 'browser',
    target: 'es2017',
    charset: 'utf8',
    logLevel: 'warning',
  });
  const text = outputFiles[0]?.text ?? '';
  if (/<\/script|<!--/i.test(text)) throw new Error('The script of the dashboard page would end early in HTML.');
  return text;
}

function script(logic: string, version: string): string {
  return `export default {
  data() {
${logic}
    return { page: echosight.openPage(this.$store.state.setup.setup, '${version}') };
  },
  mounted() {
    this.page.attach(this.$el);
  },
  unmounted() {
    this.page.detach();
  },
};
`;
}

const advice = `This page lists the incidents of EchoSight with picture, sound and the reasons, and you acknowledge them there.

1. Install **@flowfuse/node-red-dashboard** (Manage palette) if it is not there yet.
2. Deploy. The page is at \`/dashboard/incidents\` below the address of Node-RED.

It needs no wires: it fetches everything from EchoSight's own API, with the login of your browser. It shows what *evidence-store* keeps, so a flow with that node must run.

Other devices than this one are answered only with \`httpNodeAuth\` in the settings file. Dashboard's own connection is not covered by it: \`settings/security-settings.cjs\` of this package closes that too.

Have you a dashboard already? Open the group *Incidents*, choose your own page, and delete the page that came with this import.`;

function flowText(format: string, theme: keyof typeof themes): string {
  const nodes = [
    { id: 'incidents-tab', type: 'tab', label: 'Incidents page', disabled: false, info: '', env: [] },
    {
      ...{ id: 'incidents-about', type: 'comment', z: 'incidents-tab', name: 'A page with all incidents, live' },
      ...{ info: advice, x: 180, y: 60, wires: [] },
    },
    {
      ...{ id: 'incidents-view', type: 'ui-template', z: 'incidents-tab', group: 'incidents-group', page: '', ui: '' },
      ...{ name: 'Incidents', order: 1, width: 0, height: 0, head: '', format, storeOutMessages: false },
      ...{
        passthru: false,
        resendOnRefresh: false,
        templateScope: 'local',
        className: '',
        x: 140,
        y: 120,
        wires: [[]],
      },
    },
    {
      ...{ id: 'incidents-group', type: 'ui-group', name: 'Incidents', page: 'incidents-page', width: '12' },
      ...{ height: '1', order: 1, showTitle: false, className: 'es-plain', visible: 'true', disabled: 'false' },
      groupType: 'default',
    },
    {
      ...{ id: 'incidents-page', type: 'ui-page', name: 'Incidents', ui: 'incidents-base', path: '/incidents' },
      ...{ icon: 'shield-home', layout: 'grid', theme: 'incidents-theme', order: 1, className: '' },
      ...{ breakpoints, visible: 'true', disabled: 'false' },
    },
    {
      ...{ id: 'incidents-theme', type: 'ui-theme', name: `EchoSight ${theme}`, colors: themes[theme] },
      sizes: {
        ...{ density: 'default', pagePadding: '14px', groupGap: '12px', groupBorderRadius: '8px', widgetGap: '12px' },
      },
    },
    {
      ...{ id: 'incidents-base', type: 'ui-base', name: 'Dashboard', path: '/dashboard', appIcon: '' },
      ...{ includeClientData: true, acceptsClientConfig: ['ui-notification', 'ui-control'], showPathInSidebar: false },
      ...{
        headerContent: 'page',
        navigationStyle: 'default',
        titleBarStyle: 'default',
        showReconnectNotification: false,
      },
      ...{ showDisconnectNotification: false, notificationDisplayTime: 1, allowInstall: false },
    },
  ];
  return `${JSON.stringify(nodes, null, 2)}\n`;
}

/** A page beside that of the incidents: a folder, a flow and a path of its id. */
interface FurtherPage {
  id: string;
  name: string;
  icon: string;
  /** Place in the menu. */
  order: number;
  /** What makes the page, below dashboard/. */
  entry: string;
  /** Name of the comment in the flow. */
  about: string;
  /** What the comment says: what is there to see, and what it needs. */
  shows: string;
  wires: string;
}

const furtherPages: readonly FurtherPage[] = [
  {
    ...{ id: 'history', name: 'History', icon: 'chart-bar', order: 2, entry: 'history/history-main.ts' },
    about: 'A page that counts incidents and answers',
    shows:
      'How incidents spread over hours, days, cameras and reasons; how quickly somebody answered, and how many were false alarms.',
    wires:
      'It needs no wires: it counts what *evidence-store* keeps, and is fetched with the login of your browser, as the page of incidents.',
  },
  {
    ...{ id: 'sound-lab', name: 'Sound lab', icon: 'waveform', order: 3, entry: 'sound-lab/lab-main.ts' },
    about: 'A page that hears what you drop on it',
    shows:
      'Drop a recording on this page: EchoSight says what it hears in it, and where. Drop a zip with a folder per class, such as *safe* and *danger*, and it learns from the recordings.',
    wires:
      'It needs no wires, but a node of EchoSight in a deployed flow. Clips are judged with the model and the thresholds of the *audio-classify* that was deployed last. Other devices than this one are answered only with `httpNodeAuth` in the settings file.',
  },
  {
    ...{ id: 'system', name: 'System', icon: 'heart-pulse', order: 4, entry: 'system/system-main.ts' },
    about: 'A page that says what works',
    shows: 'Which cameras, microphones and models work, whether alerts wait, and whether the database does its work.',
    wires: 'It needs no wires, and is fetched with the login of your browser, as the page of incidents.',
  },
  {
    ...{ id: 'rules', name: 'Rules', icon: 'scale-balance', order: 5, entry: 'rules/rules-main.ts' },
    about: 'A page of modes and rules',
    shows:
      'Which mode each site is in, with the switch; every rule in a sentence, with its severity, and whether it counts now or why not.',
    wires:
      'It needs no wires, and is fetched with the login of your browser, as the page of incidents. Rules are changed in the editor, in the node *fuse-severity*.',
  },
  {
    ...{ id: 'accounts', name: 'Accounts', icon: 'account-key', order: 6, entry: 'accounts/accounts-main.ts' },
    about: 'A page of accounts and what they did',
    shows:
      'Your own account: password, where you are logged in, language. For admins all accounts, tokens of programs, and who did what.',
    wires:
      'It needs no wires, and is fetched with the login of your browser, as the page of incidents. The same without Dashboard is at `/echosight/account`.',
  },
];

/** With the same base and theme as that of the incidents: who imports both has both in one dashboard. */
function furtherText({ id, name, icon, order, about, shows, wires }: FurtherPage, format: string): string {
  const incidents = JSON.parse(flowText('', 'light')) as Record<string, unknown>[];
  const own = (part: string): string => `${id}-${part}`;
  const info = `${shows}

1. Install **@flowfuse/node-red-dashboard** (Manage palette) if it is not there yet.
2. Deploy. The page is at \`/dashboard/${id}\` below the address of Node-RED.

${wires}`;
  const names: Readonly<Record<string, object>> = {
    'incidents-tab': { id: own('tab'), label: `${name} page` },
    'incidents-about': { id: own('about'), z: own('tab'), name: about, info },
    'incidents-view': { id: own('view'), z: own('tab'), group: own('group'), name, format },
    'incidents-group': { id: own('group'), page: own('page'), name },
    'incidents-page': { id: own('page'), name, path: `/${id}`, icon, order },
  };
  const nodes = incidents.map((node) => ({ ...node, ...names[String(node.id)] }));
  return `${JSON.stringify(nodes, null, 2)}\n`;
}

/** Columns of the page; the group takes them all. */
const breakpoints = [
  { name: 'Default', px: '0', cols: '3' },
  { name: 'Tablet', px: '576', cols: '6' },
  { name: 'Small Desktop', px: '768', cols: '9' },
  { name: 'Desktop', px: '1024', cols: '12' },
];
