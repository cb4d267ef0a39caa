import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NumberAnswer } from '../../../src/alerting/channels/whatsapp/client.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { readConfig } from '../../../src/contracts/read-config.ts';
import type { FolderReport } from '../../../src/database/inspection.ts';
import { checkAccess } from '../../../src/doctor/checks/access.ts';
import { checkCameras } from '../../../src/doctor/checks/cameras.ts';
import type { ChannelNode } from '../../../src/doctor/installation.ts';
import { checkChannels } from '../../../src/doctor/checks/channels.ts';
import { checkClock } from '../../../src/doctor/checks/clock.ts';
import { checkDatabase } from '../../../src/doctor/checks/database.ts';
import { checkDisk } from '../../../src/doctor/checks/disk.ts';
import { checkFfmpeg } from '../../../src/doctor/checks/ffmpeg.ts';
import { checkMachine } from '../../../src/doctor/checks/machine.ts';
import { checkMicrophones } from '../../../src/doctor/checks/microphones.ts';
import { checkInference, checkModels } from '../../../src/doctor/checks/models.ts';
import { checkNodeRed } from '../../../src/doctor/checks/versions.ts';
import { checkWhatsApp } from '../../../src/doctor/checks/whatsapp.ts';
import type { CameraLook, FolderState, FoundMicrophones } from '../../../src/doctor/ports.ts';
import type { FfmpegProgram } from '../../../src/media/ffmpeg-program.ts';

const noSignal = new AbortController().signal;
const now = Date.parse('2026-11-21T10:00:00Z');
const mb = 1024 * 1024;

describe('the ffmpeg check', () => {
  const program: FfmpegProgram = {
    ...{ path: '/usr/bin/ffmpeg', rtspTimeoutOption: 'timeout', passEveryFrame: [], hidesAddress: true },
  };
  const run = (found: Partial<FfmpegProgram>) =>
    checkFfmpeg({
      locateFfmpeg: () => Promise.resolve({ ...program, ...found }),
      ffmpegVersion: () => Promise.resolve('5.1.9'),
    });

  test('names program and version', async () => {
    const { state, says } = await run({});
    assert.equal(state, 'ok');
    assert.match(says, /ffmpeg 5\.1\.9 at \/usr\/bin\/ffmpeg/);
  });

  test('warns of one that would show passwords, and of an old one', async () => {
    assert.equal((await run({ hidesAddress: false })).state, 'warning');
    assert.deepEqual((await run({ warning: 'It is of 2018.' })).advice, 'It is of 2018.');
  });

  test('a missing one is a problem with the way to install it', async () => {
    const error = new SentinelError('ES_FFMPEG_MISSING', 'No ffmpeg.', { hint: 'apt install ffmpeg' });
    const outcome = await checkFfmpeg({
      locateFfmpeg: () => Promise.reject(error),
      ffmpegVersion: () => Promise.resolve(''),
    });
    assert.deepEqual(outcome, { state: 'problem', says: 'No ffmpeg.', advice: 'apt install ffmpeg' });
  });
});

describe('the checks of versions and machine', () => {
  const versions: [version: string | undefined, state: string][] = [
    ['4.1.0', 'ok'],
    ['5.0.7', 'ok'],
    ['4.0.9', 'problem'],
    ['3.1.15', 'problem'],
    [undefined, 'skipped'],
  ];
  for (const [version, state] of versions) {
    test(`Node-RED ${version ?? 'not found'} is ${state}`, async () => {
      const outcome = await checkNodeRed({ userDir: '/u' }, { findNodeRed: () => Promise.resolve(version) });
      assert.equal(outcome.state, state);
    });
  }

  const machines: [memory: number, available: number, cores: number, state: string][] = [
    [4096, 2000, 4, 'ok'],
    [512, 400, 4, 'warning'],
    [4096, 100, 4, 'warning'],
    [4096, 2000, 1, 'warning'],
  ];
  for (const [memory, available, cores, state] of machines) {
    test(`${available} of ${memory} MB and ${cores} cores: ${state}`, async () => {
      const facts = { memory: memory * mb, available: available * mb, cores, architecture: 'arm64' };
      assert.equal((await checkMachine({ machine: () => Promise.resolve(facts) })).state, state);
    });
  }
});

