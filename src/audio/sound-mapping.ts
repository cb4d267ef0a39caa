import { readFileSync } from 'node:fs';
import { SentinelError } from '../contracts/errors.ts';
import { labelLimit, soundClasses } from '../contracts/messages.ts';
import { modelFile } from '../process/package-files.ts';

/** What the raw names of a model say about one class: a name alone, a weighted sum, the largest of several, or a term kept within 0..1. */
export type Evidence = string | { sum: Record<string, number> } | { max: readonly Evidence[] } | { clamp: Evidence };

/** How raw names become classes, and which raw names the decision asks about. */
export interface SoundMapping {
  classes: Record<string, Evidence>;
  /** Lowest score of classes that have no field of their own in the dialog. */
  thresholds: Record<string, number>;
  /** Per class: what is easily taken for it. */
  suppressors: Record<string, readonly string[]>;
  /** Blows, of which several or one beside breaking glass make a forced entry. */
  impacts: readonly string[];
  /** Loud as they may be, they are no riddle. */
  everyday: readonly string[];
}

/** Of a user's own class that says nothing of it. */
const usualThreshold = 0.5;
const mostClasses = 32;
const mostTerms = 600;
const deepest = 8;
const className = /^[a-z][a-z0-9_]{0,62}$/;
const terms = ['sum', 'max', 'clamp'] as const;

let shipped: SoundMapping | undefined;

/** What `models/sound-mapping.json` says. */
export function shippedMapping(): SoundMapping {
  shipped ??= readMapping(JSON.parse(readFileSync(modelFile('sound-mapping.json'), 'utf8')), emptyMapping);
  return shipped;
}

/**
 * A user's own table. What it leaves out is as shipped; its classes take the place of ours of the same name, or join them.
 * @throws SentinelError ES_BAD_CONFIG naming the place that is wrong
 */
export function ownMapping(table: unknown): SoundMapping {
  return readMapping(table, shippedMapping());
}

/**
 * A user's own table as text; empty: nothing of its own.
 * @throws SentinelError ES_BAD_CONFIG
 */
export function parseSoundTable(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return undefined;
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch (cause) {
    const where = /\(?line \d+ column \d+\)?/.exec((cause as Error).message)?.[0] ?? '';
    throw new SentinelError('ES_BAD_CONFIG', `The table of sound classes is no JSON${where && ` ${where}`}.`, {
      cause,
    });
  }
  ownMapping(table);
  return table as Record<string, unknown>;
}

const emptyMapping: SoundMapping = { classes: {}, thresholds: {}, suppressors: {}, impacts: [], everyday: [] };

function readMapping(table: unknown, base: SoundMapping): SoundMapping {
  const { classes = {}, suppressors = {}, impacts, everyday, ...rest } = asObject(table, 'it');
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw wrong(unknown, 'is none of classes, suppressors, impacts, everyday');
  const mapping: SoundMapping = {
    classes: { ...base.classes },
    thresholds: { ...base.thresholds },
    suppressors: { ...base.suppressors },
    impacts: impacts === undefined ? base.impacts : asNames(impacts, 'impacts'),
    everyday: everyday === undefined ? base.everyday : asNames(everyday, 'everyday'),
  };
  const count = { left: mostTerms };
  for (const [name, given] of Object.entries(asObject(classes, 'classes'))) {
    const place = `classes.${name}`;
    if (!className.test(name)) throw wrong(place, 'must be named with small letters, digits and _');
    if (name === 'loud_unknown') throw wrong(place, 'is a name of ours for a sound that no class explains');
    const { evidence, threshold } = readClass(given, place, count);
    mapping.classes[name] = evidence;
    if ((soundClasses as readonly string[]).includes(name)) {
      if (threshold !== undefined) throw wrong(`${place}.threshold`, 'stands in a field of its own, not in the table');
    } else mapping.thresholds[name] = threshold ?? base.thresholds[name] ?? usualThreshold;
  }
  if (Object.keys(mapping.classes).length > mostClasses) throw wrong('classes', `are more than ${mostClasses}`);
  for (const [name, names] of Object.entries(asObject(suppressors, 'suppressors'))) {
    const place = `suppressors.${name}`;
    if (!Object.hasOwn(mapping.classes, name)) throw wrong(place, 'is none of the classes');
    mapping.suppressors[name] = asNames(names, place);
  }
  return mapping;
}

interface Count {
  left: number;
}

/** A term; one that is written as an object may have a threshold beside it. */
function readClass(given: unknown, place: string, count: Count): { evidence: Evidence; threshold?: number } {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { evidence: readEvidence(given, place, count) };
  }
  const { threshold, ...term } = given as Record<string, unknown>;
  const evidence = readEvidence(term, place, count);
  if (threshold === undefined) return { evidence };
  if (typeof threshold === 'number' && threshold >= 0 && threshold <= 1) return { evidence, threshold };
  throw wrong(`${place}.threshold`, 'must be a number from 0 to 1');
}

function readEvidence(given: unknown, place: string, count: Count, depth = 0): Evidence {
  if (count.left-- <= 0) throw wrong(place, `is one term too many: ${mostTerms} are enough`);
  if (depth > deepest) throw wrong(place, 'is nested too deeply');
  if (typeof given === 'string') return asName(given, place);
  const term = asObject(given, place);
  const [kind, ...more] = Object.keys(term);
  const known = terms.find((name) => name === kind);
  if (known === undefined || more.length > 0)
    throw wrong(place, `must be the name of a sound, or have one of ${terms.join(', ')}`);
  const inside = `${place}.${known}`;
  if (known === 'clamp') return { clamp: readEvidence(term.clamp, inside, count, depth + 1) };
  if (known === 'max') {
    if (!Array.isArray(term.max) || term.max.length === 0) throw wrong(inside, 'must be a list of terms');
    return { max: term.max.map((one, index) => readEvidence(one, `${inside}[${index}]`, count, depth + 1)) };
  }
  const weights = Object.entries(asObject(term.sum, inside));
  count.left -= weights.length;
  if (weights.length === 0 || count.left < 0)
    throw wrong(inside, 'must have some names with their weights, not hundreds');
  for (const [name, weight] of weights) {
    asName(name, inside);
    if (typeof weight !== 'number' || !Number.isFinite(weight) || Math.abs(weight) > 100) {
      throw wrong(`${inside}.${name}`, 'must be a number from -100 to 100');
    }
  }
  return { sum: Object.fromEntries(weights) as Record<string, number> };
}

function asObject(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(place, 'must be an object');
}

function asNames(value: unknown, place: string): string[] {
  if (!Array.isArray(value) || value.length > mostTerms) throw wrong(place, 'must be a list of names of sounds');
  return value.map((name, index) => asName(name, `${place}[${index}]`));
}

function asName(value: unknown, place: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= labelLimit) return value;
  throw wrong(place, `must be the name of a sound, of at most ${labelLimit} letters`);
}

function wrong(place: string, why: string): SentinelError {
  const shown = place.length > 120 ? `${place.slice(0, 120)}...` : place;
  return new SentinelError('ES_BAD_CONFIG', `The table of sound classes is wrong: ${shown} ${why}.`, {
    hint: 'The table that comes with the package, models/sound-mapping.json, shows the form.',
  });
}
