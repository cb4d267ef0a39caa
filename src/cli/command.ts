import type { ParseArgsOptionsConfig } from 'node:util';

/** Where a command runs: tests hand in their own. */
export interface Terminal {
  env: NodeJS.ProcessEnv;
  /** Folder that the command was called in. */
  folder: string;
  /** Writes to standard output, line ends included. */
  print(text: string): void;
  /** Writes to standard error. */
  complain(text: string): void;
  /** Whether standard output shows colours. */
  colour: boolean;
  /** Whether the last line may be written anew, as on a screen. */
  live?: boolean;
  /** Characters in a line. */
  width: number;
  /** Settles when the user ends the program, as by Ctrl-C; a command that asks ends in order by itself then. */
  interrupted(): Promise<void>;
}

/** An option as `--help` shows it; `node:util` reads it. */
export type CommandOption = ParseArgsOptionsConfig[string] & {
  /** What the value is, such as FILE; absent for switches. */
  value?: string;
  says: string;
};

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** One command of the program `echosight`. */
export interface Command {
  /** One line for the list of commands. */
  summary: string;
  options: Readonly<Record<string, CommandOption>>;
  /** What stands after the name of the command, such as FILE; absent: nothing may. */
  operands?: string;
  /** Below the list of options. */
  footer?: string;
  /** @returns the exit code: 0 all is well, 1 it is not, 2 the command was used wrongly. */
  run(values: OptionValues, terminal: Terminal, operands: readonly string[]): Promise<number>;
}
