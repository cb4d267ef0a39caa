/**
 * A list of recipients in the form of this version, whatever version wrote it: up to 0.1 it was a text with commas, as
 * environment variables still are. An entry whose variable holds several addresses becomes several. What is no list comes back
 * as it is: the check of the settings names what is wrong with it.
 */
export function upgradeRecipients(value: unknown): unknown {
  if (typeof value === 'string') return addressesIn(value).map((to) => ({ to }));
  if (!Array.isArray(value)) return value;
  return value.flatMap((entry: unknown) => {
    if (typeof entry === 'string') return addressesIn(entry).map((to) => ({ to }));
    if (typeof entry !== 'object' || entry === null || !('to' in entry) || typeof entry.to !== 'string') return [entry];
    const addresses = addressesIn(entry.to);
    return addresses.length < 2 ? [{ ...entry, to: entry.to.trim() }] : addresses.map((to) => ({ ...entry, to }));
  });
}

function addressesIn(text: string): string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.filter((entry) => entry !== '');
}
