import type { IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { Problem } from '../api/problem.ts';
import { isCrossSite } from '../api/same-site.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { executionProviders } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { ModelTryAnswer } from '../contracts/model-try.ts';
import { placeholderIn } from '../contracts/placeholder.ts';
import { modelFile } from '../process/package-files.ts';
import { ModelTries } from '../site/model-tries.ts';
import type { ModelChoice } from '../vision/detection-model.ts';
import { readPicture } from '../vision/picture.ts';
import { adminRefusal } from './admin-refusal.ts';
import type { NodeRed } from './node-red.ts';

const type = 'detectron-infer';
/** What phones and cameras make is smaller. */
const mostBytes = 12 * 1024 * 1024;

/**
 * `POST echosight/detectron-infer/try?model=...` of Node-RED's admin API: runs a detector once, as its dialog stands, on the
 * JPEG or PNG of the body, or on our drawn scene when that is empty, for people who may `detectron-infer.write`. Refusals
 * are `application/problem+json` with `code` and `hint`.
 */
export function mountModelTry({ httpAdmin, auth }: NodeRed): void {
  if (httpAdmin === undefined || auth === undefined) return;
  const tries = new ModelTries(new SiteClock());
  httpAdmin.post(`/echosight/${type}/try`, auth.needsPermission(`${type}.write`), (request, response) => {
    const send = (status: number, kind: string, body: string): void => {
      response.writeHead(status, { 'content-type': kind, 'cache-control': 'no-store' });
      response.end(body);
    };
    answer(request, tries).then(
      (found) => {
        send(200, 'application/json', JSON.stringify(found));
      },
      (thrown: unknown) => {
        const { status, body } = adminRefusal(thrown, 'ES_MODEL_FAILED');
        send(status, 'application/problem+json', body);
      },
    );
  });
}

async function answer(request: IncomingMessage, tries: ModelTries): Promise<ModelTryAnswer> {
  // No foreign page can set this header, so none can make this machine work.
  if (request.headers['x-requested-with'] === undefined || isCrossSite(request)) {
    throw new Problem(403, 'Only the dialog of the editor may ask this.');
  }
  const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '');
  const choice = choiceIn(query);
  const typed = Number(query.get('threshold') ?? '');
  const threshold = typed >= 0 && typed <= 1 ? typed : 0.4;
  const provider = executionProviders.find((name) => name === query.get('provider')) ?? 'cpu';
  const sent = await bodyOf(request);
  const bytes = sent.length > 0 ? sent : await readFile(modelFile('test-picture.jpg'));
  return await tries.run(choice, await readPicture(bytes), { threshold, provider });
}

/** What the fields of a dialog choose. @throws SentinelError ES_BAD_CONFIG */
export function choiceIn(query: URLSearchParams): ModelChoice {
  const field = (name: string): string => {
    const text = (query.get(name) ?? '').trim();
    const variable = placeholderIn(text)?.variable;
    if (variable === undefined) return text;
    throw new SentinelError(
      'ES_BAD_CONFIG',
      `What the variable ${variable} holds is known when the flow is deployed.`,
      {
        hint: 'Write the value itself here to try it.',
      },
    );
  };
  return {
    model: field('model'),
    family: field('family'),
    classNames: field('classNames'),
    inputSize: field('inputSize'),
  };
}

/** Not by iteration: leaving that early destroys the connection before the refusal is on its way. */
function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = [];
  let length = 0;
  request.on('data', (part: Buffer) => {
    length += part.length;
    if (length <= mostBytes) parts.push(part);
    else
      reject(
        new Problem(413, `The picture has more than ${mostBytes / 2 ** 20} MB.`, { headers: { Connection: 'close' } }),
      );
  });
  request.once('end', () => {
    resolve(Buffer.concat(parts));
  });
  request.once('close', () => {
    reject(new Problem(400, 'The body ends too early.'));
  });
  request.on('error', reject);
  if (request.readableEnded || request.destroyed) resolve(Buffer.alloc(0));
  return promise;
}
