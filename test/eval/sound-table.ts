import type { judgeSounds } from './judge-sounds.ts';
import type { ScoredClip, SoundFigures } from './sound-sheet.ts';

type Verdict = Awaited<ReturnType<typeof judgeSounds>>['verdict'];

const mostConfusers = 6;

/** The verdict for people. */
export function soundTable(verdict: Verdict): string {
  const { clips, model, classes, other_clips, other_hours, false_clips_per_hour, left_out, missing, unreadable } =
    verdict;
  const skipped = [
    ...Object.entries(left_out).map(([name, count]) => `${count} of class ${name} left out`),
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
  ];
  const head = ['class', 'clips', 'AP', '90 %', 'best F1', 'at', 'threshold', 'recall', 'precision', 'false/h'];
  const rows = Object.entries(classes).map(([name, figures]) => [
    ...figuresRow(name, figures),
    shown(false_clips_per_hour[name] ?? null, 1),
  ]);
  const confusers = Object.entries(classes).map(([name, figures]) => {
    const list = figures.confusers
      .slice(0, mostConfusers)
      .map(({ fine, fired, clips: of }) => `${fine} ${fired}/${of}`);
    return `${name} is taken for: ${list.join(', ') || 'nothing'}`;
  });
  return [
    `${clips} clips, ${model} on ${verdict.backend}; ${other_clips} clips of other, ${other_hours.toFixed(2)} h`,
    ...(skipped.length > 0 ? [skipped.join(', ')] : []),
    ...['', ...columns([head, ...rows]), '', ...confusers],
    ...('folds' in verdict ? ['', ...foldLines(verdict.folds, verdict.fold_mean_ap)] : []),
  ].join('\n');
}

/** The scores of every clip as CSV. */
export function clipTable(
  clips: readonly (ScoredClip & { fold: number | undefined })[],
  names: readonly string[],
): string {
  const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  const lines = clips.map((clip) => {
    const { file, fine, source, fold, seconds, scores } = clip;
    const text = [file, clip.class, fine, source].map(quoted);
    return [...text, fold ?? '', seconds.toFixed(3), ...names.map((name) => (scores[name] ?? 0).toFixed(6))].join(',');
  });
  return [['file,class,fine,source,fold,seconds', ...names].join(','), ...lines, ''].join('\n');
}

function figuresRow(name: string, figures: SoundFigures): string[] {
  const { n, ap, ap_90, f1, f1_threshold, threshold, recall, precision } = figures;
  const range = ap_90 === null ? '-' : `${ap_90[0].toFixed(2)}-${ap_90[1].toFixed(2)}`;
  return [
    ...[name, String(n), shown(ap), range, shown(f1), shown(f1_threshold)],
    ...[shown(threshold), shown(recall), shown(precision)],
  ];
}

function foldLines(
  folds: readonly { fold: number; sources: string[]; clips: number; classes: Record<string, SoundFigures> }[],
  mean: Record<string, number | null>,
): string[] {
  const names = Object.keys(mean);
  const row = (first: string, of: (name: string) => string): string[] => [first, ...names.map(of)];
  const rows = folds.map(({ fold, classes }) =>
    row(`fold ${fold}`, (name) => `${shown(classes[name]?.ap ?? null)} (${classes[name]?.n ?? 0})`),
  );
  return [
    'AP by fold (clips of the class)',
    ...columns([row('', (name) => name), ...rows, row('mean', (name) => shown(mean[name] ?? null))]),
    ...folds.map(({ fold, sources, clips }) => `fold ${fold}: ${clips} clips from ${sources.join(', ')}`),
  ];
}

/** The first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function shown(share: number | null, digits = 2): string {
  return share === null ? '-' : share.toFixed(digits);
}
