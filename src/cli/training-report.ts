import type { HeadVersion, TrainingSession } from '../contracts/training.ts';

const mostRefusals = 20;

/** What came of a training, for people. @param apart The version is for somewhere else. */
export function trainingReport(session: TrainingSession, apart: boolean): string {
  const { results, refused, refusals, clips, version, activated, kept, comparison, error } = session;
  const lines = [`${clips} recordings used, ${refused} refused.`];
  for (const { file, reason } of refusals.slice(0, mostRefusals)) lines.push(`  ${file}: ${reason}`);
  if (refused > mostRefusals) lines.push(`  and ${refused - Math.min(refused, mostRefusals)} more`);
  if (error !== undefined) return `${[...lines, '', error.message].join('\n')}\n`;
  if (results !== undefined) {
    const width = Math.max(5, ...results.classes.map(({ label }) => label.length));
    lines.push('', `${'class'.padEnd(width)}  clips  found  right  threshold`);
    for (const { label, clips: count, recall, precision, threshold } of results.classes) {
      const cells = [String(count), percent(recall), percent(precision), threshold?.toFixed(2) ?? '-'];
      const widths = [5, 5, 5, 9];
      lines.push([label.padEnd(width), ...cells.map((cell, index) => cell.padStart(widths[index] ?? 0))].join('  '));
    }
    const how = results.method === 'leave-one-file-out' ? 'each left out once' : `left out in ${results.folds} groups`;
    lines.push('', `Of recordings that were not learnt (${how}), ${percent(results.accuracy)} are recognised.`);
    const { windows, falseAlarms, note } = results.other;
    lines.push(note ?? `Of ${windows} everyday sounds that come with the package, ${falseAlarms} set it off.`);
  }
  if (comparison !== undefined) lines.push(comparison.said);
  if (apart) return `${lines.join('\n')}\n`;
  lines.push(
    activated === true ? `Version ${version} is in use.` : (kept ?? `Version ${version} is kept, and not in use.`),
  );
  return `${lines.join('\n')}\n`;
}

/** The versions that are kept, for people. */
export function versionList(versions: readonly HeadVersion[]): string {
  if (versions.length === 0) return 'Nothing was trained yet.\n';
  const lines = versions.map(({ version, createdAt, model, classes, clips, balancedAccuracy, active }) => {
    const labels = classes.map(({ label }) => label).join(', ');
    const when = new Date(createdAt).toISOString().slice(0, 16).replace('T', ' ');
    const use = active ? 'in use' : '      ';
    return `${String(version).padStart(4)}  ${use}  ${when}  ${percent(balancedAccuracy).padStart(5)}  ${clips} clips  ${labels} (${model})`;
  });
  return `${lines.join('\n')}\n`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
