const mask = '***';

/** Shorter "secrets" are none, and masking them would mangle every line. */
const shortestSecret = 3;

const secretNames = 'access_token|api_?key|key|passwd|password|pass|pwd|secret|token|signature';

/** Each pattern keeps its first group and masks the rest. Lengths are bounded: hostile text costs linear time. */
const patterns: readonly [RegExp, string][] = [
  // Up to the last @ of the word: a password may hold unencoded / or @, and masking too much is the safe side.
  [/(:\/\/)\S{0,512}@/g, `$1${mask}@`],
  [new RegExp(`(?<![a-z0-9])((?:${secretNames})=)[^&\\s"'<>]+`, 'gi'), `$1${mask}`],
  [new RegExp(`("(?:${secretNames})"\\s{0,4}:\\s{0,4}")[^"]+`, 'gi'), `$1${mask}`],
  [/\b(authorization:\s{0,4}\w{1,16}\s{1,4}|bearer\s{1,4})[^\s"',]+/gi, `$1${mask}`],
];

/** Line breaks, terminal escapes, marks that turn the direction of writing: what a stranger sends must not steer. */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * Text on one line and without secrets, for logs, statuses and errors: user and password of URLs, `access_token=`, `key=` and the like,
 * bearer tokens, and the `secrets` given (as they are and percent-encoded) become `***`, control and format
 * characters a space.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let result = text;
  for (const form of formsOf(secrets)) result = result.replaceAll(form, mask);
  for (const [pattern, replacement] of patterns) result = result.replace(pattern, replacement);
  // Last: a space in the middle of a secret would hide the rest of it from the patterns.
  return result.replace(steering, ' ');
}

/** Longest first, so that a secret inside another one leaves no remainder behind. */
function formsOf(secrets: readonly string[]): string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue;
    forms.add(secret).add(percentEncode(secret)).add(encodeURI(secret));
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

/** encodeURIComponent plus the five characters that it leaves alone and that quoting elsewhere may trip over. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
