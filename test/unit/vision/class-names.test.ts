import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { classNamesIn } from '../../../src/vision/decoders/class-names.ts';

describe('class names in the metadata of a model', () => {
  const written: Readonly<Record<string, [text: string, names: string[] | undefined]>> = {
    'a dictionary as Python prints it': [
      `{0: 'person', 1: "dog's bone", 2: 'it\\'s'}`,
      ['person', "dog's bone", "it's"],
    ],
    'one in another order': [`{1: 'b', 0: 'a'}`, ['a', 'b']],
    'one with a number missing': [`{0: 'a', 2: 'c'}`, undefined],
    'one in JSON': ['{"0":"a","1":"b"}', ['a', 'b']],
    'a list': [`['a', "b"]`, ['a', 'b']],
    'a tuple': [`('a', 'b')`, ['a', 'b']],
    'names between commas': ['a, b', ['a', 'b']],
    'a list that breaks off in a name': [`['a', 'b`, ['a', 'b']],
    'a list that breaks off in an escape': [`['a', 'b\\`, ['a', 'b\\']],
    nothing: ['', undefined],
    'a name that no message could carry': [`['a', '${'b'.repeat(201)}']`, undefined],
    'more text than names of real models have': [`['a', '${' '.repeat(300_000)}b']`, undefined],
  };
  for (const [what, [text, names]] of Object.entries(written)) {
    test(what, () => {
      assert.deepEqual(classNamesIn({ names: text }), names);
    });
  }

  /** Each pattern once looked for the end of a name from every one of its quotes: minutes for a quarter of a megabyte. */
  test('that are hostile are read in one go', () => {
    const module = new URL('../../../src/vision/decoders/class-names.ts', import.meta.url).href;
    const texts = [
      `"[" + "\\\\'".repeat(130_000)`,
      `"[" + '\\\\"'.repeat(130_000)`,
      `"{" + ",0:'\\\\".repeat(50_000)`,
      `"{" + ",0 ".repeat(80_000)`,
      `"{0:" + " ".repeat(250_000)`,
    ];
    const calls = texts.map((text) => `classNamesIn({ names: ${text} });`);
    const script = `import { classNamesIn } from '${module}'; ${calls.join(' ')}`;
    const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 60_000,
      encoding: 'utf8',
    });
    assert.deepEqual([status, signal], [0, null], stderr);
  });
});
