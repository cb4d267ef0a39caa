import { runProgram } from './program.ts';

/** Entry of dist/cli.js: the program `echosight` in this process, which ends when all is done. */
export async function main(): Promise<void> {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on('error', unheard);
  process.exitCode = await runProgram(process.argv.slice(2), {
    env,
    folder: process.cwd(),
    print: (text) => stdout.write(text),
    complain: (text) => stderr.write(text),
    colour: stdout.isTTY && (env.NO_COLOR ?? '') === '',
    live: stdout.isTTY,
    interrupted: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
          process.once(signal, () => {
            resolve();
          });
        }
      }),
    width: Math.min(stdout.isTTY ? stdout.columns : 110, 110),
  });
}

/** As in `echosight doctor | head`: the rest is for nobody. The command goes on to its end, and its exit code stands. */
function unheard(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
