import type { FiredRule } from '../../contracts/messages.ts';
import type { BundledIncident } from './bundle-form.ts';
import { bundleNames } from './bundle-form.ts';
import type { ModelOfReport } from './report-models.ts';

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin:2.5rem 0 .25rem;border-top:1px solid #d0d7de;padding-top:1rem}
.what{color:#57606a;margin:0 0 .75rem}img,video{max-width:100%;border-radius:6px}figure{margin:.75rem 0}
figcaption{color:#57606a;font-size:.85rem;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #d0d7de}code{overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}.what,figcaption{color:#9198a1}th,td,h2{border-color:#30363d}}`;

/** The beginning of a page that needs no network: how to trust it, and then one incident after the other. */
export function reportHead(about: { madeAt: number; incidents: number; key: string }): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; media-src 'self' file:">
<title>Evidence of EchoSight Sentinel</title><style>${style}</style></head><body>
<h1>Evidence of EchoSight Sentinel</h1>
<p>${about.incidents} incidents, exported ${time(about.madeAt)}. Times are UTC.</p>
<p>This page alone proves nothing. <code>echosight evidence verify FILE.zip</code> checks all files of the bundle against the signed
manifest, and each incident against the hash chain of the site. The key of the site has the fingerprint <code>${escaped(about.key)}</code>:
compare it with what the owner of the site says.</p>
`;
}

/** @param models that judged its sources while it lasted; the chain does not vouch for them. */
export function reportIncident(
  { incident, signals, media, reviews, removals }: BundledIncident,
  models: readonly ModelOfReport[] = [],
): string {
  const sentences = (JSON.parse(incident.explanation_json) as string[]).map((line) => `<li>${escaped(line)}</li>`);
  const end = incident.ended_at === null ? 'open' : time(incident.ended_at);
  return `<section><h2>${escaped(incident.label)}</h2>
<p class="what">Severity ${incident.severity} at ${escaped(areasOf(incident))} (${escaped(incident.source)}), ${time(incident.started_at)} to ${end}<br>
<code>${escaped(incident.id)}</code></p>
<ul>${sentences.join('')}</ul>
${media.map(figure).join('\n')}
${table(
  ['Signal', 'Source', 'Score', 'Best moment', 'From', 'To', 'Judged by'],
  signals.map((signal) => [
    `${signal.kind} ${signal.label}`,
    signal.source,
    signal.score.toFixed(2),
    time(signal.captured_at),
    signal.first_at == null ? '' : time(signal.first_at),
    signal.last_at == null ? '' : time(signal.last_at),
    signal.model ?? '',
  ]),
)}
${table(
  ['Model', 'Judged', 'SHA-256', 'In use (to the hour)'],
  models.map((model) => [
    model.id,
    model.source,
    model.sha256,
    `${time(model.first_used)} to ${time(model.last_used)}`,
  ]),
)}
${table(
  ['Rule', 'Severity', 'Since', 'Stands on'],
  rulesOf(incident).map(({ name, severity, firstAt, signals: grounds }) => [
    name,
    String(severity),
    time(firstAt),
    grounds.map(({ kind, label, source }) => `${kind} ${label} (${source})`).join(', '),
  ]),
)}
${table(
  ['Review', 'By', 'Note', 'Time'],
  reviews.map((review) => [review.action, review.by, review.note ?? '', time(review.created_at)]),
)}
${table(
  ['Deleted', 'Why', 'By', 'Time'],
  removals.map((removal) => [removal.what, removal.why, removal.by, time(removal.at)]),
)}</section>
`;
}

/** None in incidents of before. */
function rulesOf({ rules_json: rules }: BundledIncident['incident']): FiredRule[] {
  return rules == null ? [] : (JSON.parse(rules) as FiredRule[]);
}

/** That of the reason first. */
function areasOf({ area, areas_json: areas }: BundledIncident['incident']): string {
  return [...new Set([area, ...(areas == null ? [] : (JSON.parse(areas) as string[]))])].join(', ');
}

export const reportEnd = '</body></html>\n';

function figure(row: BundledIncident['media'][number]): string {
  const address = escaped(bundleNames.media(row));
  const shown: Record<string, string> = {
    snapshot: `<img src="${address}" alt="Snapshot of ${escaped(row.source)}">`,
    clip: `<video src="${address}" controls preload="none"></video>`,
    audio: `<audio src="${address}" controls preload="none"></audio>`,
  };
  const view = shown[row.type];
  if (view === undefined) return '';
  const type = row.rendition == null ? row.type : `${row.type} (${row.rendition})`;
  return `<figure>${view}<figcaption>${escaped(type)} of ${escaped(row.source)}, ${time(row.captured_at)}, SHA-256 ${escaped(row.sha256)}</figcaption></figure>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${line(heads, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table>`;
}

function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', '');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
