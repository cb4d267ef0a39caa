import type { FuseSeverityConfig, SentinelSiteConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import { readConfig } from '../contracts/read-config.ts';
import type { ReplaySettings } from '../fusion/replay/replay.ts';

const type = 'fuse-severity';

/**
 * Settings of a fuse-severity out of JSON: nodes as the editor exports them (of several, the one of that name or id), a bare
 * list of rules, or an object with `rules` and perhaps `correlationSeconds` and `quietSeconds`. What is absent is as in a new
 * node. Times are those of the site of the node, where the flow holds it.
 * @throws SentinelError ES_BAD_CONFIG saying what is wrong
 */
export function replaySettings(
  json: unknown,
  env: NodeJS.ProcessEnv,
  wanted?: string,
  zone?: string,
): ReplaySettings & { timeZone: string } {
  const node = nodeIn(json, wanted);
  const config: FuseSeverityConfig = readConfig(type, node, (name) => env[name]);
  const { rules, correlationSeconds, quietSeconds, incidentsPerHour, neighbours } = config;
  const site = siteOf(json, node, env);
  return {
    ...{ rules, correlationSeconds, quietSeconds, incidentsPerHour, neighbours },
    ...{ timeZone: zoneOf(zone ?? site?.timeZone ?? ''), location: site?.location ?? '' },
  };
}

/** The site that a node belongs to; undefined where the JSON does not hold it. */
function siteOf(
  json: unknown,
  { site }: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
): SentinelSiteConfig | undefined {
  const items = Array.isArray(json) ? json.filter(isObject) : [];
  const found = items.find((item) => item.type === 'sentinel-site' && item.id === site);
  return found && readConfig('sentinel-site', found, (name) => env[name]);
}

function zoneOf(timeZone: string): string {
  try {
    if (timeZone !== '') new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    throw new SentinelError('ES_BAD_CONFIG', `There is no time zone named ${timeZone}.`, {
      hint: 'Write one such as Europe/Berlin.',
    });
  }
}

function nodeIn(json: unknown, wanted: string | undefined): Record<string, unknown> {
  if (!Array.isArray(json)) {
    if (!isObject(json)) throw unusable('it is no JSON object or list');
    if (typeof json.type === 'string' && json.type !== type) throw unusable(`it is a node of the type ${json.type}`);
    if (json.rules === undefined && json.type === undefined) throw unusable('it has no "rules"');
    return json;
  }
  const items = json.filter(isObject);
  if (!items.some((item) => typeof item.type === 'string')) return { rules: json };
  const nodes = items.filter((item) => item.type === type);
  const chosen = wanted === undefined ? nodes : nodes.filter(({ id, name }) => id === wanted || name === wanted);
  const [first, second] = chosen;
  if (first === undefined) {
    throw unusable(wanted === undefined ? `it has no ${type}` : `it has no ${type} named ${wanted}`);
  }
  if (second === undefined) return first;
  const names = chosen.map(({ id, name }) => (typeof name === 'string' && name !== '' ? name : String(id)));
  throw unusable(`it has several ${type} (${names.join(', ')})`, 'Choose one by its name or id with --node.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unusable(why: string, hint?: string): SentinelError {
  const detail = `These are no rules: ${why}.`;
  const ways = `Give an exported ${type} node, a list of rules, or an object with "rules".`;
  return new SentinelError('ES_BAD_CONFIG', detail, { hint: hint ?? ways });
}
