import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { Zone } from '../../src/contracts/configs.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { startDemoCamera } from '../integration/demo-camera.ts';
import { noteFaults } from './page-faults.ts';

const skip =
  findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? 'a browser (CHROMIUM_PATH) is absent' : false;

const secret = 'c4nary-secret';
const login = { username: 'guard', password: secret };

/** The zones of a camera, drawn in a real editor on the picture of a real stream. */
describe('the zones in the dialog of a camera', { timeout: 180_000, skip }, () => {
  let camera: Awaited<ReturnType<typeof startDemoCamera>>;
  let host: NodeRedHost;
  let browser: Browser;
  let page: Page;
  let touch: CDPSession;
  const faults: string[] = [];
  /** Everything that came from Node-RED. */
  const answers: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    camera = await startDemoCamera({ credentials: login });
    host = await NodeRedHost.start();
    const { url: address } = camera;
    const settings = { site: '', area: 'hall', transport: 'tcp', audio: 'off', captureDelayMs: 300 };
    const nodes: FlowNode[] = [
      { id: 'cam', type: 'sentinel-camera', name: 'hall', address, ...settings, credentials: login },
      { id: 'watch', type: 'rtsp-in', name: '', camera: 'cam', width: 640, rate: 5, wires: [[], [], []] },
    ];
    await host.deploy(nodes);
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1500, height: 1400 }, hasTouch: true });
    page = await context.newPage();
    touch = await context.newCDPSession(page);
    noteFaults(page, faults);
    page.on('response', (response) => {
      if (!/\/(flows|credentials|look)/.test(response.url())) return;
      response.text().then(
        (text) => answers.push(text),
        () => undefined,
      );
    });
    await page.goto(host.url);
    await page.locator('#watch').waitFor();
    await page.evaluate(`RED.editor.editConfig('', 'sentinel-camera', 'cam')`);
    await page.locator('#echosight-zones summary').click();
  });
  after(async () => {
    await browser.close();
    await host.stop();
    await camera.stop();
  });

  test('lie on a picture of the camera, which the stored password fetches', async () => {
    await page.locator('.echosight-picture img:not([hidden])').waitFor();
    assert.match(await said(), /^Now, from the (running flow|camera)/);
    const size = await page.locator('.echosight-picture img').evaluate((image) => {
      const { naturalWidth, naturalHeight, clientWidth, clientHeight } = image as unknown as Record<string, number>;
      return [(naturalWidth ?? 0) / (naturalHeight ?? 1), (clientWidth ?? 0) / (clientHeight ?? 1)];
    });
    assert.ok(Math.abs((size[0] ?? 0) - 16 / 9) < 0.02 && Math.abs((size[1] ?? 0) - 16 / 9) < 0.02, String(size));
  });

  test('are drawn and named by mouse', async () => {
    const none = page.locator('.echosight-zone-none');
    await none.waitFor();
    await page.locator('[data-tool=add-zone]').click();
    await none.waitFor({ state: 'hidden' });
    for (const at of [
      [0.1, 0.2],
      [0.4, 0.2],
      [0.4, 0.8],
      [0.1, 0.8],
      [0.102, 0.202],
    ]) {
      await page.mouse.click(...(await onScreen(at)));
    }
    await page.keyboard.type('Door');
    const weight = page.locator('.echosight-zone-list input[type=number]');
    await weight.fill('2.5');
    await expectZone(0, { name: 'Door', kind: 'zone', weight: 2.5 }, [
      [0.1, 0.2],
      [0.4, 0.2],
      [0.4, 0.8],
      [0.1, 0.8],
    ]);
  });

  test('change by mouse: a corner dragged, one added on an edge, one deleted, the whole moved, all undone', async () => {
    await drag([0.4, 0.8], [0.5, 0.9]);
    await expectZone(0, {}, [
      [0.1, 0.2],
      [0.4, 0.2],
      [0.5, 0.9],
      [0.1, 0.8],
    ]);
    await drag([0.1, 0.5], [0.05, 0.5]);
    assert.equal((await zones())[0]?.points.length, 5);
    await page.mouse.dblclick(...(await onScreen([0.05, 0.5])));
    assert.equal((await zones())[0]?.points.length, 4);
    await drag([0.25, 0.5], [0.35, 0.5]);
    await expectZone(0, {}, [
      [0.2, 0.2],
      [0.5, 0.2],
      [0.6, 0.9],
      [0.2, 0.8],
    ]);
    for (let steps = 0; steps < 4; steps++) await page.locator('[data-tool=undo]').click();
    await expectZone(0, {}, [
      [0.1, 0.2],
      [0.4, 0.2],
      [0.4, 0.8],
      [0.1, 0.8],
    ]);
  });

  test('are drawn and dragged by finger', async () => {
    await tap(page.locator('[data-tool=add-privacy]'));
    for (const at of [
      [0.6, 0.5],
      [0.9, 0.5],
      [0.9, 0.9],
    ]) {
      await page.touchscreen.tap(...(await onScreen(at)));
    }
    await tap(page.locator('[data-tool=finish]'));
    await page.keyboard.type('Window');
    await swipe([0.6, 0.5], [0.65, 0.6]);
    await expectZone(1, { name: 'Window', kind: 'privacy' }, [
      [0.65, 0.6],
      [0.9, 0.5],
      [0.9, 0.9],
    ]);
    const colour = await page.locator('.echosight-zone-privacy').evaluate((shape) => {
      const { fill, fillOpacity } = (
        globalThis as unknown as { getComputedStyle(of: unknown): Record<string, string> }
      ).getComputedStyle(shape);
      return [fill, fillOpacity];
    });
    assert.deepEqual(colour, ['rgb(0, 0, 0)', '1'], 'what is private is solid');
  });

  test('are drawn, moved and deleted by keyboard alone', async () => {
    await page.locator('[data-tool=add-ignore]').focus();
    await page.keyboard.press('Enter');
    const path = ['ArrowUp', 'ArrowRight', 'ArrowDown'];
    for (const arrow of path) {
      for (let steps = 0; steps < 4; steps++) await page.keyboard.press(`Shift+${arrow}`);
      await page.keyboard.press('Space');
    }
    await page.keyboard.press('Enter');
    assert.equal(await focused('value'), 'Ignored 1');
    await page.keyboard.type('Tree');
    await expectZone(2, { name: 'Tree', kind: 'ignore' }, [
      [0.5, 0.3],
      [0.7, 0.3],
      [0.7, 0.5],
    ]);
    await page.locator('.echosight-zone-chosen').focus();
    await page.keyboard.press('Enter');
    assert.match(await focused('aria-label'), /^Corner 1 of 3, 50 % from the left, 30 % from above$/);
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Tab');
    assert.match(await focused('aria-label'), /^New corner between 1 and 2$/);
    await page.keyboard.press('Enter');
    assert.equal((await zones())[2]?.points.length, 4);
    await page.keyboard.press('Delete');
    await expectZone(2, {}, [
      [0.45, 0.29],
      [0.7, 0.3],
      [0.7, 0.5],
    ]);
    await page.keyboard.press('Delete');
    assert.equal((await zones()).length, 2);
    await page.keyboard.press('Control+z');
    assert.equal((await zones()).length, 3);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#echosight-zones').isVisible(), true, 'the dialog is still open');
  });

  test('stay where they are while the camera is tested, which tells what it sends', async () => {
    await page.locator('#echosight-test').click();
    await page.locator('#echosight-tested .fa-check').waitFor();
    const found = await page.locator('#echosight-tested').innerText();
    assert.match(found, /H\.264, 768 x 432, 15 pictures a second, sound: AAC, first picture after \d+(\.\d)? s/);
    assert.equal((await zones()).length, 3);
  });

  test('cannot be without a name, which the list shows, nor have a corner more than the settings take', async () => {
    const name = page.locator('.echosight-zone-list li').last().locator('input[type=text]');
    await name.fill('');
    assert.equal(await page.locator('.echosight-zone-list .input-error').count(), 1);
    await name.fill('Tree');
    assert.equal(await page.locator('.echosight-zone-list .input-error').count(), 0);
    await page.locator('[data-tool=add-privacy]').click();
    const [left, top] = await onScreen([0, 0]);
    const [right, bottom] = await onScreen([1, 1]);
    await page.locator('.echosight-picture svg').evaluate(
      (surface, [x, y, width, height]) => {
        const { MouseEvent } = globalThis as unknown as { MouseEvent: new (type: string, at: object) => unknown };
        const clicked = surface as unknown as { dispatchEvent(event: unknown): void };
        // Turning inwards: never near enough to the first corner to close it there.
        for (let click = 0; click < 1000; click += 1) {
          const [angle, far] = [1 + click / 20, 0.45 - click * 0.00043];
          const place = {
            clientX: x + width * (0.5 + far * Math.cos(angle)),
            clientY: y + height * (0.5 + far * Math.sin(angle)),
          };
          clicked.dispatchEvent(new MouseEvent('click', place));
        }
      },
      [left, top, right - left, bottom - top] as const,
    );
    assert.match(await page.locator('.echosight-zone-hint').innerText(), /^64 corners are the most/);
    await page.locator('[data-tool=finish]').click();
    assert.equal((await zones()).at(-1)?.points.length, 64);
    await page.locator('[data-tool=undo]').click();
    assert.equal((await zones()).length, 3);
  });

  test('a picture that is asked for again and again comes', async () => {
    for (let times = 0; times < 6; times++) await page.locator('[data-tool=picture]').click();
    await page.getByText(/^Now, from the (running flow|camera)/).waitFor();
  });

  test('can be drawn without a picture, and the reason is told in words', async () => {
    await page.locator('#node-config-input-password').fill('c4nary-wrong');
    await page.locator('#echosight-test').click();
    await page.locator('#echosight-tested .fa-times-circle').waitFor();
    assert.match(
      await page.locator('#echosight-tested').innerText(),
      /refused the user name or password\.\s+Check user/,
    );
    assert.match(await said(), /^No picture: The camera refused/);
    assert.equal(await page.locator('.echosight-picture img').isVisible(), false);
    assert.equal((await zones()).length, 3);
    await page.locator('#node-config-input-password').fill(secret);
  });

  test('the address is made from maker, host, channel and stream', async () => {
    const before = await page.locator('#node-config-input-address').inputValue();
    await page.locator('.echosight-form summary', { hasText: 'maker' }).click();
    await page.locator('#echosight-maker select').first().selectOption('reolink');
    await page.locator('#echosight-maker input').first().fill('192.0.2.7');
    await page.locator('#echosight-maker select').last().selectOption('sub');
    await page.locator('#echosight-maker button').click();
    assert.equal(await page.locator('#node-config-input-address').inputValue(), 'rtsp://192.0.2.7:554/Preview_01_sub');
    await page.locator('#node-config-input-address').fill(before);
  });

  test('are in the flow after a deploy, and no password is anywhere', async () => {
    const drawn = await zones();
    const rounded = (list: readonly Zone[]): Zone[] =>
      list.map((zone) => ({ ...zone, points: zone.points.map(({ x, y }) => ({ x: round(x), y: round(y) })) }));
    await page.locator('#node-config-dialog-ok').click();
    await page.locator('.echosight-form').waitFor({ state: 'detached' });
    await page.locator('#red-ui-header-button-deploy').click();
    let deployed: FlowNode[] = [];
    for (let tries = 0; tries < 50 && deployed.find(({ id }) => id === 'cam')?.zones === undefined; tries++) {
      await page.waitForTimeout(200);
      deployed = (await (await fetch(`${host.url}/flows`)).json()) as FlowNode[];
    }
    const kept = deployed.find(({ id }) => id === 'cam')?.zones as Zone[];
    assert.deepEqual(rounded(kept), rounded(drawn));
    assert.deepEqual(
      kept.map(({ name, kind, weight }) => [name, kind, weight]),
      [
        ['Door', 'zone', 2.5],
        ['Window', 'privacy', undefined],
        ['Tree', 'ignore', undefined],
      ],
    );
    assert.ok(
      answers.some((text) => text.includes('data:image/jpeg')),
      'a picture was fetched',
    );
    assert.equal(`${answers.join('\n')}${host.log}`.includes('c4nary'), false);
  });

  test('fit on a phone: nothing of the dialog lies beside the screen, and a finger hits every button', async () => {
    const context = await browser.newContext({ viewport: { width: 400, height: 850 }, hasTouch: true, isMobile: true });
    const phone = await context.newPage();
    await phone.goto(host.url);
    await phone.locator('#watch').waitFor({ state: 'attached' });
    await phone.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    await phone.evaluate(`['core:toggle-sidebar', 'core:toggle-palette'].forEach((name) => RED.actions.invoke(name))`);
    await phone.evaluate(`RED.editor.editConfig('', 'sentinel-camera', 'cam')`);
    await phone.locator('#echosight-zones summary').tap();
    await phone.locator('.echosight-picture img:not([hidden])').waitFor();
    // The tray glides in.
    await phone.waitForFunction(`(() => {
      const { left, right } = document.querySelector('.echosight-form').getBoundingClientRect();
      return left >= 0 && right <= 400;
    })()`);
    const beside =
      await phone.evaluate(`[...document.querySelectorAll('.echosight-form :is(input, select, button, svg)')]
      .filter((field) => field.offsetParent !== null && field.getBoundingClientRect().right > 400).length`);
    assert.equal(beside, 0);
    const heights = await phone
      .locator('.echosight-zones button')
      .evaluateAll((buttons) => buttons.map((button) => (button as unknown as { offsetHeight: number }).offsetHeight));
    assert.ok(heights.length > 4 && heights.every((height) => height >= 36), String(heights));
    await context.close();
  });

  test('nothing of ours threw', () => {
    assert.deepEqual(faults, []);
  });

  function round(value: number): number {
    return Math.round(value * 100) / 100;
  }

  function said(): Promise<string> {
    return page.locator('.echosight-picture-words').innerText();
  }

  /** The zones as the drawing shows them, in parts of the picture. */
  async function zones(): Promise<Zone[]> {
    const rows = await page.locator('.echosight-zone-list li:not(.echosight-zone-none)').all();
    const height = Number((await page.locator('.echosight-picture svg').getAttribute('viewBox'))?.split(' ')[3]);
    return await Promise.all(
      rows.map(async (row, index): Promise<Zone> => {
        const shape = page.locator(`polygon[data-at='{"zone":${index}}']`);
        const places = ((await shape.getAttribute('points')) ?? '')
          .split(' ')
          .map((place) => place.split(',').map(Number));
        const kind = (await row.locator('select').inputValue()) as Zone['kind'];
        const weight = kind === 'zone' ? { weight: Number(await row.locator('input[type=number]').inputValue()) } : {};
        const name = await row.locator('input[type=text]').inputValue();
        const points = places.map(([x = 0, y = 0]) => ({ x: x / 1000, y: y / height }));
        return { name, kind, ...weight, points };
      }),
    );
  }

  async function expectZone(index: number, fields: Partial<Zone>, places: number[][]): Promise<void> {
    const zone = (await zones())[index] ?? assert.fail(`no zone ${index}`);
    assert.deepEqual({ ...zone, ...fields }, zone);
    assert.equal(zone.points.length, places.length);
    zone.points.forEach(({ x, y }, corner) => {
      const [wantedX = 0, wantedY = 0] = places[corner] ?? [];
      const off = Math.hypot(x - wantedX, y - wantedY);
      assert.ok(off < 0.012, `corner ${corner} is at ${x}, ${y} instead of ${wantedX}, ${wantedY}`);
    });
  }

  async function onScreen([x = 0, y = 0]: readonly number[]): Promise<[number, number]> {
    const box = (await page.locator('.echosight-picture svg').boundingBox()) ?? assert.fail('no picture');
    return [box.x + x * box.width, box.y + y * box.height];
  }

  async function drag(from: readonly number[], to: readonly number[]): Promise<void> {
    await page.mouse.move(...(await onScreen(from)));
    await page.mouse.down();
    await page.mouse.move(...(await onScreen(to)), { steps: 5 });
    await page.mouse.up();
  }

  async function swipe(from: readonly number[], to: readonly number[]): Promise<void> {
    const [start, end] = [await onScreen(from), await onScreen(to)];
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: readonly number[]): Promise<unknown> => {
      const touchPoints = at === undefined ? [] : [{ x: at[0] ?? 0, y: at[1] ?? 0 }];
      return touch.send('Input.dispatchTouchEvent', { type, touchPoints });
    };
    await send('touchStart', start);
    await send('touchMove', [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2]);
    await send('touchMove', end);
    await send('touchEnd');
  }

  async function tap(target: ReturnType<Page['locator']>): Promise<void> {
    await target.tap();
  }

  async function focused(what: 'value' | 'aria-label'): Promise<string> {
    const read = what === 'value' ? 'value' : "getAttribute('aria-label')";
    return String(await page.evaluate(`document.activeElement.${read}`));
  }
});