describe('the checks of models', () => {
  const catalogModels = () => [
    { id: 'eyes', task: 'detection' as const },
    { id: 'ears', task: 'sound' as const },
  ];
  const runtimeVersion = () => Promise.resolve('1.2.3');
  const runs = (backend: string) => ({
    catalogModels,
    runtimeVersion,
    runModel: () => Promise.resolve({ backend, ms: 40 }),
  });

  test('tell the native runtime from WebAssembly', async () => {
    assert.match((await checkInference(runs('onnxruntime-node'))).says, /onnxruntime-node 1\.2\.3 \(native\)/);
    const slow = await checkInference(runs('onnxruntime-web'));
    assert.equal(slow.state, 'warning');
    assert.match(slow.says, /WebAssembly/);
  });

  test('one damaged model does not hide the runtime, and is named', async () => {
    const damaged = new SentinelError('ES_MODEL_INVALID', 'Not the one of the catalogue.', { hint: 'Install again.' });
    const ports = {
      ...runs('onnxruntime-node'),
      runModel: ({ model }: { model: string }) =>
        model === 'eyes' ? Promise.reject(damaged) : Promise.resolve({ backend: 'onnxruntime-node', ms: 3 }),
    };
    assert.equal((await checkInference(ports)).state, 'ok');
    const outcomes = await checkModels({ models: [] }, ports);
    assert.deepEqual(
      outcomes.map(({ about, state }) => [about, state]),
      [
        ['eyes', 'problem'],
        ['ears', 'ok'],
      ],
    );
  });

  test('no runtime at all is a problem', async () => {
    const missing = new SentinelError('ES_RUNTIME_MISSING', 'No runtime.');
    const outcome = await checkInference({ ...runs(''), runModel: () => Promise.reject(missing) });
    assert.equal(outcome.state, 'problem');
  });

  test("a user's own model of the flow is tried, a model of the package only once", async () => {
    const tried: string[] = [];
    const ports = {
      catalogModels,
      runModel: ({ model, family }: { model: string; family?: string }) => {
        tried.push(family === undefined ? model : `${model} as ${family}`);
        return Promise.resolve({ backend: 'onnxruntime-node', ms: 1 });
      },
    };
    await checkModels(
      {
        models: [
          { task: 'detection', model: 'eyes' },
          { task: 'sound', model: '/m/own.onnx' },
          { task: 'detection', model: '/m/seen.onnx', family: 'yolox', classNames: '', inputSize: '' },
        ],
      },
      ports,
    );
    assert.deepEqual(tried, ['eyes', 'ears', '/m/own.onnx', '/m/seen.onnx as yolox']);
  });
});

describe('the checks of the data folder', () => {
  const folders = [{ site: 'Home', folder: '/data' }];
  const fine: FolderState = { exists: true, writeError: undefined, free: 9000 * mb, kind: 'ext4' };
  const states: [state: Partial<FolderState>, expected: string, says: RegExp][] = [
    [{}, 'ok', /can be written: 9000 MB free, ext4/],
    [{ exists: false }, 'ok', /will be made/],
    [{ writeError: 'EROFS' }, 'problem', /cannot be written \(EROFS\)/],
    [{ writeError: 'ENOSPC' }, 'problem', /ENOSPC/],
    [{ free: 100 * mb }, 'problem', /100 MB free/],
    [{ free: 1000 * mb }, 'warning', /1000 MB free/],
    [{ kind: 'nfs4' }, 'warning', /network drive/],
    [{ kind: 'tmpfs' }, 'warning', /memory/],
    [{ kind: 'overlay' }, 'warning', /container/],
  ];
  for (const [state, expected, says] of states) {
    test(`${JSON.stringify(state)}: ${expected}`, async () => {
      const [outcome] = await checkDisk({ folders }, { lookAtFolder: () => Promise.resolve({ ...fine, ...state }) });
      assert.equal(outcome?.state, expected);
      assert.match(outcome.says, says);
    });
  }

  const reports: [report: FolderReport, expected: string, says: RegExp][] = [
    [{ holder: 'nobody', database: 'absent' }, 'ok', /no database yet.* No process/],
    [{ holder: 'this process', database: 'sound' }, 'ok', /sound\. This Node-RED/],
    [{ holder: 'another process', pid: '77', database: 'sound' }, 'ok', /Process 77/],
    [{ holder: 'another process', database: 'damaged', fault: 'row 3' }, 'problem', /damaged: row 3\. Another process/],
    [{ holder: 'nobody', database: 'too large to look at' }, 'skipped', /too large/],
  ];
  for (const [report, expected, says] of reports) {
    test(`${report.database}, ${report.holder}: ${expected}`, async () => {
      const [outcome] = await checkDatabase({ folders }, { lookAtDatabase: () => Promise.resolve(report) });
      assert.equal(outcome?.state, expected);
      assert.match(outcome.says, says);
    });
  }
});

