import type { IncomingMessage } from 'node:http';
import { Problem } from '../api/problem.ts';
import { isCrossSite } from '../api/same-site.ts';
import { readZipUpload } from '../api/sound/zip-upload.ts';
import { SiteClock } from '../clock/site-clock.ts';
import type { TrainingBegun } from '../contracts/training.ts';
import { trainerOf, wishOf } from '../site/training-answers.ts';
import { adminRefusal } from './admin-refusal.ts';
import type { NodeRed } from './node-red.ts';

const type = 'sentinel-audio-train';

/**
 * `POST echosight/sentinel-audio-train/upload?id=...&model=...&force=...` of Node-RED's admin API: learns from the zip file of the body
 * (multipart/form-data, `file`), for people who may `sentinel-audio-train.write`. Refusals are `application/problem+json` with
 * `code` and `hint`.
 */
export function mountTrainingUpload({ httpAdmin, auth }: NodeRed): void {
  if (httpAdmin === undefined || auth === undefined) return;
  const clock = new SiteClock();
  httpAdmin.post(`/echosight/${type}/upload`, auth.needsPermission(`${type}.write`), (request, response) => {
    const send = (status: number, kind: string, body: string): void => {
      response.writeHead(status, { 'content-type': kind, 'cache-control': 'no-store' });
      response.end(body);
    };
    learn(request, clock).then(
      (begun) => {
        send(202, 'application/json', JSON.stringify(begun));
      },
      (thrown: unknown) => {
        const { status, body } = adminRefusal(thrown, 'ES_TRAINING_DATA');
        send(status, 'application/problem+json', body);
      },
    );
  });
}

async function learn(request: IncomingMessage, clock: SiteClock): Promise<TrainingBegun> {
  // No foreign page can set this header, so none can make this machine work.
  if (request.headers['x-requested-with'] === undefined || isCrossSite(request)) {
    throw new Problem(403, 'Only the dialog of the editor may ask this.');
  }
  const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '');
  const { training } = trainerOf(query);
  const wish = wishOf(query);
  const zip = await readZipUpload(request, { training, clock });
  return await training.begin({ ...wish, zip, owned: true, name: query.get('name') ?? 'upload.zip' });
}
