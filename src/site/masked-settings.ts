import { masked } from '../alerting/recipients.ts';
import { nodeConfigs, nodeCredentials, type NodeType } from '../contracts/configs.ts';
import type { NodeSettings } from '../contracts/node-settings.ts';
import { redact } from '../network/redact.ts';

/** A node as it runs, with all that it knows. */
export interface RunningNode {
  id: string;
  type: NodeType;
  name: string;
  settings: Readonly<Record<string, unknown>>;
  credentials: Readonly<Record<string, string>>;
}

/** Settings that are an address or hold one, with or without its protocol. */
const addresses: readonly string[] = ['address', 'url', 'baseUrl', 'publicAddress', 'host'];
const hidden = '…';

/**
 * What admins are shown of nodes. Everything typed into a text may be a secret, for it may be an address that holds one, or a
 * variable of the environment: so no credential of any node is shown wherever it stands, and of addresses neither user, path nor query.
 */
export function maskedSettings(nodes: readonly RunningNode[]): NodeSettings[] {
  const secrets = nodes.flatMap(({ credentials }) => Object.values(credentials));
  return nodes.map(({ id, type, name, settings, credentials }) => {
    const fields: Readonly<Record<string, unknown>> =
      type in nodeCredentials ? nodeCredentials[type as keyof typeof nodeCredentials] : {};
    const known = Object.keys(nodeConfigs[type].properties).filter((key) => key in settings);
    return {
      ...{ id, type, name: shown(name, 'name', secrets) as string },
      settings: Object.fromEntries(known.map((key) => [key, shown(settings[key], key, secrets)])),
      secrets: Object.keys(fields).map((field) => ({ field, set: (credentials[field] ?? '') !== '' })),
    };
  });
}

function shown(value: unknown, key: string, secrets: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => shown(item, key, secrets));
  if (typeof value === 'object' && value !== null) {
    const inside = (field: string): string => (key === 'recipients' ? `${key}.${field}` : field);
    return Object.fromEntries(
      Object.entries(value).map(([field, item]) => [field, shown(item, inside(field), secrets)]),
    );
  }
  if (typeof value !== 'string') return value;
  const text = redact(addresses.includes(key) ? placeOf(value) : withoutPaths(value), secrets);
  return key === 'recipients.to' ? masked(text) : text;
}

/** What leads somewhere, wherever it stands: protocol, host and port are left of it. */
function withoutPaths(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]{0,20}:\/\/\S{0,4000}/gi, placeOf);
}

/** Protocol, host and port of an address; where it cannot be told for sure which part is the host, nothing of them. */
function placeOf(address: string): string {
  const [protocol = ''] = /^[a-z][a-z0-9+.-]{0,20}:\/\//i.exec(address) ?? [];
  if (protocol === '') return /^[\w.:-]*$/.test(address) ? address : hidden;
  const { host = '', pathname = '', search = '', hash = '' } = URL.parse(address) ?? {};
  const more = `${pathname}${search}${hash}`;
  // A password may hold / and @: what then seems to be the host is a part of it.
  if (host === '' || more.includes('@')) return `${protocol}${hidden}`;
  return `${protocol}${host}${more === '' || more === '/' ? more : `/${hidden}`}`;
}