describe('the microphone check', () => {
  const usb = { device: 'hw:1', label: 'USB Mic', kind: 'microphone' } as const;
  const speaker = { device: 'out.monitor', label: 'Speaker', kind: 'loopback' } as const;
  const mic = (device = '') => ({
    ...{ id: 'm', name: 'hall', credentials: {} },
    config: readConfig('mic-in', { name: 'hall', device }, () => undefined),
  });
  const run = async (nodes: ReturnType<typeof mic>[], found: FoundMicrophones) =>
    (await checkMicrophones({ microphones: nodes }, { findMicrophones: () => Promise.resolve(found) })).map(
      ({ state }) => state,
    );

  test('what is missing is a problem only for a flow that listens', async () => {
    const nothing = { recorders: [], devices: [] };
    const noDevice = { recorders: ['arecord'], devices: [speaker] } as const;
    assert.deepEqual(await run([mic()], nothing), ['problem']);
    assert.deepEqual(await run([], nothing), ['skipped']);
    assert.deepEqual(await run([mic()], noDevice), ['problem']);
    assert.deepEqual(await run([], noDevice), ['skipped']);
    assert.deepEqual(await run([], { recorders: ['arecord'], devices: [usb] }), ['ok']);
  });

  test('a device that is named and not there is told', async () => {
    const found = { recorders: ['arecord'], devices: [usb] } as const;
    assert.deepEqual(await run([mic('hw:1'), mic()], found), ['ok']);
    assert.deepEqual(await run([mic('hw:9')], found), ['ok', 'warning']);
  });
});

describe('the camera check', () => {
  const camera = (name: string, settings: object = {}, credentials: Record<string, string> | undefined = {}) => ({
    id: name,
    name,
    config: readConfig('sentinel-camera', { name, address: 'rtsp://10.0.0.5/live', ...settings }, () => undefined),
    credentials,
  });
  const look: CameraLook = { video: 'h264', size: { width: 1280, height: 720 }, audio: 'aac' };
  const ports = (lookAtCamera: (location: string) => Promise<CameraLook> = () => Promise.resolve(look)) => ({
    ...{ signal: noSignal, offline: false, findStreams: () => Promise.resolve({ streams: [] }) },
    lookAtCamera: ({ address }: { address: { location: string } }) => lookAtCamera(address.location),
  });

  test('says what each sends, in the order of the flow', async () => {
    const outcomes = await checkCameras({ folders: [], cameras: [camera('a'), camera('b')] }, ports());
    assert.deepEqual(
      outcomes.map(({ about, state, says }) => [about, state, says]),
      ['a', 'b'].map((name) => [name, 'ok', 'It sends h264, 1280 x 720, sound (aac).']),
    );
  });

  test('asks at most four at once', async () => {
    let open = 0;
    let most = 0;
    const cameras = Array.from({ length: 11 }, (_, index) => camera(`c${index}`));
    const slow = async (): Promise<CameraLook> => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return look;
    };
    assert.equal((await checkCameras({ folders: [], cameras }, ports(slow))).length, 11);
    assert.equal(most, 4);
  });

  test('addresses that are not allowed are never asked', async () => {
    const asked: string[] = [];
    const record = (location: string): Promise<CameraLook> => {
      asked.push(location);
      return Promise.resolve(look);
    };
    const hostile = ['http://169.254.169.254/latest', 'concat:/etc/passwd', 'rtsp://[::ffff:169.254.169.254]/'];
    const cameras = hostile.map((address, index) => camera(`c${index}`, { address }));
    const outcomes = await checkCameras({ folders: [], cameras }, ports(record));
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      ['problem', 'problem', 'problem'],
    );
    assert.deepEqual(asked, []);
  });

  test('a refused login is a problem, unless the login could not be read', async () => {
    const refuse = () => Promise.reject(new SentinelError('ES_CAMERA_UNAUTHORISED', 'Refused.'));
    const unread = { ...camera('b'), credentials: undefined };
    const outcomes = await checkCameras({ folders: [], cameras: [camera('a'), unread] }, ports(refuse));
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      ['problem', 'skipped'],
    );
  });

  test('offline, only files and devices of this machine are looked at', async () => {
    const cameras = [camera('net'), camera('file', { address: '/clip.mp4' })];
    const outcomes = await checkCameras({ folders: [], cameras }, { ...ports(), offline: true });
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      ['skipped', 'ok'],
    );
  });
});

