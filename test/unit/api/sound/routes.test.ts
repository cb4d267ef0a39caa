import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiHost } from '../../../../src/api/api.ts';
import type { SoundSite } from '../../../../src/api/sound/sound-site.ts';
import { SiteClock } from '../../../../src/clock/site-clock.ts';
import { SentinelError } from '../../../../src/contracts/errors.ts';
import { assertMatches } from '../../../../src/contracts/guards.ts';
import {
  predictLimits,
  Prediction,
  RetrainAnswer,
  SoundHealth,
  SoundInfo,
  SoundModelStatus,
} from '../../../../src/contracts/prediction.ts';
import {
  TrainingStatus,
  type TrainingPort,
  type TrainingRequest,
  type TrainingSession,
} from '../../../../src/contracts/training.ts';
import { encodeWav } from '../../../../src/pcm/wav.ts';
import { until } from '../../../faults/vitals.ts';
import { ManualClock } from '../../manual-clock.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { callerBy } from '../api-host.ts';
import { serveApi } from '../api-server.ts';

const wav = encodeWav(new Float32Array(16_000).fill(0.1), 16_000);
const zip = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(200_000, 7)]);
const prediction: Prediction = {
  ...{ prediction: 0, class: 'safe', confidence: 0.85, probability: 0.15, threshold: 0.5 },
  ...{ scores: {}, thresholds: {}, triggered: [], at: 0, windows: [], top: [], format: 'wav', seconds: 1, dbfs: -20 },
  ...{ peak: 0.1, model: 'm', backend: 'b', ms: 1 },
};

function soundSite(over: Partial<SoundSite> = {}): SoundSite {
  return {
    id: 'home',
    clips: 0,
    predict: () => Promise.resolve(prediction),
    model: () => ({ model: 'm', loaded: true, usable: true, classes: ['scream'] }),
    training: undefined,
    ...over,
  };
}

function training(over: Partial<TrainingPort> = {}): TrainingPort {
  const idle: TrainingStatus = { state: 'idle', progress: 0, versions: [] };
  return {
    begin: () => Promise.resolve({ uploadId: 'u1', sessionId: 's1' }),
    status: () => Promise.resolve(idle),
    cancel: () => Promise.resolve(false),
    activate: () => Promise.resolve(idle),
    rollback: () => Promise.resolve(idle),
    exportPath: () => Promise.resolve(''),
    newUpload: () => Promise.reject(new Error('nothing is written')),
    assertRoom: () => Promise.resolve(),
    ...over,
  };
}

/** Places in a folder, as a training gives them. */
function uploadsTo(folder: string): TrainingPort['newUpload'] {
  let uploads = 0;
  return () => Promise.resolve(join(folder, `${++uploads}.zip`));
}

async function serve(t: TestContext, sites: SoundSite[], over: Partial<ApiHost> = {}): Promise<string> {
  return `${await serveApi(t, { soundSites: () => sites, ...over })}/api/v1/sound`;
}

function upload(bytes: Uint8Array, { name = 'file', times = 1 } = {}): RequestInit {
  const form = new FormData();
  for (let one = 0; one < times; one++) form.append(name, new Blob([Buffer.from(bytes)]), 'any name.txt');
  return { method: 'POST', body: form };
}

async function refused(response: Response | Promise<Response>, status: number, why: RegExp): Promise<Response> {
  const answer = await response;
  assert.equal(answer.status, status);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  const { detail } = (await answer.json()) as { detail: string };
  assert.match(detail, why);
  return answer;
}

describe('the sound routes tell about themselves', () => {
  test('info, health and the state of the model', async (t) => {
    const address = await serve(t, [soundSite({ clips: 3 })]);
    for (const root of [address, `${address}/`]) {
      const info: unknown = await (await fetch(root)).json();
      assertMatches(SoundInfo, info, 'info');
    }
    const health = (await (await fetch(`${address}/health`)).json()) as SoundHealth;
    assertMatches(SoundHealth, health, 'health');
    assert.equal(health.status, 'healthy');
    assert.equal(health.waiting, 3);
    const status = (await (await fetch(`${address}/model/status`)).json()) as SoundModelStatus;
    assertMatches(SoundModelStatus, status, 'status');
    assert.equal(status.training.state, 'idle');
  });

  test('a model that cannot be used is told', async (t) => {
    const model = () => ({ model: 'm', loaded: false, usable: false, reason: 'It is not here.', classes: [] });
    const address = await serve(t, [soundSite({ model })]);
    const health = (await (await fetch(`${address}/health`)).json()) as SoundHealth;
    assert.equal(health.status, 'degraded');
  });

  test('one of several sites has to be named', async (t) => {
    const none = await serve(t, []);
    await refused(fetch(`${none}/health`), 404, /No site/);
    const address = await serve(t, [soundSite(), soundSite({ id: 'shop' })]);
    await refused(fetch(`${address}/health`), 400, /several sites/);
    await refused(fetch(`${address}/health?site=barn`), 404, /no such site/);
    assert.equal(((await (await fetch(`${address}/health?site=shop`)).json()) as SoundHealth).site, 'shop');
  });
});

