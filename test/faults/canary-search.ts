/** A part of a canary this long is a find: whoever cuts a secret in two still shows one such part. */
const shortestPart = 8;

/** Where a text gives a secret away. */
export interface Find {
  /** How it is written there. */
  form: string;
  /** The text around it. */
  excerpt: string;
}

/**
 * Searches for a canary, an unlikely word of at least 15 ASCII letters and digits that stands in secrets: whole or a part of
 * 8 characters, as it is, percent-encoded, as JSON, JavaScript or HTML escape it, in UTF-16, hex, or within a base64 of whatever else.
 */
export class CanarySearch {
  readonly #needles: readonly { form: string; needle: string; lowerCase: boolean }[];

  constructor(canary: string) {
    const parts = Array.from({ length: canary.length - shortestPart + 1 }, (_, start) =>
      canary.slice(start, start + shortestPart),
    );
    this.#needles = parts.flatMap((part) => [
      { form: 'plain', needle: part.toLowerCase(), lowerCase: true },
      { form: 'hex', needle: Buffer.from(part).toString('hex'), lowerCase: true },
      ...[0, 1, 2].map((before) => ({ form: 'base64', needle: base64Core(part, before), lowerCase: false })),
    ]);
  }

  /** The first find in chunks of one text, which may end anywhere. */
  find(...chunks: readonly (string | Buffer)[]): Find | undefined {
    const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
    const written = bytes.toString('latin1').replaceAll('\0', '');
    for (const text of new Set([written, unescaped(written), unescaped(unescaped(written))])) {
      const lower = text.toLowerCase();
      for (const { form, needle, lowerCase } of this.#needles) {
        const at = (lowerCase ? lower : text).indexOf(needle);
        if (at >= 0) return { form, excerpt: text.slice(Math.max(0, at - 300), at + 60) };
      }
    }
    return undefined;
  }
}

/** The characters that a part always gets in base64 with so many bytes before it, whatever else stands around it. */
function base64Core(part: string, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(part)]).toString('base64');
  const bits = 8 * (before + part.length);
  return encoded.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
}

/** One layer of percent encoding, and of the escapes of JSON, JavaScript and HTML, taken off. */
function unescaped(text: string): string {
  const character = (code: string): string => String.fromCharCode(parseInt(code, 16) & 0xff);
  return text
    .replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => character(code))
    .replaceAll(/\\(?:u00|x)([0-9a-f]{2})/gi, (_, code: string) => character(code))
    .replaceAll(/&#x([0-9a-f]{2});/gi, (_, code: string) => character(code))
    .replaceAll(/&#(\d{2,3});/g, (_, code: string) => String.fromCharCode(Number(code) & 0xff));
}
