import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, test } from 'node:test';
import ts from 'typescript';

const root = join(import.meta.dirname, '..', '..');

/** The rooms of src/ from the ground up: a room imports only what stands in a row above its own. */
const rows = [
  ['contracts'],
  ['clock', 'process', 'geometry', 'confirmation', 'network', 'onnx-format', 'tflite', 'database', 'pcm', 'pictures'],
  ['inference'],
  ['media', 'vision', 'audio', 'fusion', 'alerting', 'evidence', 'access', 'streams'],
  ['site'],
  ['api', 'doctor'],
  ['red', 'cli'],
] as const;
/** Foundations may stand on each other; everywhere else a room keeps to itself. */
const foundations: readonly string[] = rows[1];

/** What the dialogs share with the runtime, so that both judge alike: pure functions without Node.js. */
const sharedWithEditor = [
  'src/contracts/calibration.ts',
  'src/contracts/configs/neighbours.ts',
  'src/contracts/configs/rules/expression-form.ts',
  'src/contracts/configs/recipient-list.ts',
  'src/contracts/configs/rules/rule-ids.ts',
  'src/contracts/configs/rules/upgrade.ts',
  'src/contracts/lasting-cues.ts',
  'src/contracts/listener-state.ts',
  'src/contracts/modes.ts',
  'src/contracts/placeholder.ts',
  'src/fusion/rule-words/border-words.ts',
  'src/fusion/rule-words/rule-sentence.ts',
  'src/fusion/rule-words/when-words.ts',
  'src/geometry/arrow-across.ts',
  'src/network/authority.ts',
  'src/alerting/alert-words.ts',
  'src/alerting/channels/email/addresses.ts',
  'src/alerting/channels/sms/gsm-text.ts',
  'src/alerting/recipients.ts',
  'src/alerting/channels/whatsapp/message-template.ts',
  'src/alerting/channels/whatsapp/template-proposal.ts',
  'src/alerting/inbound/button-titles.ts',
  'src/alerting/text-template.ts',
  'src/media/microphone/device-name.ts',
];

const natives = ['better-sqlite3', 'sharp', 'onnxruntime-node', 'onnxruntime-web'];

interface Import {
  file: string;
  specifier: string;
  typeOnly: boolean;
}

interface Source {
  file: string;
  tree: ts.SourceFile;
  imports: Import[];
}

const sources = globSync(['src/**/*.ts', 'nodes/*/*.ts'], { cwd: root }).map((file) => readSource(file));
const engineSources = sources.filter(
  ({ file }) => file.startsWith(`src${sep}`) && !file.startsWith(join('src', 'editor')),
);

