import { isCrossSite } from '../api/same-site.ts';
import { asSentinelError } from '../contracts/errors.ts';
import type { NodeRed } from './node-red.ts';

/** What a dialog may ask of the machine that Node-RED runs on. */
export type AdminAnswers = Readonly<Record<string, () => Promise<unknown>>>;

/**
 * Answers `GET echosight/<type>/<name>` of Node-RED's admin API with JSON, for people who may `<type>.read`. Who asks
 * while an answer is on its way gets the same one. Each answer starts programs, so a page of another origin gets none: it
 * could not read it, but make this machine work without end. Not even a picture's address can: the dialogs' jQuery says
 * `X-Requested-With`, and a browser lets no foreign page set a header unasked.
 */
export function mountAdminAnswers({ httpAdmin, auth }: NodeRed, type: string, answers: AdminAnswers): void {
  if (httpAdmin === undefined || auth === undefined) return;
  for (const [name, work] of Object.entries(answers)) {
    let underWay: Promise<{ status: number; body: unknown }> | undefined;
    httpAdmin.get(`/echosight/${type}/${name}`, auth.needsPermission(`${type}.read`), (request, response) => {
      if (request.headers['x-requested-with'] === undefined || isCrossSite(request)) {
        response.writeHead(403).end();
        return;
      }
      underWay ??= answered(work).finally(() => {
        underWay = undefined;
      });
      void underWay.then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(JSON.stringify(body));
      });
    });
  }
}

async function answered(work: () => Promise<unknown>): Promise<{ status: number; body: unknown }> {
  try {
    return { status: 200, body: await work() };
  } catch (thrown) {
    const { name, message } = asSentinelError(thrown, 'ES_BAD_INPUT');
    return { status: 500, body: { error: name, message } };
  }
}
