import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { packageVersion } from '../process/package-files.ts';
import { audioTrain } from './audio-train.ts';
import type { Command, CommandOption, OptionValues, Terminal } from './command.ts';
import { doctor } from './doctor.ts';
import { evidence } from './evidence.ts';
import { models } from './models.ts';
import { replay } from './replay.ts';
import { rtsp } from './rtsp.ts';
import { users } from './users.ts';

/** Every command by its name. */
const commands: Readonly<Record<string, Command>> = {
  doctor,
  evidence,
  models,
  replay,
  rtsp,
  'audio-train': audioTrain,
  users,
};

const wrongUse = 2;
const help: CommandOption = { type: 'boolean', short: 'h', says: 'Show this and end.' };

/** The program `echosight`. @returns the exit code. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = '', ...rest] = args;
  if (name === '--version' || name === '-v') {
    terminal.print(`${packageVersion()}\n`);
    return 0;
  }
  if (name === 'help' || name === '--help' || name === '-h' || name === '') {
    const command = known(rest[0]);
    terminal.print(command === undefined ? overview() : usage(rest[0] ?? '', command));
    return name === '' ? wrongUse : 0;
  }
  const command = known(name);
  if (command === undefined) {
    terminal.complain(`There is no command "${name}".\n\n${overview()}`);
    return wrongUse;
  }
  return await runCommand(name, command, rest, terminal);
}

async function runCommand(
  name: string,
  command: Command,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  let values: OptionValues;
  let operands: string[];
  try {
    const allowPositionals = command.operands !== undefined;
    const parsed = parseArgs({ args: [...args], options: parserOptions(command), strict: true, allowPositionals });
    values = parsed.values as OptionValues;
    operands = parsed.positionals;
  } catch (error) {
    terminal.complain(`${error instanceof Error ? error.message : String(error)}\n\n${usage(name, command)}`);
    return wrongUse;
  }
  if (values.help === true) {
    terminal.print(usage(name, command));
    return 0;
  }
  return await command.run(values, terminal, operands);
}

/** What `echosight help` prints, and `echosight help NAME` for each command by its name. */
export function helpTexts(): { overview: string; commands: { name: string; text: string }[] } {
  return {
    overview: overview(),
    commands: Object.entries(commands).map(([name, command]) => ({ name, text: usage(name, command) })),
  };
}

function known(name: string | undefined): Command | undefined {
  return name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
}

function parserOptions({ options }: Command): ParseArgsOptionsConfig {
  const entries = Object.entries({ ...options, help });
  return Object.fromEntries(
    entries.map(([name, { type, short }]) => [name, short === undefined ? { type } : { type, short }]),
  );
}

function overview(): string {
  const list = columns(Object.entries(commands).map(([name, { summary }]) => [name, summary]));
  return `EchoSight Sentinel ${packageVersion()}

Usage: echosight <command> [options]

${list}

"echosight <command> --help" shows the options of a command, "echosight --version" the version.
`;
}

function usage(name: string, { summary, options, operands, footer }: Command): string {
  const list = columns(
    Object.entries({ ...options, help }).map(([option, { value, says }]) => [
      `--${option}${value === undefined ? '' : ` ${value}`}`,
      says,
    ]),
  );
  const below = footer === undefined ? '' : `\n${footer}\n`;
  return `${summary}\n\nUsage: echosight ${name} ${operands === undefined ? '' : `${operands} `}[options]\n\n${list}\n${below}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n');
}
