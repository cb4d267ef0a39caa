import { choice, element, numberField } from './element.ts';
import type { SetFields } from './rule-condition.ts';
import type { Part } from './rule-parts.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

type Condition = Part['condition'];
type Fields = (HTMLElement | string)[];

/** Rows of fields that narrow a condition, and the kinds for which they make sense. */
const rows: readonly {
  kinds: readonly Condition['kind'][];
  fields: (one: Condition, set: SetFields, say: Say) => Fields;
}[] = [
  { kinds: ['object'], fields: placeFields },
  { kinds: ['object'], fields: staysFields },
  { kinds: ['cue'], fields: featureFields },
  { kinds: ['object', 'sound', 'signal', 'cue'], fields: goesOnField },
  { kinds: ['object', 'sound', 'cue', 'stream', 'signal'], fields: sourceField },
];

const narrowing = ['source', 'zone', 'count', 'dwellSeconds', 'moving', 'minimumSpeed', 'feature', 'byZone'] as const;

/** The folded part of a condition: where, how many, for how long, who. It stands open where something is set. */
export function narrowFields(condition: Condition, set: SetFields, say: Say, isState: boolean): HTMLElement {
  const isSet =
    narrowing.some((key) => condition[key] !== undefined) || (!isState && condition.forSeconds !== undefined);
  const shown = rows.filter(
    ({ kinds, fields }) =>
      kinds.includes(condition.kind) && !(isState && (fields === goesOnField || fields === featureFields)),
  );
  return element(
    'details',
    { className: 'echosight-condition-more', open: isSet },
    element('summary', {}, say(condition.kind === 'object' ? 'more.title' : 'more.titleOther')),
    ...shown.map(({ fields }) => element('div', {}, ...fields(condition, set, say))),
  );
}

function placeFields(condition: Condition, set: SetFields, say: Say): Fields {
  const zone = nameField(condition.zone, 'echosight-zones', say('more.anyZone'), (value) => {
    set({ zone: value });
  });
  const count = numberField({ min: '1', max: '50', placeholder: '1' }, condition.count, (value) => {
    set({ count: value });
  });
  return [say('more.zone'), zone, say('more.count'), count, say('more.atOnce')];
}

function staysFields(condition: Condition, set: SetFields, say: Say): Fields {
  const dwell = numberField(
    { min: '0', max: '86400', step: 'any', placeholder: '0' },
    condition.dwellSeconds,
    (value) => {
      set({ dwellSeconds: value });
    },
  );
  const options = ['', 'true', 'false'].map((value) => ({ value, label: say(`more.moving.${value || 'any'}`) }));
  const moving = choice(options, String(condition.moving ?? ''), (value) => {
    set({ moving: value === '' ? undefined : value === 'true' });
  });
  const speed = numberField(
    { min: '0', max: '20', step: 'any', placeholder: '0', title: say('more.speedTitle') },
    condition.minimumSpeed,
    (value) => {
      set({ minimumSpeed: value });
    },
  );
  const fields = [say('more.dwell'), dwell, say('limit.seconds'), moving, say('more.speed'), speed];
  return condition.weight === undefined ? fields : [...fields, ...byZoneField(condition, set, say)];
}

function byZoneField(condition: Condition, set: SetFields, say: Say): Fields {
  const box = element('input', { type: 'checkbox', checked: condition.byZone === true });
  box.addEventListener('change', () => {
    set({ byZone: box.checked ? true : undefined });
  });
  return [element('label', { title: say('more.byZoneTitle') }, box, ` ${say('more.byZone')}`)];
}

/** Both are needed: until then the rule has none. */
function featureFields(condition: Condition, set: SetFields, say: Say): Fields {
  let { name, atLeast }: { name?: string | undefined; atLeast?: number | undefined } = condition.feature ?? {};
  const tell = (): void => {
    set({ feature: name === undefined || atLeast === undefined ? undefined : { name, atLeast } });
  };
  const named = nameField(name, 'echosight-features', say('more.featureName'), (value) => {
    name = value;
    tell();
  });
  const least = numberField({ step: 'any' }, atLeast, (value) => {
    atLeast = value;
    tell();
  });
  return [say('more.feature'), named, say('more.atLeast'), least];
}

function goesOnField(condition: Condition, set: SetFields, say: Say): Fields {
  const range = { min: '0', max: '86400', step: 'any', placeholder: '0', title: say('more.goesOnTitle') };
  const seconds = numberField(range, condition.forSeconds, (value) => {
    set({ forSeconds: value });
  });
  return [say('more.goesOn'), seconds, say('limit.seconds')];
}

function sourceField(condition: Condition, set: SetFields, say: Say): Fields {
  const source = nameField(condition.source, 'echosight-sources', say('more.anySource'), (value) => {
    set({ source: value });
  });
  return [say('more.source'), source];
}

/** A text field that offers names; an empty one reports undefined. */
function nameField(
  value: string | undefined,
  list: string,
  placeholder: string,
  tell: (value: string | undefined) => void,
): HTMLInputElement {
  const field = element('input', { type: 'text', value: value ?? '', placeholder });
  field.setAttribute('list', list);
  field.addEventListener('input', () => {
    const typed = field.value.trim();
    tell(typed === '' ? undefined : typed);
  });
  return field;
}
