import { readFileSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { nodeConfigs, nodeCredentials, rulePresets, signalKinds, type NodeType } from '../../src/contracts/configs.ts';
import { ruledSounds, soundClasses, streamStatuses } from '../../src/contracts/messages.ts';
import { catalogEntries, type CatalogEntry } from '../../src/inference/catalog.ts';
import { modelFile, sampleNames } from '../../src/process/package-files.ts';
import { detectors } from '../../src/vision/decoders/table.ts';
import { dist, languages, nodeFile, nodeTypes, root } from './paths.ts';

/** What the editor takes from the contracts and the catalogue (src/editor/build-data.d.ts), as JSON. */
const buildData: Readonly<Record<string, (name: string) => unknown>> = {
  'settings-of': (type) => nodeConfigs[type as NodeType],
  'credentials-of': (type) =>
    Object.fromEntries(
      Object.entries(nodeCredentials[type as keyof typeof nodeCredentials]).map(([key, kind]) => [key, { type: kind }]),
    ),
  'models-for': (task) => catalogEntries().flatMap((model) => (model.task === task ? [pick(model)] : [])),
  'model-families': () => Object.keys(detectors).sort(),
  'sample-clips': () => sampleNames,
  'signal-labels': signalLabels,
  'rule-presets': () => rulePresets,
  'sound-mapping': () => readFileSync(modelFile('sound-mapping.json'), 'utf8'),
};

const buildDataModules: Plugin = {
  name: 'build-data',
  setup(bundler) {
    const filter = new RegExp(`^(${Object.keys(buildData).join('|')})(:|$)`);
    bundler.onResolve({ filter }, ({ path }) => ({ path, namespace: 'build-data' }));
    bundler.onLoad({ filter: /.*/, namespace: 'build-data' }, ({ path }) => {
      const [source = '', name = ''] = path.split(':');
      return { contents: JSON.stringify(buildData[source]?.(name)), loader: 'json' };
    });
  },
};

/** dist/<type>.html: dialog, behaviour and help of every node; locales and icons beside them. */
export async function buildEditor(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: nodeTypes.map((type) => ({ in: nodeFile(type, 'editor.ts'), out: type })),
    outdir: dist,
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2020',
    plugins: [buildDataModules],
    // Read by every editor that opens: a quarter of the size.
    alias: { jsonata: 'jsonata/jsonata.min.js' },
    loader: { '.css': 'text' },
    logLevel: 'warning',
  });
  const style = await readFile(join(root, 'src/editor/form.css'), 'utf8');
  const scripts = new Map(outputFiles.map((file) => [file.path, file.text]));
  await Promise.all([
    ...nodeTypes.map((type) => writeDialog(type, style, scripts.get(join(dist, `${type}.js`)) ?? '')),
    ...languages.map((language) => writeLocales(language)),
    cp(join(root, 'icons'), join(dist, 'icons'), { recursive: true }),
  ]);
}

async function writeDialog(type: NodeType, style: string, script: string): Promise<void> {
  const template = await readFile(nodeFile(type, 'editor.html'), 'utf8');
  const html = [
    `<script type="text/javascript">\n${script}</script>`,
    `<script type="text/html" data-template-name="${type}">\n<style>\n${style}</style>\n<div class="echosight-form">\n${template}</div>\n</script>`,
    await help(type, 'help.md'),
  ];
  await writeFile(join(dist, `${type}.html`), `${html.join('\n\n')}\n`);
}

async function help(type: NodeType, file: string): Promise<string> {
  const markdown = await readFile(nodeFile(type, file), 'utf8');
  return `<script type="text/markdown" data-help-name="${type}">\n${markdown}</script>`;
}

/** A node's texts stand under its type, those of src/editor under `shared`; help in another language lies beside them. */
async function writeLocales(language: string): Promise<void> {
  const folder = join(dist, 'locales', language);
  await mkdir(folder, { recursive: true });
  const shared = await readJson(join(root, 'src/editor/locales', `${language}.json`));
  for (const type of nodeTypes) {
    const texts = { [type]: await readJson(nodeFile(type, 'locales', `${language}.json`)), shared };
    await writeFile(join(folder, `${type}.json`), JSON.stringify(texts, null, 2));
    if (language === languages[0]) continue;
    await writeFile(join(folder, `${type}.html`), await help(type, join('locales', `${language}.md`)));
  }
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8')) as unknown;
}

function pick({ id, title, license, labels }: CatalogEntry): Pick<CatalogEntry, 'id' | 'title' | 'license' | 'labels'> {
  return { id, title, license, labels };
}

/** Labels that rules can ask for, as our own nodes send them; outside signals have names of their own. */
function signalLabels(): Record<(typeof signalKinds)[number], readonly string[]> {
  const objects = catalogEntries().flatMap(({ task, labels }) => (task === 'detection' ? labels : []));
  return {
    object: [...new Set(objects)].filter((label) => !label.startsWith('unused ')),
    sound: [...new Set([...soundClasses, ...ruledSounds])],
    cue: [
      ...['tamper', 'zone-enter', 'zone-leave', 'loiter', 'line-cross', 'silence', 'noise'],
      ...['motion', 'detector-down', 'classifier-down'],
    ],
    stream: ['offline', ...streamStatuses],
    signal: [],
  };
}
