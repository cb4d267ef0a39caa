import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { readEnvironment, type FlowWishes, type UsedVariable } from './environment.ts';
import { mayListenOn } from './listening.ts';
import { UsageError } from './usage-error.ts';

/** What `npm start` was asked to do. */
export interface StartOptions {
  /** Cameras to watch instead of the demo clip: rtsp addresses, files or video devices. */
  sources: string[];
  port: number;
  host: string;
  /** Folder that keeps flow, credentials, database and evidence between starts. */
  data: string;
  /** Whether the demo stream and the WhatsApp sandbox run. */
  demo: boolean;
  /** Whether the flow may listen to the microphone of this machine. */
  microphone: boolean;
  /** What environment variables change in the flow. */
  wishes: FlowWishes;
  used: readonly UsedVariable[];
  /** Sentences about environment variables that are not used. */
  notes: readonly string[];
}

export const usage = `Usage: npm start -- [options]
  --source ADDRESS   rtsp://..., a video file or /dev/video0; repeat it for more cameras
  --port N           port of Node-RED (1880)
  --data DIR         folder for flow, database and evidence (.sentinel)
  --no-microphone    do not listen to the microphone of this machine
  --no-demo          neither demo stream nor WhatsApp sandbox
  --env-file FILE    environment variables to read instead of .env (docs/environment.md)
  --host ADDRESS     address to listen on (127.0.0.1); any other one needs ECHOSIGHT_ADMIN_PASSWORD
  --help             this text`;

/**
 * What the command line asks for, and the environment where the command line is silent.
 * @throws UsageError
 */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): StartOptions | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  const given = {
    source: values.source !== undefined,
    host: values.host !== undefined,
    port: values.port !== undefined,
  };
  const { source, wishes, used, notes, ...inherited } = readEnvironment(env, given);
  const port = Number(values.port ?? inherited.port ?? '1880');
  if (!Number.isInteger(port) || port < 1 || port > 65_534)
    throw new UsageError('--port wants a number from 1 to 65534.');
  const host = values.host ?? inherited.host ?? '127.0.0.1';
  if (!mayListenOn(host, env)) {
    throw new UsageError(
      `--host ${host} opens the editor to the network. Set ECHOSIGHT_ADMIN_PASSWORD (8 characters or more) first.`,
    );
  }
  const data = resolve(values.data ?? '.sentinel');
  const sources = values.source ?? (source === undefined ? [] : [source]);
  const microphone = values['no-microphone'] !== true;
  return { sources, port, host, data, demo: values['no-demo'] !== true, microphone, wishes, used, notes };
}

/** The file that the command line names for environment variables. */
export function envFileOption(args: string[]): string | undefined {
  return parse(args)['env-file'];
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        source: { type: 'string', multiple: true },
        port: { type: 'string' },
        host: { type: 'string' },
        data: { type: 'string' },
        'no-demo': { type: 'boolean' },
        'no-microphone': { type: 'boolean' },
        'env-file': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
