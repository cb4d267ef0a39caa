import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { requirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { demoClip } from './demo-camera.ts';
import { watch } from './ingest-watch.ts';
import { makeWithFfmpeg, videoForms } from './test-streams.ts';

const entry = `import(${JSON.stringify(join(import.meta.dirname, '../../src/cli/main.ts'))}).then(({ main }) => main())`;

/** Runs `echosight rtsp` as a user does; `said` settles with its output once that holds the text. */
function command(t: TestContext, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['-e', entry, '--', 'echosight', 'rtsp', ...args], {
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  t.after(() => child.kill('SIGKILL'));
  const said = async (pattern: RegExp): Promise<string> => {
    const until = Date.now() + 20_000;
    while (!pattern.test(output) && Date.now() < until && child.exitCode === null) await sleep(50);
    assert.match(output, pattern);
    return pattern.exec(output)?.[0] ?? '';
  };
  return { child, said, ended };
}

function childrenOf(pid: number | undefined): number {
  return readdirSync('/proc').filter((entry) => {
    try {
      return (
        /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === `${pid}`
      );
    } catch {
      return false;
    }
  }).length;
}

describe('echosight rtsp', { timeout: 90_000 }, () => {
  test('says who can watch: everybody, but not on an address of this machine alone', async (t) => {
    for (const [host, open] of [
      ['localhost', false],
      ['0.0.0.0', true],
    ] as const) {
      const { child, said, ended } = command(t, ['--file', demoClip, '--loop', '--port', '0', '--host', host]);
      await said(/Press Ctrl-C/);
      child.kill('SIGINT');
      assert.equal((await ended).output.includes('Everybody who can reach'), open, host);
    }
  });

  test('serves a file over and over to who knows the password, and ends everything with Ctrl-C', async (t) => {
    const login = { username: 'viewer', password: 'p@ss word' };
    const env = { ECHOSIGHT_RTSP_USER: login.username, ECHOSIGHT_RTSP_PASSWORD: login.password };
    const { child, said, ended } = command(t, ['--file', demoClip, '--loop', '--port', '0', '--path', 'yard'], env);
    const url = await said(/rtsp:\/\/127\.0\.0\.1:\d+\/yard/);
    await said(/User and password are asked for[^]*Ctrl-C/);

    const { receiver } = watch(t, url, { ...login, width: 320 });
    await receiver.until(() => receiver.frames.length >= 3 && receiver.windows.length >= 1, 'pictures and sound');
    const stranger = watch(t, url).receiver;
    await stranger.until(() => stranger.last?.status === 'unauthorised', 'a refusal');

    if (!requirement(t, process.platform === 'linux', '/proc')) return;
    assert.equal(childrenOf(child.pid), 1);
    child.kill('SIGINT');
    const { code, output } = await ended;
    assert.equal(code, 0);
    assert.ok(!output.includes(login.password), 'the password is not shown');
  });

  test('ends with the file', async (t) => {
    const file = join(temporaryFolder(t), 'odd sizes.avi');
    await makeWithFfmpeg(['-f', 'lavfi', '-i', 'testsrc=s=321x181:r=10:d=3', '-c:v', 'mjpeg', file]);
    const { said, ended } = command(t, ['--file', file, '--port', '0']);
    const url = await said(/rtsp:\/\/127\.0\.0\.1:\d+\/stream/);
    const { receiver } = watch(t, url, { width: 320, audio: false });
    await receiver.until(() => receiver.frames.length >= 2, 'pictures');
    const { code, output } = await ended;
    assert.equal(code, 0);
    assert.match(output, /The file has ended/);
  });

  test('sends a file as it is', async (t) => {
    const file = join(temporaryFolder(t), 'hevc.mp4');
    await makeWithFfmpeg(['-f', 'lavfi', '-i', 'testsrc=s=320x180:r=10:d=3', ...videoForms.hevc, file]);
    const { said } = command(t, ['--file', file, '--loop', '--copy', '--port', '0']);
    const { receiver } = watch(t, await said(/rtsp:\/\/127\.0\.0\.1:\d+\/stream/), { width: 320 });
    await receiver.until(() => receiver.last?.detail.includes('H.265') === true, 'H.265');
  });

  test('says what is wrong with port, file or ffmpeg', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    const text = import.meta.filename;
    const wrong: [args: string[], code: number, words: RegExp, env?: NodeJS.ProcessEnv][] = [
      [['--file', demoClip, '--port', `${port}`], 1, /port is in use[^]*--port 0/],
      [['--file', demoClip, '--port', '0', '--host', '192.0.2.1'], 1, /no address of this machine/],
      [['--file', text, '--port', '0'], 1, /cannot be played[^]*Invalid data/],
      [['--webcam', '97', '--port', '0'], 1, /no such webcam|cannot be played/],
      [['--file', demoClip], 1, /cannot be started[^]*FFMPEG_PATH/, { FFMPEG_PATH: '/nowhere/ffmpeg' }],
      [['--file', demoClip], 2, /Set both/, { ECHOSIGHT_RTSP_USER: 'me' }],
    ];
    await Promise.all(
      wrong.map(async ([args, expected, words, env]) => {
        const { code, output } = await command(t, args, env).ended;
        assert.match(output, words);
        assert.equal(code, expected, output);
      }),
    );
  });
});