describe('the checks that ask the Graph API', () => {
  const account = (settings: object = {}, credentials: Record<string, string> | undefined = { accessToken: 'x' }) => ({
    ...{ id: 'acc', name: 'Alerts', credentials },
    config: readConfig(
      'sentinel-whatsapp-account',
      { phoneNumberId: '1', recipients: '+15550100001', ...settings },
      () => undefined,
    ),
  });
  const good: NumberAnswer = { answer: { result: 'ok', id: '1' }, verifiedName: 'House', serverTime: now };
  const ports = (answer: Partial<NumberAnswer> = {}, ourClock = now + 500) => ({
    ...{ offline: false, timeZone: 'Europe/Berlin', now: () => ourClock },
    askNumber: () => Promise.resolve({ ...good, ...answer, at: ourClock }),
  });
  const refused = (code: number): Partial<NumberAnswer> => ({
    answer: {
      result: 'refused',
      refusal: { status: 401, code, message: `code ${code}`, transient: false, retryAfterMs: undefined },
    },
  });
  const cases: [what: string, answer: Partial<NumberAnswer>, version: string, state: string, says: RegExp][] = [
    ['a good token', {}, 'v26.0', 'ok', /good for "House"; nothing was sent/],
    ['an expired token', refused(190), 'v26.0', 'problem', /does not accept the access token.*code 190/],
    ['a token without the permission', refused(10), 'v26.0', 'problem', /may not send/],
    ['no answer', { answer: { result: 'unreached', detail: 'ENOTFOUND' } }, 'v26.0', 'problem', /ENOTFOUND/],
    ['a version that ends soon', {}, 'v21.0', 'warning', /v21\.0 ends on 2027-01-21/],
    ['a version that is over', {}, 'v20.0', 'problem', /v20\.0 is over/],
    ['a version of long ago', {}, 'v17.0', 'problem', /is over/],
  ];
  for (const [what, answer, graphVersion, state, says] of cases) {
    test(`${what}: ${state}`, async () => {
      const [outcome] = await checkWhatsApp({ accounts: [account({ graphVersion })] }, ports(answer));
      assert.equal(outcome?.state, state);
      assert.match(outcome.says, says);
    });
  }

  test('nobody is asked offline, or without the token', async () => {
    const never = { ...ports(), askNumber: () => Promise.reject(new Error('asked')) };
    const unread = { ...account(), credentials: undefined };
    assert.equal((await checkWhatsApp({ accounts: [unread] }, never))[0]?.state, 'skipped');
    assert.equal((await checkWhatsApp({ accounts: [account()] }, { ...never, offline: true }))[0]?.state, 'skipped');
    assert.equal((await checkClock({ accounts: [account()] }, { ...never, offline: true })).state, 'ok');
  });

  const drifts: [ms: number, state: string, says: RegExp][] = [
    [0, 'ok', /is right/],
    [1900, 'ok', /is right/],
    [5000, 'warning', /5\.0 s ahead/],
    [-5000, 'warning', /5\.0 s behind/],
    [3_600_000, 'problem', /3600\.0 s ahead/],
  ];
  for (const [ms, state, says] of drifts) {
    test(`a clock ${ms} ms off: ${state}`, async () => {
      const outcome = await checkClock({ accounts: [account()] }, ports({}, now + 500 + ms));
      assert.equal(outcome.state, state);
      assert.match(outcome.says, says);
    });
  }

  test('a clock of 1970 is a problem without anybody to ask', async () => {
    assert.equal((await checkClock({ accounts: [] }, ports({}, 1000))).state, 'problem');
  });
});

