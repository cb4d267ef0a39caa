import assert from 'node:assert/strict';
import { chmodSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { startDemoCamera } from '../integration/demo-camera.ts';
import { requirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { House } from './house.ts';
import { until } from './vitals.ts';

const ageOld = `#!/bin/sh
echo "ffmpeg version 0.6.5, Copyright (c) 2000-2010 the FFmpeg developers" >&2
echo "$1: unrecognized option" >&2
exit 1
`;

describe('a Node-RED without an ffmpeg that is good for anything', { timeout: 400_000 }, () => {
  test('says that it is missing, then that it is too old, as an incident; and works as soon as it is there', async (t) => {
    if (!requirement(t, process.platform !== 'win32', 'a shell')) return;
    const camera = await startDemoCamera();
    t.after(() => camera.stop());
    const folder = temporaryFolder(t);
    const ffmpeg = join(folder, 'ffmpeg');
    const house = await House.open(t, { camera: camera.url, env: { FFMPEG_PATH: ffmpeg } });
    const named = (name: string): string[] => house.errors().filter((text) => text.includes(name));
    const shown = (words: RegExp): boolean => house.statuses('eye').some((text) => words.test(text));

    await until(() => named('ES_FFMPEG_MISSING').length > 0, 'an error');
    assert.match(named('ES_FFMPEG_MISSING').join(), /Install it with/);
    await until(() => shown(/tries again:.*ffmpeg/), 'it stands under the node');
    await until(() => house.incidents('offline').length > 0, 'an incident');
    assert.equal((await house.health()).status, 'degraded');

    writeFileSync(join(folder, 'old'), ageOld);
    chmodSync(join(folder, 'old'), 0o755);
    renameSync(join(folder, 'old'), ffmpeg);
    await until(() => named('ES_FFMPEG_UNSUITABLE').length > 0, 'another error');
    assert.match(named('ES_FFMPEG_UNSUITABLE').join(), /too old|no ffmpeg/);
    assert.deepEqual(house.host.messages('frame'), []);

    rmSync(ffmpeg);
    symlinkSync((await locateFfmpeg()).path, ffmpeg);
    await house.nextFrame(120_000);
    await until(() => house.incidents('offline').some(({ phase }) => phase === 'end'), 'the incident ends');
    assert.deepEqual([named('ES_FFMPEG_MISSING').length, named('ES_FFMPEG_UNSUITABLE').length], [1, 1], 'once each');
    house.assertCalm();
  });
});
