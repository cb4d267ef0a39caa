import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { UsageError } from './usage-error.ts';

/**
 * The environment with what a file adds to it; what is set in the environment itself wins.
 * @param file a path that must exist; undefined for `.env` in the working directory, where there is one.
 * @throws UsageError for a file that cannot be read.
 */
export function withEnvFile(env: NodeJS.ProcessEnv, file: string | undefined): NodeJS.ProcessEnv {
  return { ...parseEnv(textOf(file)), ...env };
}

function textOf(file: string | undefined): string {
  try {
    return readFileSync(file ?? '.env', 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (file === undefined && code === 'ENOENT') return '';
    throw new UsageError(`The environment file ${file ?? '.env'} cannot be read (${code}).`);
  }
}