describe('the access check', () => {
  const closed = { offline: false, addresses: () => ['192.0.2.9', '2001:db8::9'] };
  const never = { ...closed, opensWithoutLogin: () => Promise.reject(new Error('asked')) };
  const opensAt = (...hosts: string[]) => ({
    ...closed,
    opensWithoutLogin: ({ hostname }: URL) => Promise.resolve(hosts.includes(hostname) ? true : undefined),
  });

  test('Node-RED itself knows', async () => {
    const of = async (editorLogin: boolean, host: string) =>
      (await checkAccess({ doors: { editorLogin, host } }, never)).state;
    assert.deepEqual(
      [
        await of(true, ''),
        await of(false, '127.0.0.1'),
        await of(false, 'localhost'),
        await of(false, ''),
        await of(false, '::'),
      ],
      ['ok', 'ok', 'ok', 'warning', 'warning'],
    );
  });

  test('from outside, the addresses of this machine are tried', async () => {
    const url = 'http://127.0.0.1:1880/';
    assert.equal((await checkAccess({ url }, opensAt('127.0.0.1'))).state, 'ok');
    assert.equal((await checkAccess({ url }, opensAt('127.0.0.1', '192.0.2.9'))).state, 'warning');
    assert.equal((await checkAccess({ url }, opensAt('127.0.0.1', '[2001:db8::9]'))).state, 'warning');
    assert.equal((await checkAccess({ url }, opensAt())).state, 'problem');
    const login = { ...closed, opensWithoutLogin: () => Promise.resolve(false) };
    assert.equal((await checkAccess({ url }, login)).state, 'ok');
    assert.equal((await checkAccess({}, never)).state, 'skipped');
  });
});

describe('the check of other channels', () => {
  const channel = (type: 'sentinel-sms-account' | 'sentinel-webhook-out', more: object = {}) =>
    ({
      ...{ id: type, type, name: type, credentials: { authToken: 'x' } },
      config: { ...{ url: 'https://example.org/x', dryRun: false }, ...more },
    }) as unknown as ChannelNode;
  const asking = (fault?: SentinelError) => ({ offline: false, askChannel: () => Promise.resolve(fault) });
  const states = async (...[channels, ports]: [ChannelNode[], Parameters<typeof checkChannels>[1]]) =>
    (await checkChannels({ channels }, ports)).map(({ state, says }) => `${state}: ${says}`);

  test('says that an account works, or what is wrong with it', async () => {
    const sms = channel('sentinel-sms-account');
    assert.match((await states([sms], asking())).join(), /^ok: Twilio accepts the account; nothing was sent/);
    const fault = new SentinelError('ES_CHANNEL_SETUP', 'Twilio does not accept the account.', {
      hint: 'Check the token.',
    });
    const [outcome] = await checkChannels({ channels: [sms] }, asking(fault));
    assert.deepEqual(
      [outcome?.state, outcome?.advice, outcome?.about],
      ['problem', 'Check the token.', 'sentinel-sms-account'],
    );
  });

  test('asks nobody offline, without secrets that are needed, for a try out, or where there is nothing', async () => {
    const never = { offline: false, askChannel: () => Promise.reject(new Error('asked')) };
    const unread = { ...channel('sentinel-sms-account'), credentials: undefined };
    const trial = channel('sentinel-webhook-out', { dryRun: true });
    for (const one of [unread, trial]) assert.match((await states([one], never)).join(), /^skipped/);
    assert.match((await states([channel('sentinel-sms-account')], { ...never, offline: true })).join(), /offline/);
    assert.match((await states([], never)).join(), /^skipped/);
  });
});
