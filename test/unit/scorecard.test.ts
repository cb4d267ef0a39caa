import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { languages, nodeTypes, root } from '../../scripts/build/paths.ts';
import { exampleFlows, scorecardFaults } from '../../scripts/build/scorecard.ts';
import { defaultRules, nodeConfigs, nodeCredentials, type NodeType } from '../../src/contracts/configs.ts';

interface Manifest {
  name: string;
  license: string;
  keywords: string[];
  repository: { url: string };
  bugs: { url: string };
  engines: { node: string };
  files: string[];
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  'node-red': { version: string; nodes: Record<string, string> };
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

describe("the checks of Node-RED's scorecard that need no network", () => {
  test('every node has help, icon, texts, labels and an example flow', () => {
    assert.deepEqual(scorecardFaults(), []);
  });

  test('P01, P03: licence, repository and bug tracker are named', () => {
    assert.equal(manifest.license, 'MIT');
    assert.ok(existsSync(join(root, 'LICENSE')));
    assert.match(manifest.repository.url, /^git\+https:\/\//);
    assert.match(manifest.bugs.url, /^https:\/\//);
  });

  test('P04, P05: the name is scoped and the keyword is there', () => {
    assert.match(manifest.name, /^@[a-z0-9-]+\/node-red-[a-z0-9-]+$/);
    assert.ok(manifest.keywords.includes('node-red'));
  });

  test('P06, P07: the supported versions of Node-RED and Node.js are said', () => {
    assert.equal(manifest['node-red'].version, '>=4.1.0');
    assert.equal(manifest.engines.node, '>=22.14');
  });

  test('N01: package.json lists every node type once', () => {
    const expected = nodeTypes.map((type) => [type, `dist/${type}.js`]);
    assert.deepEqual(Object.entries(manifest['node-red'].nodes).sort(), expected.sort());
  });

  test('D01: at most six dependencies', () => {
    const count = Object.keys(manifest.dependencies).length;
    assert.ok(count <= 6, `${count} dependencies`);
  });
});

describe('the example flows', () => {
  const flows = [
    ...exampleFlows(),
    { file: 'flows/demo.json', nodes: JSON.parse(readFileSync(join(root, 'flows/demo.json'), 'utf8')) as Node[] },
  ];
  interface Node {
    id: string;
    type: string;
    [setting: string]: unknown;
  }

  for (const { file, nodes } of flows) {
    test(`${file} sets exactly what the schemas of its nodes name`, () => {
      for (const node of nodes.filter(({ type }) => Object.hasOwn(nodeConfigs, type))) {
        const placing = ['id', 'type', 'z', 'g', 'd', 'x', 'y', 'wires', 'credentials'];
        const settings = Object.keys(node).filter((key) => !placing.includes(key));
        assert.deepEqual(settings.sort(), Object.keys(nodeConfigs[node.type as NodeType].properties).sort(), node.id);
      }
    });

    test(`${file} holds no secret and needs no other package, but for Dashboard in its folder`, () => {
      const secrets = Object.values(nodeCredentials).flatMap((fields) => Object.keys(fields));
      const core = [
        ...[
          'tab',
          'group',
          'comment',
          'debug',
          'catch',
          'inject',
          'change',
          'http in',
          'http response',
          'http request',
        ],
        ...['function', 'switch', 'template', 'trigger', 'mqtt in', 'mqtt out', 'mqtt-broker'],
      ];
      const dashboard = ['ui-base', 'ui-page', 'ui-group', 'ui-theme', 'ui-template'];
      const others = file.startsWith('examples/Dashboard/') ? dashboard : [];
      for (const node of nodes) {
        assert.deepEqual(
          secrets.filter((secret) => secret in node),
          [],
          node.id,
        );
        assert.ok(
          [...core, ...others].includes(node.type) || Object.hasOwn(nodeConfigs, node.type),
          `${node.id} is a ${node.type}`,
        );
        assert.doesNotMatch(JSON.stringify(node), /:\/\/[^/"]*@/);
      }
    });
  }

  for (const { file, nodes } of flows) {
    test(`${file} has comments that fit into the window of a laptop`, () => {
      for (const { id, type, name } of nodes) {
        if (type === 'comment') assert.ok(String(name).length <= 100, id);
      }
    });

    test(`${file} answers a request only where there is one: errors come at other times, too`, () => {
      const after = (node: Node | undefined): (Node | undefined)[] =>
        ((node?.wires ?? []) as string[][]).flat().map((id) => nodes.find((other) => other.id === id));
      const unasked = nodes.filter(({ type }) => type === 'catch').flatMap(after);
      for (let node = unasked.pop(); node !== undefined; node = unasked.pop()) {
        assert.notEqual(node.type, 'http response', node.id);
        if (node.type !== 'switch' || node.property !== 'res') unasked.push(...after(node));
      }
    });
  }

  test('pipelines start with the default rules', () => {
    for (const file of [
      'flows/demo.json',
      'examples/02 Door camera to WhatsApp.json',
      'examples/12 Settings from the environment.json',
    ]) {
      const fuse = flows.find((flow) => flow.file === file)?.nodes.find(({ type }) => type === 'fuse-severity');
      assert.deepEqual(fuse?.rules, defaultRules);
    }
  });
});

describe('the texts of the rule list', () => {
  for (const language of languages) {
    test(`are all there in ${language}`, () => {
      const file = join(root, 'nodes/fuse-severity/locales', `${language}.json`);
      const { rule } = JSON.parse(readFileSync(file, 'utf8')) as { rule: Record<string, unknown> };
      const folder = join(root, 'src/editor');
      const code = readdirSync(folder)
        .filter((name) => /^(rule|condition)-.*\.ts$/.test(name))
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('\n');
      const asked = [...code.matchAll(/say\('([\w.]+)'/g)].map(([, key = '']) => key);
      assert.ok(asked.length > 10);
      const missing = asked.filter((key) => typeof key.split('.').reduce<unknown>(step, rule) !== 'string');
      assert.deepEqual(missing, []);
    });
  }
  function step(texts: unknown, key: string): unknown {
    return (texts as Record<string, unknown> | undefined)?.[key];
  }
});
