import { runProgram } from '../../../src/cli/program.ts';

export interface ProgramRun {
  code: number;
  out: string;
  err: string;
}

/** Runs the program as a terminal without colours does, in the root folder. */
export async function run(...args: string[]): Promise<ProgramRun> {
  const said = { out: '', err: '' };
  const code = await runProgram(args, {
    ...{ env: {}, folder: '/', colour: false, width: 100, interrupted: () => new Promise<void>(() => undefined) },
    print: (text) => (said.out += text),
    complain: (text) => (said.err += text),
  });
  return { code, ...said };
}
