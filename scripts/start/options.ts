import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

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
}

export const usage = `Usage: npm start -- [options]
  --source ADDRESS   rtsp://..., a video file or /dev/video0; repeat it for more cameras
  --port N           port of Node-RED (1880)
  --data DIR         folder for flow, database and evidence (.sentinel)
  --no-demo          neither demo stream nor WhatsApp sandbox
  --host ADDRESS     address to listen on (127.0.0.1); any other one needs ECHOSIGHT_ADMIN_PASSWORD
  --help             this text`;

/** A mistake on the command line, said in words. */
export class UsageError extends Error {}

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/;

/** @throws UsageError */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): StartOptions | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  const port = Number(values.port ?? '1880');
  if (!Number.isInteger(port) || port < 1 || port > 65_534)
    throw new UsageError('--port wants a number from 1 to 65534.');
  const host = values.host ?? '127.0.0.1';
  const adminPassword = env.ECHOSIGHT_ADMIN_PASSWORD;
  if (!loopback.test(host) && (adminPassword === undefined || adminPassword.length < 8)) {
    throw new UsageError(
      `--host ${host} opens the editor to the network. Set ECHOSIGHT_ADMIN_PASSWORD (8 characters or more) first.`,
    );
  }
  const data = resolve(values.data ?? '.sentinel');
  return { sources: values.source ?? [], port, host, data, demo: values['no-demo'] !== true };
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
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