describe('predict', () => {
  test('takes the file, whatever it is called, with what is wished', async (t) => {
    const asked: unknown[] = [];
    const predict: SoundSite['predict'] = (file, { signal, ...wishes }) => {
      assert.equal(signal.aborted, false);
      asked.push([Buffer.from(file), wishes]);
      return Promise.resolve(prediction);
    };
    const address = await serve(t, [soundSite({ predict })]);
    const response = await fetch(`${address}/predict?threshold=.25&spectrogram=1`, upload(wav));
    assert.equal(response.status, 200);
    const said: unknown = await response.json();
    assertMatches(Prediction, said, 'prediction');
    assert.deepEqual(said, prediction);
    assert.deepEqual(asked, [[wav, { threshold: 0.25, spectrogram: true }]]);
  });

  test('whoever hangs up is not heard any more', async (t) => {
    const signals: AbortSignal[] = [];
    const predict: SoundSite['predict'] = (_file, { signal }) => {
      signals.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    };
    const address = await serve(t, [soundSite({ predict })]);
    const hangsUp = new AbortController();
    const asking = fetch(`${address}/predict`, { ...upload(wav), signal: hangsUp.signal });
    await until(() => signals.length === 1, 'it is heard');
    hangsUp.abort();
    await assert.rejects(asking);
    await until(() => signals[0]?.aborted === true, 'it is told');
  });

  test('says what is wrong with an upload', async (t) => {
    const address = `${await serve(t, [soundSite()])}/predict`;
    const text = (body: string, type?: string): RequestInit => ({
      method: 'POST',
      body,
      headers: type === undefined ? {} : { 'content-type': type },
    });
    await refused(fetch(address), 405, /POST only/);
    await refused(fetch(address, text('sound')), 415, /multipart\/form-data/);
    await refused(fetch(address, text('{}', 'application/json')), 415, /multipart\/form-data/);
    await refused(fetch(address, text('x', 'multipart/form-data')), 400, /boundary/);
    await refused(fetch(address, text('x', 'multipart/form-data; boundary=b')), 400, /before its last boundary/);
    await refused(fetch(address, text('--b--', 'multipart/form-data; boundary=b')), 400, /no part called file/);
    await refused(fetch(address, upload(wav, { name: 'sound' })), 400, /no part called file/);
    await refused(fetch(address, upload(wav, { times: 2 })), 400, /more than one/);
    await refused(fetch(address, upload(Buffer.alloc(0))), 422, /empty/);
    await refused(fetch(address, upload(Buffer.from('RI'))), 415, /none of the formats/);
    await refused(fetch(address, upload(Buffer.from('this is no sound at all'))), 415, /none of the formats/);
    await refused(fetch(address, upload(zip)), 415, /none of the formats/);
    await refused(fetch(`${address}?threshold=2`, upload(wav)), 400, /threshold/);
    await refused(fetch(`${address}?treshold=0.5`, upload(wav)), 400, /no parameter "treshold"/);
  });

  test('too much is refused as such, announced or not', async (t) => {
    const address = `${await serve(t, [soundSite()])}/predict`;
    const large = Buffer.concat([wav, Buffer.alloc(predictLimits.bytes + 1)]);
    await refused(fetch(address, upload(large)), 413, /larger than 32 MB/);
    const head = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
    const body = new Blob([head, large]).stream();
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    await refused(fetch(address, { method: 'POST', body, headers, duplex: 'half' }), 413, /larger than 32 MB/);
  });

  const failures: readonly (readonly [SentinelError, number, RegExp])[] = [
    [new SentinelError('ES_AUDIO_INVALID', 'It is silent.'), 422, /It is silent/],
    [new SentinelError('ES_AUDIO_TOO_LONG', 'It is long.', { hint: 'Cut it.' }), 413, /It is long\. Cut it\./],
    [new SentinelError('ES_BUSY', 'Many wait.'), 429, /Many wait/],
    [
      new SentinelError('ES_MODEL_MISSING', 'There is no /secret/path.'),
      503,
      /^The model file does not exist\. One of the catalogue, .* echosight models pull ID\.$/,
    ],
    [new SentinelError('ES_BAD_CONFIG', 'The table of /secret is wrong.'), 503, /^A setting of the node/],
    [new SentinelError('ES_SITE_LOCKED', '/secret is in use.'), 503, /^Another Node-RED process/],
    [new SentinelError('ES_FFMPEG_MISSING', 'No /secret/ffmpeg.'), 503, /^No ffmpeg program was found\.$/],
    [new SentinelError('ES_WORKER_LOST', 'Thread 7 of /secret is gone.'), 503, /^(?!.*secret)/],
  ];
  for (const [error, status, why] of failures) {
    test(`${error.name} is ${status}`, async (t) => {
      const address = await serve(t, [soundSite({ predict: () => Promise.reject(error) })]);
      const answer = await refused(fetch(`${address}/predict`, upload(wav)), status, why);
      // To come again helps where it may be over by then; nobody downloads a model meanwhile.
      assert.equal(answer.headers.has('retry-after'), status === 429 || error.name === 'ES_WORKER_LOST');
    });
  }

  test('a page of another origin, and another machine without a login, get nothing', async (t) => {
    const address = await serve(t, [soundSite()]);
    const foreign = { ...upload(wav), headers: { 'sec-fetch-site': 'cross-site' } };
    await refused(fetch(`${address}/predict`, foreign), 403, /another origin/);
    const proxied = { ...upload(wav), headers: { 'x-forwarded-for': '192.0.2.1' } };
    await refused(fetch(`${address}/predict`, proxied), 403, /Without a login/);
  });

  test('programs of this machine are not counted, others are', async (t) => {
    const address = await serve(t, [soundSite()], {
      caller: callerBy({ authenticated: () => true }),
      clock: new ManualClock(),
    });
    const from = async (headers: Record<string, string>): Promise<number[]> => {
      const answers = await Promise.all(Array.from({ length: 70 }, () => fetch(`${address}/health`, { headers })));
      return answers.map(({ status }) => status).filter((status) => status !== 200);
    };
    assert.deepEqual(await from({}), []);
    assert.deepEqual(
      await from({ 'x-forwarded-for': '192.0.2.1' }),
      Array.from({ length: 10 }, () => 429),
    );
  });

  test('an upload that stops is ended in time', async (t) => {
    const clock = new ManualClock();
    const { hostname, port, pathname } = new URL(await serve(t, [soundSite()], { clock }));
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    const type = 'Content-Type: multipart/form-data; boundary=b';
    socket.write(
      `POST ${pathname}/predict HTTP/1.1\r\nHost: ${hostname}\r\n${type}\r\nContent-Length: 500\r\n\r\n--b\r\n`,
    );
    await until(() => {
      clock.advance(5000);
      return heard.includes('408');
    }, 'it is refused');
    assert.match(heard, /Connection: close[\s\S]*The upload has stopped/);
    socket.destroy();
  });
});

