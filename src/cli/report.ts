import type { CheckId, Finding, FindingState } from '../contracts/findings.ts';
import { countOf } from '../doctor/finding.ts';
import type { Terminal } from './command.ts';

const titles: Readonly<Record<CheckId, string>> = {
  flow: 'Flow',
  node: 'Node.js',
  'node-red': 'Node-RED',
  machine: 'Machine',
  ffmpeg: 'ffmpeg',
  inference: 'Inference',
  models: 'Models',
  disk: 'Disk',
  database: 'Database',
  microphones: 'Microphones',
  cameras: 'Cameras',
  whatsapp: 'WhatsApp',
  channels: 'Channels',
  clock: 'Clock',
  access: 'Access',
};

/** The words say it all; the colour only helps (SGR codes of ECMA-48). */
const marks: Readonly<Record<FindingState, { mark: string; colour: number }>> = {
  ok: { mark: 'ok', colour: 32 },
  warning: { mark: 'warning', colour: 33 },
  problem: { mark: 'PROBLEM', colour: 31 },
  skipped: { mark: 'skipped', colour: 90 },
};
const markWidth = Math.max(...Object.values(marks).map(({ mark }) => mark.length));
const titleWidth = Math.max(...Object.values(titles).map((title) => title.length));
const indent = markWidth + titleWidth + 4;
const narrowest = 40;

/** The findings as a list for people, with a summary below. */
export function report(
  findings: readonly Finding[],
  userDir: string,
  terminal: Pick<Terminal, 'colour' | 'width'>,
): string {
  const lines = findings.flatMap((finding, index) => entry(finding, finding.id === findings[index - 1]?.id, terminal));
  const { ok, warning, problem, skipped } = countOf(findings);
  const warnings = warning === 1 ? '1 warning' : `${warning} warnings`;
  const problems = problem === 1 ? '1 problem' : `${problem} problems`;
  return [
    `Node-RED user folder: ${userDir}`,
    '',
    ...lines,
    '',
    `${ok} ok, ${warnings}, ${problems}, ${skipped} skipped.`,
    '',
  ].join('\n');
}

function entry(finding: Finding, sameCheck: boolean, { colour, width }: Pick<Terminal, 'colour' | 'width'>): string[] {
  const { mark, colour: code } = marks[finding.state];
  const shown = colour ? `\u001b[${code}m${mark}\u001b[0m` : mark;
  const title = sameCheck ? '' : titles[finding.id];
  const said = finding.about === undefined ? finding.says : `${finding.about}: ${finding.says}`;
  const room = Math.max(narrowest, width - indent);
  const [first = '', ...more] = wrapped(said, room);
  const advice = finding.advice === undefined ? [] : wrapped(finding.advice, room - 3);
  const blank = ' '.repeat(indent);
  return [
    `${shown}${' '.repeat(markWidth - mark.length)}  ${title.padEnd(titleWidth)}  ${first}`,
    ...more.map((line) => blank + line),
    ...advice.map((line, index) => `${blank}${index === 0 ? '-> ' : '   '}${line}`),
  ];
}

function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
