import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeConfigs } from '../../src/contracts/configs.ts';
import { errorNames } from '../../src/contracts/errors.ts';
import { placeholderIn } from '../../src/contracts/placeholder.ts';
import { deliveryStatuses, streamStatuses, tamperKinds } from '../../src/contracts/messages.ts';
import { checkIds } from '../../src/contracts/findings.ts';
import { languages, nodeFile, nodeTypes, root } from './paths.ts';

/** Texts that a node looks up by a name it computes. */
const computedKeys: Partial<Record<string, readonly string[]>> = {
  'sentinel-audio-train': ['validating', 'embedding', 'training'].map((status) => `status.${status}`),
  'mic-in': streamStatuses.map((status) => `status.${status}`),
  'rtsp-in': [...streamStatuses, ...tamperKinds].map((status) => `status.${status}`),
  'whatsapp-out': [...deliveryStatuses, 'wouldTellNobody', 'wouldTellOne'].map((status) => `status.${status}`),
  'sentinel-site': [
    ...checkIds.map((id) => `check.title.${id}`),
    ...['ok', 'warning', 'problem', 'skipped'].map((state) => `check.state.${state}`),
    ...['running', 'forbidden', 'failed', 'summary'].map((key) => `check.${key}`),
  ],
};

interface FlowNode {
  id: string;
  type: string;
  [setting: string]: unknown;
}

/** Everything that a node must bring and does not, in sentences. Empty when all is well. */
export function scorecardFaults(): string[] {
  const flows = exampleFlows();
  return [
    ...nodeTypes.flatMap((type) => nodeFaults(type)),
    ...languages.flatMap((language) => localeFaults(language)),
    ...listFaults(),
    ...nodeTypes
      .filter((type) => !flows.some(({ nodes }) => nodes.some((node) => node.type === type)))
      .map((type) => `no flow in examples/ uses ${type}`),
    ...flows.flatMap(({ file, nodes }) => flowFaults(file, nodes)),
  ];
}

