/**
 * The default alphabet of GSM 03.38 and its extension, without the escape character and form feed. What stands in the
 * extension takes two of the 160 places.
 */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extension = new Set('^{}\\[~]|€');

/** Longest text that is sent, and billed, as one message. */
const places = 160;
const cut = '...';

const replacements: Readonly<Record<string, string>> = {
  ...{ '„': '"', '“': '"', '”': '"', '«': '"', '»': '"', '‘': "'", '’': "'", '‚': "'", '`': "'", '´': "'" },
  ...{ '–': '-', '—': '-', '‐': '-', '−': '-', '…': '...', '•': '-', '·': '.', '×': 'x', '\t': ' ', '\u00a0': ' ' },
  ...{
    ł: 'l',
    Ł: 'L',
    đ: 'd',
    Đ: 'D',
    ð: 'd',
    Ð: 'D',
    þ: 'th',
    Þ: 'Th',
    ı: 'i',
    œ: 'oe',
    Œ: 'OE',
    ẞ: 'SS',
    '°': ' deg',
  },
};

/**
 * A text as one SMS of 160 places of the GSM alphabet: other letters lose their accents, what has no likeness becomes `?`,
 * and what is too long is cut.
 */
export function gsmText(text: string): string {
  const written = Array.from(text.replace(/\n{2,}/g, '\n'))
    .map(likeness)
    .join('');
  if (placesOf(written) <= places) return written;
  let kept = '';
  let used = cut.length;
  for (const character of written) {
    used += placesOf(character);
    if (used > places) break;
    kept += character;
  }
  return `${kept.trimEnd()}${cut}`;
}

function likeness(character: string): string {
  if (basic.has(character) || extension.has(character)) return character;
  const known = replacements[character];
  if (known !== undefined) return known;
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '');
  return Array.from(plain)
    .map((part) => (basic.has(part) || extension.has(part) ? part : (replacements[part] ?? '?')))
    .join('');
}

function placesOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (extension.has(character) ? 2 : 1), 0);
}
