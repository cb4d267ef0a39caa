import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dashboardFlows, markupFaults } from '../../../scripts/build/dashboard.ts';
import { root } from '../../../scripts/build/paths.ts';

interface Node {
  type: string;
  passthru?: boolean;
  format?: string;
}

describe('the markup of the page', () => {
  const cases: [own: string, fault: RegExp | undefined][] = [
    ['<v-img :src="a" />', /swallows what follows/],
    ['<span class="x"/>', /swallows what follows/],
    ['<my-card v-if="a > b && !c"\n  @click="x => y()"\n/>', /swallows what follows/],
    ['<p :maxWidth="3"></p>', /capitals are lost/],
    ['<MyCard></MyCard>', /capitals are lost/],
    ['<input v-model="aB" type="checkbox" disabled /><br /><img :src="aB" alt="" />', undefined],
    ['<p v-if="page.isOpen">{{ page.isOpen }}</p>', undefined],
  ];
  for (const [own, fault] of cases) {
    test(JSON.stringify(own), () => {
      const faults = markupFaults({ file: 'x.vue', own });
      if (fault === undefined) assert.deepEqual(faults, []);
      else assert.match(faults.join(), fault);
    });
  }
});

describe('the flows of the dashboard', () => {
  test('are what dashboard/ says: `npm run build` renews them', async () => {
    for (const { file, text } of await dashboardFlows())
      assert.equal(readFileSync(join(root, file), 'utf8'), text, file);
  });

  test('never send on what they get, and show nothing as HTML', async () => {
    for (const { text } of await dashboardFlows()) {
      const view = (JSON.parse(text) as Node[]).find(({ type }) => type === 'ui-template');
      assert.equal(view?.passthru, false);
      assert.doesNotMatch(view.format ?? '', /v-html/);
    }
  });

  test('take every colour from the theme', async () => {
    const [flow] = await dashboardFlows();
    const view = (JSON.parse(flow?.text ?? '[]') as Node[]).find(({ type }) => type === 'ui-template');
    const style = view?.format?.split('<style>')[1] ?? '';
    assert.ok(style.includes('--v-theme-'));
    assert.doesNotMatch(style, /#[0-9a-f]{3,8}\b|\b(?:white|black)\b(?!-)/i);
  });
});