describe('the laws of imports', () => {
  test('every folder of src/ is a room that the laws know', () => {
    const known: string[] = [...rows.flat(), 'editor', ''];
    assert.deepEqual(
      [...new Set(sources.map(({ file }) => roomOf(file)))].filter((room) => !known.includes(room)),
      [],
    );
  });

  test('rooms import in one direction, and domain rooms not at all from each other', () => {
    const faults = engineSources.flatMap(({ file, imports }) =>
      imports
        .filter((found) => found.specifier.startsWith('.') && !mayImport(roomOf(file), roomOf(targetOf(found))))
        .map((found) => `${file} imports ${found.specifier}`),
    );
    assert.deepEqual(faults, []);
  });

  test('no file needs itself', () => {
    assert.deepEqual(cycles(), []);
  });

  test('node files reach the engine through src/engine.ts alone', () => {
    const faults = sources
      .filter(({ file }) => file.endsWith(`${sep}node.ts`))
      .flatMap(({ file, imports }) =>
        imports
          .filter(({ specifier }) => specifier !== '../../src/engine.ts')
          .map((found) => `${file}: ${found.specifier}`),
      );
    assert.deepEqual(faults, []);
  });

  test('the code of the editor takes nothing but types from the engine, and a few pure functions', () => {
    const faults = sources
      .filter(({ file }) => file.endsWith(`${sep}editor.ts`) || file.startsWith(join('src', 'editor')))
      .flatMap(({ imports }) => imports)
      .filter((found) => found.specifier.startsWith('.') && roomOf(targetOf(found)) !== 'editor')
      .filter((found) => roomOf(targetOf(found)) !== 'contracts' || !found.typeOnly)
      .filter((found) => !sharedWithEditor.includes(targetOf(found).replaceAll(sep, '/')))
      .map((found) => `${found.file} imports ${found.specifier}`);
    assert.deepEqual(faults, []);
  });

  test('what the editor shares with the runtime needs no Node.js', () => {
    const faults = sources
      .filter(({ file }) => sharedWithEditor.includes(file.replaceAll(sep, '/')))
      .flatMap(({ imports }) => imports)
      .filter((found) => !found.typeOnly && !found.specifier.endsWith('/contracts/errors.ts'))
      .filter(({ file, specifier }) => {
        const imported = relative(root, resolve(root, dirname(file), specifier));
        return !sharedWithEditor.includes(imported.replaceAll(sep, '/'));
      });
    assert.deepEqual(faults, []);
  });

  test("Node-RED's RED is known in src/red only", () => {
    const faults = engineSources
      .filter(({ file }) => roomOf(file) !== 'red')
      .filter(({ tree }) => has(tree, (node) => ts.isIdentifier(node) && /^(RED|NodeRed|RedNode)$/.test(node.text)));
    assert.deepEqual(
      faults.map(({ file }) => file),
      [],
    );
  });

  test('nothing native is loaded before a function asks for it', () => {
    const faults = engineSources.flatMap(({ file, tree, imports }) => [
      ...imports
        .filter(({ specifier, typeOnly }) => natives.includes(specifier) && !typeOnly)
        .map(({ specifier }) => `${file} imports ${specifier}`),
      ...tree.statements
        .filter((statement) => has(statement, loadsNative, ts.isFunctionLike))
        .map((statement) => `${file}: ${statement.getText(tree)}`),
    ]);
    assert.deepEqual(faults, []);
  });
});

function readSource(file: string): Source {
  const tree = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const imports = tree.statements.flatMap((statement): Import[] => {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const phase = statement.importClause?.phaseModifier;
      return [{ file, specifier: statement.moduleSpecifier.text, typeOnly: phase === ts.SyntaxKind.TypeKeyword }];
    }
    if (
      ts.isExportDeclaration(statement) &&
      statement.moduleSpecifier &&
      ts.isStringLiteral(statement.moduleSpecifier)
    ) {
      return [{ file, specifier: statement.moduleSpecifier.text, typeOnly: statement.isTypeOnly }];
    }
    return [];
  });
  return { file, tree, imports };
}

/** Folder below src/; empty for src/engine.ts, which gathers the rooms for the nodes. */
function roomOf(file: string): string {
  const [top, room, rest] = file.split(sep);
  return top === 'src' && rest !== undefined ? (room ?? '') : '';
}

function targetOf({ file, specifier }: Import): string {
  return relative(root, resolve(root, dirname(file), specifier));
}

function mayImport(from: string, to: string): boolean {
  if (from === to || from === '') return true;
  const rowOf = (room: string): number => rows.findIndex((row) => (row as readonly string[]).includes(room));
  return rowOf(to) !== -1 && (rowOf(to) < rowOf(from) || (foundations.includes(from) && foundations.includes(to)));
}

/** Chains of files that import each other in a circle; types do not count, they are gone at run time. */
function cycles(): string[] {
  const graph = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.filter((found) => found.specifier.startsWith('.') && !found.typeOnly).map((found) => targetOf(found)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (path.includes(file) || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

function loadsNative(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false;
  const [first] = node.arguments;
  const loads = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
  return loads && first !== undefined && ts.isStringLiteral(first) && natives.includes(first.text);
}

/** Whether a node or one below it fits; `closed` ones are not entered. */
function has(node: ts.Node, fits: (node: ts.Node) => boolean, closed?: (node: ts.Node) => boolean): boolean {
  if (fits(node)) return true;
  if (closed?.(node) === true) return false;
  return ts.forEachChild(node, (child) => has(child, fits, closed)) ?? false;
}
