import { createHash } from 'node:crypto';
import { script } from './script.ts';
import { style } from './style.ts';

/** Only this style and this script are let in, and they talk to nobody but us. */
export const accountPagePolicy = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page of logins and accounts: the same for both addresses, whoever asks; what it shows it fetches. */
export const accountPage = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>EchoSight</title><style>${style}</style></head><body><main></main><script>${script}</script></body></html>`;

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
