import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import type { HealthReport } from '../../src/contracts/health.ts';
import { mp4Tracks } from '../../src/media/phone/mp4-tracks.ts';
import { requirement, sharedFile, sharedRequirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { openBrowser } from './browser.ts';
import { alive, Product } from './product.ts';

describe('npm start', { timeout: 400_000 }, () => {
  test('brings the demo alert with picture and explanation, and Ctrl-C ends everything', async (t) => {
    const data = temporaryFolder(t);
    const product = await Product.start(data);
    t.after(() => product.kill());

    const alert = await product.message(({ text }) => text.includes('breaking glass'));
    assert.match(alert.text, /^Alarm at Demo house, hall: Person and breaking glass/);
    assert.match(alert.text, /Severity 3 by the rule person\+glass_break/);
    assert.match(alert.text, /Person seen by entrance/);
    assert.match(alert.text, /Glass break heard by entrance/);

    const picture = await product.message(({ type, replyTo }) => type === 'image' && replyTo === alert.id);
    const bytesOf = async ({ mediaId = '' }: { mediaId?: string }): Promise<Buffer> =>
      Buffer.from(await (await fetch(`${product.sandbox}/pictures/${mediaId}`)).arrayBuffer());
    const { format, width } = await sharp(await bytesOf(picture)).metadata();
    assert.deepEqual([format, width], ['jpeg', 640]);
    const note = await product.message(({ type, replyTo }) => type === 'audio' && replyTo === alert.id);
    assert.ok((await bytesOf(note)).includes('OpusHead'));
    const video = await product.message(({ type, replyTo }) => type === 'video' && replyTo === alert.id);
    const tracks = mp4Tracks(await bytesOf(video));
    assert.deepEqual(tracks?.codecs, ['avc1', 'mp4a']);
    assert.ok(tracks.seconds > 10, `${tracks.seconds}`);

    const health = (await (await fetch(`${product.editor}/echosight/api/v1/health`)).json()) as HealthReport;
    assert.equal(health.status, 'ok', JSON.stringify(health));

    await t.test('the page of the sandbox shows it like a phone', async (page) => {
      const browser = await openBrowser(page);
      if (browser === undefined) return;
      await browser.goto(product.sandbox);
      await browser.getByText('Person and breaking glass').first().waitFor();
      const shown = browser.locator('article img').first();
      await shown.waitFor();
      assert.ok(await shown.evaluate((image: { naturalWidth: number }) => image.naturalWidth > 100));
      assert.match((await browser.textContent('body')) ?? '', /sandbox/i);
      for (const player of ['audio', 'video']) {
        const fits = (element: { clientWidth: number; parentElement: { clientWidth: number } }): boolean =>
          element.clientWidth > 100 && element.clientWidth <= element.parentElement.clientWidth;
        assert.ok(await browser.locator(`article ${player}`).first().evaluate(fits), player);
      }
    });

    await t.test('the editor shows the flow without an unknown node', async (page) => {
      const browser = await openBrowser(page);
      if (browser === undefined) return;
      await browser.goto(product.editor);
      await browser.locator('.red-ui-flow-node').first().waitFor({ timeout: 30_000 });
      assert.equal(await browser.locator('.red-ui-flow-node-unknown, .node_unknown').count(), 0);
      assert.ok((await browser.locator('.red-ui-flow-node').count()) >= 7);
    });

    await t.test('the dashboard has all its pages, each in the menu of the others', async (page) => {
      const browser = await openBrowser(page);
      if (browser === undefined) return;
      await browser.goto(`${product.editor}/dashboard/incidents`);
      for (const [title, content] of [
        ['History', '.es-history'],
        ['Sound lab', '.es-lab'],
        ['System', '.es-system'],
        ['Rules', '.es-rules'],
        ['Accounts', '.es-accounts'],
        ['Incidents', '.es-list'],
      ] as const) {
        await browser.locator('.v-navigation-drawer a', { hasText: title }).evaluate((link: { click(): void }) => {
          link.click();
        });
        await browser.locator(`.es-page${content}, .es-page ${content}`).first().waitFor({ timeout: 60_000 });
      }
    });

    const token = readFileSync(join(data, 'sandbox-token'), 'utf8').trim();
    for (const file of ['node-red/flows.json', 'node-red/flows_cred.json', 'node-red.log']) {
      assert.ok(!readFileSync(join(data, file), 'utf8').includes(token), file);
    }
    assert.ok(!product.output.includes(token));
    if (process.platform === 'linux') assert.equal(statSync(join(data, 'sandbox-token')).mode & 0o777, 0o600);

    const children = process.platform === 'linux' ? product.descendants() : [];
    assert.equal(await product.interrupt(), 0, product.output);
    assert.deepEqual(children.filter(alive), []);
    assert.doesNotMatch(product.output, /error|stopped playing/i);
  });

  test('real footage over --source: the person and the pane make severity 3', async (t) => {
    if (!sharedRequirement(t, 'media', 'demo.mp4')) return;
    const product = await Product.start(temporaryFolder(t), ['--source', sharedFile('media', 'demo.mp4')]);
    t.after(() => product.kill());
    const alert = await product.message(({ text }) => text.includes('Person and breaking glass'));
    assert.match(alert.text, /^Alarm at Home, demo-mp4/);
    assert.equal(await product.interrupt(), 0);
  });

  test('a launcher that is killed leaves nobody behind', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const product = await Product.start(temporaryFolder(t));
    await product.message(({ text }) => text !== '');
    const children = product.descendants();
    assert.ok(children.length >= 3, String(children.length));
    await product.kill();
    for (let tries = 0; tries < 100 && children.some(alive); tries++) await sleep(100);
    assert.deepEqual(children.filter(alive), []);
  });

  test('Ctrl-C in the middle of the start ends it', async (t) => {
    const product = await Product.start(temporaryFolder(t));
    t.after(() => product.kill());
    while (product.sandbox === '') await sleep(5);
    assert.equal(await product.interrupt(), 0, product.output);
    assert.doesNotMatch(product.output, /Node-RED ended by itself/);
  });

  test('a second start on the same data folder is refused before it touches anything', async (t) => {
    const data = temporaryFolder(t);
    const first = await Product.start(data);
    t.after(() => first.kill());
    while (!first.output.includes('connected')) await sleep(100);
    const second = await Product.start(data);
    assert.equal(await second.ended, 1);
    assert.match(second.output, /already runs on .*--data DIR/);
    assert.equal(await first.interrupt(), 0);
  });

  test('a data folder that is a file is refused in a sentence', async (t) => {
    const file = join(temporaryFolder(t), 'data');
    writeFileSync(file, '');
    const product = await Product.start(file);
    assert.equal(await product.ended, 1);
    assert.match(product.output, /data cannot be the data folder \(.*\)\. Choose another one with --data DIR\./);
  });

  test('a file of variables sets site and rate, and reaches the nodes', async (t) => {
    const data = temporaryFolder(t);
    const file = join(data, 'site.env');
    writeFileSync(file, 'SITE_NAME=Back yard\nFRAME_RATE=4\nTO_NUMBER=+15550100001\nFLASK_SECRET=secret-canary\n');
    const product = await Product.start(join(data, 'start'), ['--env-file', file]);
    t.after(() => product.kill());
    const alert = await product.message(({ text }) => text.includes('breaking glass'));
    assert.match(alert.text, /^Alarm at Back yard, hall/);
    assert.match(product.output, /^SITE_NAME: the name of the site$/m);
    assert.match(product.output, /^FRAME_RATE: 4 frames a second$/m);
    assert.match(product.output, /not used: WHATSAPP_PHONE_ID and WHATSAPP_ACCESS_TOKEN must be set too/);
    assert.match(product.output, /without a meaning in this version .*: FLASK_SECRET\./);
    assert.ok(!product.output.includes('secret-canary'));
    // Whoever sends what cannot be read learns nothing of this machine.
    const headers = { 'content-type': 'application/json' };
    const broken = await fetch(`${product.editor}/nothing/of/ours`, { method: 'POST', headers, body: '{' });
    assert.equal(broken.status, 400);
    assert.doesNotMatch(await broken.text(), /node_modules|file:|\.js\b/);
    assert.equal(await product.interrupt(), 0);
  });

  test('a busy port, a foreign host without password and a wrong option end with a sentence and the way out', async (t) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    t.after(() => squatter.close());
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as { port: number };
    const cases: [string[], RegExp][] = [
      [['--port', String(port)], /Port \d+ is busy.*--port/],
      [['--host', '0.0.0.0'], /ECHOSIGHT_ADMIN_PASSWORD/],
      [['--sauce', 'x'], /--sauce/],
    ];
    for (const [options, expected] of cases) {
      const product = await Product.start(temporaryFolder(t), options);
      assert.equal(await product.ended, 1);
      assert.match(product.output, expected);
    }
  });
});
