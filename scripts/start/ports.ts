import { createServer } from 'node:net';
import { UsageError } from './usage-error.ts';

/** @throws UsageError when somebody else listens there, with the option that helps. */
export async function assertPortFree(host: string, port: number): Promise<void> {
  if (await portFree(host, port)) return;
  throw new UsageError(
    `Port ${port} is busy (is another Node-RED running?). Choose one with --port N; a second product needs --data DIR too.`,
  );
}

/** True when nobody listens on the port. */
export function portFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen(port, host, () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
