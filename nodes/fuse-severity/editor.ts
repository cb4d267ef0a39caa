import schema from 'settings-of:fuse-severity';
import type { Rule } from '../../src/contracts/configs.ts';
import { registerNode, text } from '../../src/editor/register.ts';
import { labelLists, RuleList } from '../../src/editor/rule-list.ts';

/** The list of the dialog that is open now; Node-RED opens one at a time. */
let list: RuleList | undefined;

registerNode({
  type: 'fuse-severity',
  schema,
  icon: 'fuse-severity.svg',
  canvas: { colour: '#F3B567', input: true, outputs: ['incident'] },
  prepare: (node) => {
    const host = document.getElementById('echosight-rules');
    if (host === null) return;
    document.getElementById('echosight-label-lists')?.replaceChildren(...labelLists());
    const say = (key: string, params?: Record<string, string | number>): string =>
      text('fuse-severity', `fuse-severity.rule.${key}`, params);
    list = new RuleList(host, say, node.rules as Rule[], schema.properties.rules?.default as Rule[]);
  },
  save: (node) => {
    if (list !== undefined) node.rules = list.rules();
  },
  resize: ({ height }) => {
    const rows = document.querySelectorAll<HTMLElement>('.echosight-form > .form-row:not(.echosight-rules-row)');
    const used = [...rows].reduce((sum, row) => sum + row.offsetHeight + 12, 0);
    list?.setHeight(Math.max(200, height - used - 20));
  },
});