describe('retrain', () => {
  test('writes the zip file into the folder, and hands it over', async (t) => {
    const folder = temporaryFolder(t);
    const begun: TrainingRequest[] = [];
    const begin: TrainingPort['begin'] = (request) => {
      begun.push(request);
      return Promise.resolve({ uploadId: 'u1', sessionId: 's1' });
    };
    const asked: unknown[] = [];
    const newUpload = (bytes?: number): Promise<string> => {
      asked.push(bytes);
      return Promise.resolve(join(folder, 'a.zip'));
    };
    const address = await serve(t, [soundSite({ training: training({ begin, newUpload }) })]);
    for (const model of ['/etc/m.onnx', 'nobodys', 'nanodet-g-416']) {
      await refused(fetch(`${address}/retrain?model=${model}`, upload(zip)), 400, /no sound model/);
    }
    const response = await fetch(`${address}/retrain?model=yamnet`, upload(zip));
    assert.equal(response.status, 202);
    const said = (await response.json()) as RetrainAnswer;
    assertMatches(RetrainAnswer, said, 'answer');
    assert.equal(said.status, 'Retraining Initiated');
    assert.deepEqual([said.training_started, said.upload_id, said.session_id], [true, 'u1', 's1']);
    assert.ok(begun[0]?.owned === true && existsSync(begun[0].zip ?? ''));
    assert.deepEqual([begun.length, begun[0].model, begun[0].origin], [1, 'yamnet', 'http']);
    assert.ok(asked.length === 1 && Number(asked[0]) > zip.length, 'room is asked for as much as was announced');
  });

  test('what is refused leaves nothing behind', async (t) => {
    const folder = temporaryFolder(t);
    const invalid = new SentinelError('ES_ARCHIVE_INVALID', 'It holds a link.');
    const site = soundSite({
      training: training({ begin: () => Promise.reject(invalid), newUpload: uploadsTo(folder) }),
    });
    const address = `${await serve(t, [site])}/retrain`;
    await refused(fetch(address, upload(zip)), 422, /It holds a link/);
    await refused(fetch(address, upload(wav)), 415, /no zip file/);
    await refused(fetch(address, upload(Buffer.alloc(0))), 422, /empty/);
    await refused(fetch(address, upload(zip, { times: 2 })), 400, /more than one/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a long one asks for room again and again, listens to its file once, and is refused when there is none', async (t) => {
    const folder = temporaryFolder(t);
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on('warning', hear);
    t.after(() => process.off('warning', hear));
    let looks = 0;
    const assertRoom = (): Promise<void> => {
      looks += 1;
      return looks < 3 ? Promise.resolve() : Promise.reject(new SentinelError('ES_DISK_FULL', 'The disk is full.'));
    };
    const site = soundSite({ training: training({ newUpload: uploadsTo(folder), assertRoom }) });
    const address = `${await serve(t, [site])}/retrain`;
    const forty = Buffer.concat([zip, Buffer.alloc(40e6)]);
    assert.equal((await fetch(address, upload(forty))).status, 202);
    assert.equal(looks, 2);
    await refused(fetch(address, upload(forty)), 507, /disk is full/);
    assert.equal(readdirSync(folder).length, 1, 'of the second nothing is left');
    assert.deepEqual(warnings, []);
  });

  for (const [route, first] of [
    ['retrain', 'PK\x03\x04'],
    ['predict', 'RIFF    WAVEfmt '],
  ] as const) {
    test(`who sends so slowly to ${route} that others find no place is refused`, async (t) => {
      const clock = new ManualClock();
      const folder = temporaryFolder(t);
      const site = soundSite({ training: training({ newUpload: uploadsTo(folder) }) });
      const { hostname, port, pathname } = new URL(await serve(t, [site], { clock }));
      const socket = connect(Number(port), hostname);
      t.after(() => socket.destroy());
      let heard = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      const type = 'Content-Type: multipart/form-data; boundary=b';
      const part = `--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n${first}`;
      socket.write(
        `POST ${pathname}/${route} HTTP/1.1\r\nHost: ${hostname}\r\n${type}\r\nContent-Length: 9999999\r\n\r\n${part}`,
      );
      await until(() => {
        socket.write('a little');
        clock.advance(5000);
        return heard.includes('408');
      }, 'it is refused');
      assert.match(heard, /The upload is too slow/);
    });
  }

  for (const [who, pieces, answer] of [
    ['sends 5 kB a second for a minute is heard', Array<number>(60).fill(5 * 1024), 200],
    ['begins quickly and then hardly sends at all is refused', [400_000, ...Array<number>(59).fill(100)], 408],
  ] as const) {
    test(`who ${who}`, async (t) => {
      const clock = new ManualClock();
      const { hostname, port, pathname } = new URL(await serve(t, [soundSite()], { clock }));
      const socket = connect(Number(port), hostname);
      t.after(() => socket.destroy());
      let heard = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      const begin = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nRIFF    WAVEfmt ';
      const end = '\r\n--b--\r\n';
      const length = begin.length + pieces.reduce((sum, piece) => sum + piece, 0) + end.length;
      const type = 'Content-Type: multipart/form-data; boundary=b';
      socket.write(
        `POST ${pathname}/predict HTTP/1.1\r\nHost: ${hostname}\r\n${type}\r\nContent-Length: ${length}\r\n\r\n${begin}`,
      );
      for (const piece of pieces) {
        await new Promise((resolve) => socket.write(Buffer.alloc(piece), resolve));
        // So that it has come before the clock goes on.
        await sleep(5);
        clock.advance(1000);
      }
      socket.write(end);
      await until(() => heard.includes('HTTP/1.1'), 'it is answered');
      assert.match(heard, new RegExp(`^HTTP/1.1 ${answer}`));
    });
  }

  test('an upload that breaks off leaves nothing behind', async (t) => {
    const folder = temporaryFolder(t);
    const site = soundSite({ training: training({ newUpload: uploadsTo(folder) }) });
    const { hostname, port, pathname } = new URL(await serve(t, [site], { clock: new SiteClock() }));
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const type = 'Content-Type: multipart/form-data; boundary=b';
    const part = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
    const head = `POST ${pathname}/retrain HTTP/1.1\r\nHost: ${hostname}\r\n${type}\r\nContent-Length: 9999999\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head + part), zip]));
    await until(() => readdirSync(folder).length === 1, 'it is being written');
    socket.destroy();
    await until(() => readdirSync(folder).length === 0, 'it is gone');
  });

  test('of a second zip that comes meanwhile nothing is read; the first one is learnt from', async (t) => {
    const folder = temporaryFolder(t);
    const begun: TrainingRequest[] = [];
    const begin: TrainingPort['begin'] = (request) => {
      begun.push(request);
      return Promise.resolve({ uploadId: 'u1', sessionId: 's1' });
    };
    const site = soundSite({ training: training({ begin, newUpload: uploadsTo(folder) }) });
    const address = await serve(t, [site], { clock: new SiteClock() });
    const { hostname, port, pathname } = new URL(address);
    const head = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
    const rest = '\r\n--b--';
    const length = head.length + zip.length + rest.length;
    const socket = connect(Number(port), hostname);
    t.after(() => socket.destroy());
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    const type = 'Content-Type: multipart/form-data; boundary=b';
    const lines = [
      `POST ${pathname}/retrain HTTP/1.1`,
      `Host: ${hostname}`,
      type,
      `Content-Length: ${length}`,
      '',
      head,
    ];
    socket.write(Buffer.concat([Buffer.from(lines.join('\r\n')), zip]));
    await until(() => readdirSync(folder).length === 1, 'the first one is being written');
    const second = await refused(fetch(`${address}/retrain`, upload(zip)), 429, /Another zip file is being sent/);
    assert.ok(second.headers.has('retry-after'));
    assert.equal(readdirSync(folder).length, 1);
    socket.write(rest);
    await until(() => heard.includes('202 Accepted'), 'the first one is taken');
    assert.equal(begun.length, 1);
  });

  test('somebody who may see a part of the site teaches it nothing; one that is cancelled while it begins is no fault', async (t) => {
    const folder = temporaryFolder(t);
    const cancelled = new SentinelError('ES_TRAINING_CANCELLED', 'The training was cancelled; what was in use stays.');
    const begin: TrainingPort['begin'] = () => Promise.reject(cancelled);
    const site = soundSite({ training: training({ begin, newUpload: uploadsTo(folder) }) });
    const by = (sources: string[]): ApiHost['caller'] => {
      return () => Promise.resolve({ name: 'ann', role: 'admin', how: 'token', sources });
    };
    const part = await serve(t, [site], { caller: by(['home/door']) });
    await refused(fetch(`${part}/retrain`, upload(zip)), 403, /whole site/);
    assert.equal((await fetch(`${part}/predict`, upload(wav))).status, 200);
    const whole = await serve(t, [site], { caller: by(['home']) });
    await refused(fetch(`${whole}/retrain`, upload(zip)), 409, /was cancelled/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('names of refused recordings are for those who may see the whole site', async (t) => {
    const refusals = [{ file: 'anna/voice.wav', reason: 'It is silent.' }];
    const session: TrainingSession = {
      ...{ id: 's1', uploadId: 'u1', state: 'done', progress: 1, model: 'm', startedAt: 0, clips: 4 },
      ...{ refused: 1, refusals },
    };
    const status: TrainingPort['status'] = () =>
      Promise.resolve({ state: 'done', progress: 1, session, versions: [], active: 2 });
    const seenBy = async (sources: string[]) => {
      const caller: ApiHost['caller'] = () => Promise.resolve({ name: 'ann', role: 'admin', how: 'token', sources });
      const address = await serve(t, [soundSite({ training: training({ status }) })], { caller });
      const said: unknown = await (await fetch(`${address}/training`)).json();
      assertMatches(TrainingStatus, said, 'status');
      return said as TrainingStatus;
    };
    assert.deepEqual(await seenBy(['home']), await status());
    const part = await seenBy(['home/door']);
    assert.deepEqual(part.session, { ...session, refusals: [] });
    assert.equal(part.active, 2);
  });

  test('one at a time; without a training there is none', async (t) => {
    await refused(fetch(`${await serve(t, [soundSite()])}/retrain`, upload(zip)), 503, /no training/);
    const busy = () => Promise.reject(new SentinelError('ES_TRAINING_BUSY', 'Another training is under way.'));
    const address = await serve(t, [soundSite({ training: training({ newUpload: busy }) })]);
    await refused(fetch(`${address}/retrain`, upload(zip)), 409, /under way/);
  });
});
