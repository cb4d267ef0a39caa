import { SentinelError } from '../../contracts/errors.ts';

const longest = 200;

/**
 * The name of a device as recorders may get it, without blanks around it; empty for the default of the system. It is
 * data: what a program could read as an option or a second line is refused.
 * @throws SentinelError ES_BAD_CONFIG
 */
export function deviceName(device: string): string {
  const name = device.trim();
  if (name.startsWith('-')) throw refused('it begins with a hyphen');
  if (/\p{Cc}/u.test(name)) throw refused('it holds a line break or another control character');
  if (name.length > longest) throw refused(`it is longer than ${longest} characters`);
  return name;
}

function refused(why: string): SentinelError {
  return new SentinelError('ES_BAD_CONFIG', `The device cannot be the name of a microphone: ${why}.`, {
    hint: 'Open the node and choose a device of the list, or leave the field empty for the default of the system.',
  });
}
