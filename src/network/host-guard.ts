import { BlockList, isIP } from 'node:net';
import { SentinelError } from '../contracts/errors.ts';

/**
 * Addresses that answer with cloud credentials or reach only the own link. Cameras and services of the LAN and of this
 * machine stay allowed; these never are.
 */
const forbiddenV4: readonly [network: string, prefix: number][] = [
  ['169.254.0.0', 16], // link-local, with the metadata service of AWS, Azure, Google, Oracle...
  ['100.100.100.200', 32], // Alibaba Cloud metadata
  ['192.0.0.192', 32], // Oracle Cloud metadata, older form
  ['168.63.129.16', 32], // Azure wire server
];
const forbiddenV6: readonly [network: string, prefix: number][] = [
  ['fe80::', 10], // link-local
  ['fd00:ec2::', 32], // AWS: metadata, credentials of containers
  ['fd20:ce::254', 128], // Google metadata
];
const forbiddenNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

const blocked = blockList();

/** IPv4 inside IPv6 (compatible, translated, NAT64, 6to4) reaches the same machines; BlockList itself knows the mapped form. */
function blockList(): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of forbiddenV4) {
    const [a = 0, b = 0, c = 0, d = 0] = network.split('.').map(Number);
    const high = (a * 256 + b).toString(16);
    const low = (c * 256 + d).toString(16);
    list.addSubnet(network, prefix, 'ipv4');
    list.addSubnet(`::${high}:${low}`, 96 + prefix, 'ipv6');
    list.addSubnet(`::ffff:0:${high}:${low}`, 96 + prefix, 'ipv6');
    list.addSubnet(`64:ff9b::${high}:${low}`, 96 + prefix, 'ipv6');
    list.addSubnet(`64:ff9b:1::${high}:${low}`, 96 + prefix, 'ipv6');
    list.addSubnet(`2002:${high}:${low}::`, 16 + prefix, 'ipv6');
  }
  for (const [network, prefix] of forbiddenV6) list.addSubnet(network, prefix, 'ipv6');
  return list;
}

/** Whether an IP address, as a resolver or a socket gives it, is one that we never talk to. */
export function isForbiddenAddress(ip: string): boolean {
  const version = isIP(ip);
  return version !== 0 && blocked.check(ip, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * The host as every resolver would understand it (decimal, octal and hexadecimal IPv4, full-width digits and
 * percent-encoding become the plain form), after the check that it is allowed. IPv6 stays in brackets.
 * A name that resolves to a forbidden address is not seen here: whoever resolves it asks `isForbiddenAddress`.
 * @throws SentinelError ES_BAD_ADDRESS
 */
export function guardHost(host: string): string {
  const parsed = /[\s/?#@\\]/.test(host) ? null : URL.parse(`http://${host}/`);
  // A port was cut off before; what still parses as one, or as nothing, is no host.
  if (parsed === null || parsed.hostname === '' || parsed.port !== '') {
    throw new SentinelError('ES_BAD_ADDRESS', 'The address holds no valid host name.', {
      hint: 'Write it as in rtsp://192.168.1.20:554/stream1.',
    });
  }
  const name = parsed.hostname.replace(/\.$/, '');
  const ip = name.replace(/^\[|\]$/g, '');
  if (forbiddenNames.has(name) || isForbiddenAddress(ip)) {
    throw new SentinelError('ES_BAD_ADDRESS', `The host ${name} is a link-local or cloud metadata address.`, {
      hint: 'Use the address that the camera or service has in your own network.',
    });
  }
  return name;
}