/** The flows of examples/, which Node-RED offers under Import, each with the nodes in it. */
export function exampleFlows(): { file: string; nodes: FlowNode[] }[] {
  const files = globSync('examples/**/*.json', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
  return files.sort().map((file) => ({ file, nodes: JSON.parse(read(join(root, file))) as FlowNode[] }));
}

function nodeFaults(type: string): string[] {
  const needed = ['node.ts', 'editor.ts', 'editor.html', 'help.md'].map((file) => nodeFile(type, file));
  const missing = [...needed, join(root, 'icons', `${type}.svg`)].filter((file) => !existsSync(file));
  if (missing.length > 0) return missing.map((file) => `${file} is missing`);
  const html = read(nodeFile(type, 'editor.html'));
  const selfClosing = html.match(/<(?!input|br|img|hr)[a-z][\w-]*[^>]*\/>/g) ?? [];
  const unlabelled = [...html.matchAll(/id="(node-(?:config-)?input-[\w-]+)"/g)]
    .map(([, id]) => id ?? '')
    .filter((id) => !html.includes(`for="${id}"`));
  const unseen = settingsOf(type).filter(
    (setting) => !new RegExp(` id="(node-(config-)?input|echosight)-${setting}"`).test(html),
  );
  return [
    ...unseen.map((setting) => `${type}/editor.html has no field for ${setting}`),
    ...selfClosing.map((tag) => `${type}/editor.html: ${tag} swallows what follows it`),
    ...unlabelled.map((id) => `${type}/editor.html: ${id} has no label`),
    ...helpFaults(type, 'help.md'),
    ...languages.slice(1).flatMap((language) => helpFaults(type, `locales/${language}.md`)),
  ];
}

/** Help that Node-RED shows as it is meant: a first paragraph for the tooltip, definitions in its own form of Markdown. */
function helpFaults(type: string, file: string): string[] {
  const path = nodeFile(type, file);
  if (!existsSync(path)) return [`${type}/${file} is missing`];
  const help = read(path);
  const definitions = (help.match(/^ *: .*$/gm) ?? []).filter((line) => !/^ *: [^:]+ \([^:]+\) : [^:]+$/.test(line));
  const errors = (help.match(/ES_\w+/g) ?? []).filter((name) => !Object.hasOwn(errorNames, name));
  return [
    ...(/^\s|^#/.test(help) ? [`${type}/${file} starts with a paragraph, the tooltip of the palette`] : []),
    ...(/^### (Details|Einzelheiten)$/m.test(help) ? [] : [`${type}/${file} has no chapter with details`]),
    ...definitions.map(
      (line) => `${type}/${file}: Node-RED reads ": name (type) : text" without a further colon: ${line}`,
    ),
    ...errors.map((name) => `${type}/${file} names ${name}, which does not exist`),
  ];
}

function localeFaults(language: string): string[] {
  return nodeTypes.flatMap((type) => {
    const file = nodeFile(type, 'locales', `${language}.json`);
    if (!existsSync(file)) return [`${file} is missing`];
    const texts = keysOf(JSON.parse(read(file)));
    const wanted = usedKeys(type);
    return [
      ...[...wanted].filter((key) => !texts.has(key)).map((key) => `${type}/locales/${language}.json lacks "${key}"`),
      ...(language === languages[0] ? [] : differences(type, language, texts)),
    ];
  });
}

/** Texts that dialog, editor code, runtime and settings of a node ask for. */
function usedKeys(type: string): Set<string> {
  const html = [...read(nodeFile(type, 'editor.html')).matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)];
  const editor = [...read(nodeFile(type, 'editor.ts')).matchAll(/text\('[\w-]+', '([\w.-]+)'/g)];
  const status = [...read(nodeFile(type, 'node.ts')).matchAll(/\.status\('\w+', '([\w-]+)'/g)];
  const ports = /outputs: \[([^\]]*)\]/.exec(read(nodeFile(type, 'editor.ts')))?.[1] ?? '';
  return new Set([
    'palette',
    ...settingsOf(type).map((setting) => `label.${setting}`),
    ...[...html, ...editor].map(([, key = '']) => key.slice(type.length + 1)),
    ...status.map(([, key = '']) => `status.${key}`),
    ...[...ports.matchAll(/'(\w+)'/g)].map(([, port = '']) => `port.${port}`),
    ...(computedKeys[type] ?? []),
  ]);
}

function differences(type: string, language: string, texts: ReadonlySet<string>): string[] {
  const first = keysOf(JSON.parse(read(nodeFile(type, 'locales', `${languages[0]}.json`))));
  return [
    ...[...first].filter((key) => !texts.has(key)).map((key) => `${type}/locales/${language}.json lacks "${key}"`),
    ...[...texts].filter((key) => !first.has(key)).map((key) => `${type}/locales/${language}.json has "${key}" alone`),
  ];
}

/** package.json lists every node once, and nothing lies in nodes/ that is not listed in the contracts. */
function listFaults(): string[] {
  const manifest = JSON.parse(read(join(root, 'package.json'))) as { 'node-red'?: { nodes?: Record<string, string> } };
  const listed = manifest['node-red']?.nodes ?? {};
  const folders = readdirSync(join(root, 'nodes'));
  return [
    ...nodeTypes.filter((type) => listed[type] !== `dist/${type}.js`).map((type) => `package.json lacks ${type}`),
    ...[...Object.keys(listed), ...folders]
      .filter((type) => !(nodeTypes as string[]).includes(type))
      .map((type) => `${type} is not in nodeConfigs of src/contracts/configs.ts`),
  ];
}

/** An example says what it is, wires only what is there, uses ids once, and holds no secret. */
function flowFaults(file: string, nodes: readonly FlowNode[]): string[] {
  const ids = new Set(nodes.map(({ id }) => id));
  const wires = nodes.flatMap(({ wires: outputs }) => ((outputs ?? []) as string[][]).flat());
  const said = (fault: string): string => `${file} ${fault}`;
  return [
    ...(ids.size === nodes.length ? [] : [said('uses an id twice')]),
    ...(nodes.some(({ type }) => type === 'comment') ? [] : [said('has no comment node')]),
    ...wires.filter((id) => !ids.has(id)).map((id) => said(`wires ${id}, which is not in it`)),
    ...nodes.filter((node) => holdsSecret(node)).map(({ id }) => said(`holds credentials in ${id}`)),
  ];
}

/** Credentials that only name environment variables are none: the flow works after its import without a dialog. */
function holdsSecret({ credentials }: FlowNode): boolean {
  return Object.values(credentials ?? {}).some((value) => placeholderIn(value) === undefined);
}

/** Paths of all texts: `status.connected`. */
function keysOf(texts: unknown, prefix = ''): Set<string> {
  const entries = Object.entries(texts as Record<string, unknown>);
  return new Set(
    entries.flatMap(([key, value]) =>
      typeof value === 'string' ? [prefix + key] : [...keysOf(value, `${prefix}${key}.`)],
    ),
  );
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

function settingsOf(type: string): string[] {
  return Object.keys((nodeConfigs as Record<string, { properties: object }>)[type]?.properties ?? {});
}
