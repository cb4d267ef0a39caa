import models from 'models-for:detection';
import schema from 'settings-of:fuse-severity';
import labels from 'signal-labels';
import type { Rule } from '../../src/contracts/configs.ts';
import { lonelyLine } from '../../src/contracts/configs/neighbours.ts';
import { withIds } from '../../src/contracts/configs/rules/rule-ids.ts';
import { upgradeRules } from '../../src/contracts/configs/rules/upgrade.ts';
import { faultText, inputOf, registerNode, text } from '../../src/editor/register.ts';
import type { KnownLabels } from '../../src/editor/rule-condition.ts';
import { offeredLists, RuleList } from '../../src/editor/rule-list.ts';
import { offerPresets } from '../../src/editor/rule-presets.ts';
import { ruleFault } from '../../src/editor/rule-fault.ts';
import { fieldName, rulePlace } from '../../src/editor/rule-place.ts';
import { receiversAmong } from '../../src/editor/rule-trial/receivers.ts';
import { RuleTrial } from '../../src/editor/rule-trial/rule-trial.ts';
import { faultOf } from '../../src/editor/schema-fault.ts';

/** The list of the dialog that is open now; Node-RED opens one at a time. */
let list: RuleList | undefined;
let trial: RuleTrial | undefined;

registerNode({
  type: 'fuse-severity',
  schema,
  icon: 'fuse-severity.svg',
  canvas: { colour: '#F3B567', input: true, outputs: ['incident', 'arming'] },
  places: { rules: (path, rules) => rulePlace(path, rules as Rule[], say) },
  checks: { neighbours: wrongNeighbours },
  listChecks: { rules: (rules) => unusableRule(rules as Rule[]) },
  prepare: (node) => {
    const host = document.getElementById('echosight-rules');
    if (host === null) return;
    document.getElementById('echosight-label-lists')?.replaceChildren(...offeredLists(wiredPlaces(node)));
    const defaults = schema.properties.rules?.default as Rule[];
    list = new RuleList(host, {
      say,
      rules: upgradeRules(node.rules ?? defaults) as Rule[],
      defaults,
      known: knownLabels(node),
      faultIn,
    });
    const place = document.getElementById('echosight-rule-trial');
    if (place !== null) trial = tryIn(place, node, list);
    const presets = document.getElementById('echosight-presets');
    if (presets instanceof HTMLSelectElement) offerPresets(presets, say, (rules) => list?.replace(rules));
  },
  save: (node) => {
    if (list !== undefined) node.rules = list.rules();
    trial?.close();
  },
  cancel: () => trial?.close(),
  resize: ({ height }) => {
    const rows = document.querySelectorAll<HTMLElement>('.echosight-form > .form-row:not(.echosight-rules-row)');
    const used = [...rows].reduce((sum, row) => sum + row.offsetHeight + 12, 0);
    const trialHead = document.querySelector<HTMLElement>('#echosight-trial-section > summary')?.offsetHeight ?? 0;
    list?.setHeight(Math.max(200, height - used - trialHead - 40));
  },
});

function say(key: string, params?: Record<string, string | number>): string {
  return text('fuse-severity', `fuse-severity.rule.${key}`, params);
}

function tryIn(place: HTMLElement, node: EditorNode, rules: RuleList): RuleTrial {
  return new RuleTrial(place, {
    node,
    rules: () => rules.rules(),
    setting: (key) => (inputOf(key) as HTMLInputElement | HTMLTextAreaElement | null)?.value ?? '',
    receivers: () => receiversAmong(RED.nodes.getAllDownstreamNodes(node)),
  });
}

/** What is wrong with a rule: "label: is missing". */
function faultIn(rule: Rule): string {
  const found = faultOf(schema.properties.rules?.items ?? {}, withIds([rule])[0]);
  if (found === undefined) return ruleFault(rule, say).fault;
  return `${fieldName(found.path, say)}: ${faultText('fuse-severity', found)}`;
}

/** A line that names one area alone. */
function wrongNeighbours(typed: string): true | string {
  const line = lonelyLine(typed);
  return line === undefined || text('fuse-severity', 'fuse-severity.fault.neighbours', { line });
}

/** Rules that fit the schema, of which one may still be unusable. */
function unusableRule(rules: readonly Rule[]): true | string {
  const faults = rules.map((rule, index) => ({ index, ...ruleFault(rule, say) }));
  const first = faults.find(({ fault }) => fault !== '');
  return first === undefined || `${rulePlace([first.index, first.field], rules, say)}: ${first.fault}`;
}

/** What the models know that are wired to the node. Sounds have one set of classes; a model of one's own may know anything. */
function knownLabels(node: EditorNode): KnownLabels {
  const detectors = RED.nodes.getAllUpstreamNodes(node).filter(({ type }) => type === 'detectron-infer');
  const objects = detectors.map(({ model }) => models.find(({ id }) => id === model)?.labels);
  if (objects.length === 0) return { object: labels.object, sound: labels.sound };
  if (objects.includes(undefined)) return { sound: labels.sound };
  return { object: objects.flatMap((known) => known ?? []), sound: labels.sound };
}

/** Names of the cameras and microphones that are wired to the node, and of the zones of those cameras. */
function wiredPlaces(node: EditorNode): { zones: string[]; sources: string[] } {
  const wired = RED.nodes.getAllUpstreamNodes(node);
  const cameras = wired.flatMap(({ camera }) => RED.nodes.node(String(camera)) ?? []);
  const microphones = wired.filter(({ type }) => type === 'mic-in');
  const zones = cameras.flatMap((camera) => (camera.zones ?? []) as { name: string; kind: string }[]);
  const sources = [...cameras, ...microphones].map(({ name = '' }) => name);
  return {
    zones: [...new Set(zones.filter(({ kind }) => kind === 'zone').map(({ name }) => name))],
    sources: [...new Set(sources.filter((name) => name !== ''))],
  };
}
