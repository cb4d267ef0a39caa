import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';
import { nodeConfigs, settingUpgrades, type NodeType } from './configs.ts';
import { SentinelError } from './errors.ts';
import { substitute, type Lookup } from './substitute.ts';

export type ConfigOf<T extends NodeType> = Static<(typeof nodeConfigs)[T]>;

/**
 * The settings of a node as its schema describes them: defaults filled in, numbers from text fields converted, older forms
 * upgraded.
 * What Node-RED puts in place of environment variables is checked like what somebody typed.
 * @throws SentinelError ES_BAD_CONFIG naming the settings that are wrong, or the environment variable that is not set.
 */
export function readConfig<T extends NodeType>(
  type: T,
  raw: Readonly<Record<string, unknown>>,
  lookup: Lookup,
): ConfigOf<T> {
  const schema: TObject = nodeConfigs[type];
  const present: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(schema.properties)) {
    const value = substitute(raw[key], lookup, `the setting ${key} of ${type}`);
    // An emptied field means the default, unless empty is an answer of its own, such as "all classes".
    if (value === undefined || (value === '' && !Value.Check(setting, ''))) continue;
    present[key] = settingUpgrades[type]?.[key]?.(value) ?? value;
  }
  const config = Value.Convert(schema, Value.Default(schema, present));
  const faults = Value.Errors(schema, config);
  if (faults.length === 0) return config as ConfigOf<T>;
  const unchosen = Object.entries(schema.properties).find(([key, setting]) => {
    return 'nodeType' in setting && (config as Record<string, unknown>)[key] === '' && !Value.Check(setting, '');
  });
  if (unchosen !== undefined) throw notChosen(String((unchosen[1] as { nodeType?: unknown }).nodeType));
  const said = faults.slice(0, 3).map(({ instancePath, keyword, message }) => {
    const key = instancePath.slice(1);
    if ((config as Record<string, unknown>)[key] === '') return `${key} is missing`;
    return keyword === 'pattern' ? wrongForm(key, schema) : `${key || 'settings'} ${message}`;
  });
  const name = typeof raw.name === 'string' && raw.name !== '' ? raw.name : type;
  throw new SentinelError('ES_BAD_CONFIG', `The settings of ${name} are not usable: ${said.join('; ')}.`, {
    hint: 'Open the node in the editor and correct them.',
  });
}

/** A regular expression tells a user nothing; what the setting is for does. */
function wrongForm(key: string, { properties }: TObject): string {
  // Of a list, the setting that it is in: recipients/0/quietFrom.
  const { description } = (properties[key.split('/', 1)[0] ?? ''] ?? {}) as { description?: string };
  return `${key} has a wrong form${description === undefined ? '' : ` (${description.replace(/\.$/, '')})`}`;
}

/**
 * The credentials of a node, with environment variables in place.
 * @throws SentinelError ES_BAD_CONFIG naming the environment variable that is not set.
 */
export function readCredentials(
  type: NodeType,
  node: { credentials?: Readonly<Record<string, string>> },
  lookup: Lookup,
): Record<string, string> {
  const fields = Object.entries(node.credentials ?? {});
  return Object.fromEntries(
    fields.map(([field, value]) => [field, String(substitute(value, lookup, `the credential ${field} of ${type}`))]),
  );
}

/** Nobody has chosen a config node that is needed: the first thing that a newcomer reads under a node. */
export function notChosen(nodeType: string): SentinelError {
  return new SentinelError('ES_BAD_CONFIG', `No ${nodeType} is chosen: open this node and choose or add one.`);
}
