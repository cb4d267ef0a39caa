import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { nodeTypes, root } from '../../scripts/build/paths.ts';
import { defaultRules, rulePresets, type Rule } from '../../src/contracts/configs.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { dialogHasKeyboard } from './dialog-focus.ts';
import { noteFaults } from './page-faults.ts';

const demo = JSON.parse(readFileSync(join(root, 'flows/demo.json'), 'utf8')) as FlowNode[];
const env = { ECHOSIGHT_SOURCE_1: '/dev/video99', ECHOSIGHT_SANDBOX_URL: 'http://127.0.0.1:9' };
const reason = 'a browser (CHROMIUM_PATH)';
const skip = findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? `${reason} is absent` : false;

const triangle = [
  { x: 0.1, y: 0.1 },
  { x: 0.5, y: 0.1 },
  { x: 0.1, y: 0.6 },
];

/** The dialogs, in a real editor with a real browser. */
describe('the editor', { timeout: 180_000, skip }, () => {
  let host: NodeRedHost;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  before(async () => {
    if (buildIsStale()) await build();
    host = await NodeRedHost.start(env);
    await host.deploy(demo.filter(({ type }) => type !== 'tab'));
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
    noteFaults(page, faults);
    await page.goto(host.url);
    await page.locator('#demo-fuse').waitFor();
  });
  after(async () => {
    await browser.close();
    await host.stop();
  });

  test('shows every node of the canvas in one category of the palette', async () => {
    const shown = await page.locator('#red-ui-palette-container-EchoSight .red-ui-palette-node').all();
    const types = await Promise.all(shown.map((node) => node.getAttribute('data-palette-type')));
    const isShown = (type: string): boolean => !/^sentinel-(site|camera|\w+-account)$/.test(type);
    assert.deepEqual(types.sort(), nodeTypes.filter(isShown).sort());
  });

  for (const node of demo.filter(({ type }) => (nodeTypes as string[]).includes(type))) {
    test(`the dialog of ${node.type} shows its settings, and saving them changes nothing`, async () => {
      const before = await settingsOf(node.id);
      await open(node);
      const texts = await page.locator('.echosight-form [data-i18n]').allTextContents();
      const untranslated = texts.filter((text) => /^[\w-]+\.\w+\./.test(text));
      assert.deepEqual(untranslated, []);
      assert.equal(await page.locator('.echosight-form .input-error').count(), 0);
      await save();
      assert.deepEqual(await settingsOf(node.id), before);
    });
  }

  test('a login pasted into the address moves to the credentials and never reaches the flow', async () => {
    const camera = demo.find(({ type }) => type === 'sentinel-camera');
    assert.ok(camera);
    await open(camera);
    await page.locator('#node-config-input-address').fill('rtsp://guard:s3cret-canary@192.0.2.7:554/live');
    await page.locator('#node-config-input-address').blur();
    assert.equal(await page.locator('#node-config-input-address').inputValue(), 'rtsp://192.0.2.7:554/live');
    assert.equal(await page.locator('#node-config-input-username').inputValue(), 'guard');
    assert.equal(await page.locator('#node-config-input-password').inputValue(), 's3cret-canary');
    assert.equal(await page.locator('#node-config-input-password').getAttribute('type'), 'password');
    await save();
    await page.locator('#red-ui-header-button-deploy').click();
    const exported = await deployedFlow((text) => text.includes('192.0.2.7'));
    assert.ok(!exported.includes('guard') && !exported.includes('s3cret-canary'), 'the flow holds the login');
  });

  test('the zones of a camera survive its dialog, and a camera without any fits as well', async () => {
    const camera = demo.find(({ type }) => type === 'sentinel-camera');
    assert.ok(camera);
    assert.equal(await page.evaluate(`RED.nodes.node('${camera.id}').valid`), true);
    const zones = [{ name: 'window', kind: 'privacy', points: triangle }];
    await page.evaluate(`RED.nodes.node('${camera.id}').zones = ${JSON.stringify(zones)}`);
    await open(camera);
    await page.locator('#node-config-input-area').fill('garden');
    await save();
    assert.deepEqual((await settingsOf(camera.id)).zones, zones);
  });

  test('the dialog of the site checks the installation, from the keyboard too', async () => {
    const site = demo.find(({ type }) => type === 'sentinel-site');
    assert.ok(site);
    await open(site);
    await page.locator('#echosight-check-button').focus();
    await page.keyboard.press('Enter');
    const findings = page.locator('#echosight-check-findings li');
    await findings.first().waitFor();
    const shown = await findings.allInnerTexts();
    const first = await findings.first().locator('[role=img]').getAttribute('aria-label');
    assert.equal(first, 'problem', 'problems stand first');
    for (const expected of [
      /ffmpeg \S+ at \S+/,
      /nanodet-g-416: The file is whole/,
      /GB free|MB free/,
      /^WhatsApp\s+[^]*has no access token/,
    ]) {
      assert.ok(
        shown.some((text) => expected.test(text)),
        `${String(expected)} in ${shown.join(' | ')}`,
      );
    }
    assert.match(await page.locator('#echosight-check-findings > p').innerText(), /^Problems: [1-9]/);
    assert.equal(await page.evaluate('document.activeElement.id'), 'echosight-check-button');
    await page.locator('#node-config-dialog-cancel').click();
    await findings.first().waitFor({ state: 'detached' });
  });

  test('an address that can be read in two ways stays as typed, and no half of a password is kept', async () => {
    const camera = demo.find(({ type }) => type === 'sentinel-camera');
    assert.ok(camera);
    await open(camera);
    const address = page.locator('#node-config-input-address');
    const password = await page.locator('#node-config-input-password').inputValue();
    for (const typed of ['rtsp://admin:p@ss/w@10.0.0.5/s', '192.168.1.5']) {
      await address.fill(typed);
      await address.blur();
      await page.locator('#node-config-input-address.input-error').waitFor();
      assert.equal(await address.inputValue(), typed);
      assert.equal(await page.locator('#node-config-input-password').inputValue(), password);
    }
    assert.match(await faultOf(camera, 'address'), /did you mean rtsp:\/\/192\.168\.1\.5/);
    await page.locator('#node-config-dialog-cancel').click();
    await address.waitFor({ state: 'detached' });
  });

  const numbers: [type: string, field: string, value: string, fits: boolean][] = [
    ['detectron-infer', 'threshold', '0.42', true],
    ['detectron-infer', 'maxAgeMs', '1050', true],
    ['rtsp-in', 'width', '406', true],
    ['rtsp-in', 'width', '406.5', false],
    ['audio-classify', 'loudDbfs', '-12.5', true],
  ];
  for (const [type, field, value, fits] of numbers) {
    test(`${value} ${fits ? 'fits' : 'does not fit'} ${field} of ${type}`, async () => {
      const node = demo.find((candidate) => candidate.type === type);
      assert.ok(node);
      await open(node);
      const input = page.locator(`#node-input-${field}`);
      for (const section of await page.locator('details', { has: input }).all())
        await section.locator('summary').click();
      await input.fill(value);
      await input.blur();
      assert.equal(await page.evaluate(`document.getElementById('node-input-${field}').validity.valid`), fits);
      assert.equal(await page.locator(`#node-input-${field}.input-error`).count(), fits ? 0 : 1);
      await page.locator('#node-dialog-cancel').click();
      await input.waitFor({ state: 'detached' });
    });
  }

  test('rtsp-in asks for a camera or for the site of the store, and marks only what it needs', async () => {
    const ingest = demo.find(({ type }) => type === 'rtsp-in');
    assert.ok(ingest);
    await open(ingest);
    const [from, camera, site] = ['from', 'camera', 'site'].map((key) => page.locator(`#node-input-${key}`));
    assert.ok(from && camera && site);
    assert.deepEqual([await camera.isVisible(), await site.isVisible()], [true, false]);
    await camera.selectOption('_ADD_');
    await page.locator('#node-input-camera.input-error').waitFor();
    await from.selectOption('store');
    await page.locator('.echosight-form .input-error').waitFor({ state: 'detached' });
    assert.deepEqual([await camera.isVisible(), await site.isVisible()], [false, true]);
    await from.selectOption('camera');
    await page.locator('#node-input-camera.input-error').waitFor();
    await page.locator('#node-dialog-cancel').click();
    await page.locator('.echosight-form').waitFor({ state: 'detached' });
  });

  test('a variable fits every setting: typed into a number, kept in choices and boxes', async () => {
    const ingest = demo.find(({ type }) => type === 'rtsp-in');
    assert.ok(ingest);
    await open(ingest);
    const rate = page.locator('#node-input-rate');
    await rate.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('${FRAME_RATE:5}');
    await rate.blur();
    await page.waitForTimeout(200);
    assert.equal(await page.locator('.input-error').count(), 0);
    await save();
    assert.equal((await settingsOf(ingest.id)).rate, '${FRAME_RATE:5}');
    await open(ingest);
    assert.equal(await rate.inputValue(), '${FRAME_RATE:5}');
    await rate.fill('7');
    await rate.blur();
    assert.equal(await rate.getAttribute('type'), 'number');
    await save();
    assert.equal((await settingsOf(ingest.id)).rate, '7');

    for (const [type, settings] of Object.entries({
      'sentinel-camera': {
        audio: '${SOUND}',
        transport: '${TRANSPORT:tcp}',
        captureDelayMs: '${DELAY}',
        name: '${NAME}',
      },
      'whatsapp-out': { minimumSeverity: '${SEVERITY}', sendSnapshot: '${PICTURES}' },
      'sentinel-whatsapp-account': { phoneNumberId: '${WHATSAPP_PHONE_ID}', recipients: '${TO_NUMBER}' },
    })) {
      const node = demo.find((candidate) => candidate.type === type);
      assert.ok(node);
      const before = await settingsOf(node.id);
      await page.evaluate(`Object.assign(RED.nodes.node('${node.id}'), ${JSON.stringify(settings)})`);
      await open(node);
      assert.equal(await page.locator('.echosight-form .input-error').count(), 0, type);
      await save();
      // A text of people, as it was before and as variables are, is saved as the list that it stands for.
      const saved = 'recipients' in settings ? { ...settings, recipients: [{ to: settings.recipients }] } : settings;
      assert.deepEqual(await settingsOf(node.id), { ...before, ...saved });
      await page.evaluate(`Object.assign(RED.nodes.node('${node.id}'), ${JSON.stringify(before)})`);
    }
  });

  const words: [type: string, selector: string, typed: string, fault: RegExp][] = [
    ['whatsapp-out', '#node-input-template', 'At {sight}', /no field \{sight\}/],
  ];
  for (const [type, selector, typed, fault] of words) {
    test(`${type} says what is wrong with ${typed}`, async () => {
      const node = demo.find((candidate) => candidate.type === type);
      assert.ok(node);
      await open(node);
      await page.locator(selector).fill(typed);
      await page.locator(selector).blur();
      await page.locator(`${selector}.input-error`).waitFor();
      assert.match(await faultOf(node, selector.split('-').at(-1) ?? ''), fault);
      await page.locator('#node-dialog-cancel:visible, #node-config-dialog-cancel:visible').click();
      await page.locator(selector).waitFor({ state: 'detached' });
    });
  }

  test('the text of an alert is chosen or put together, and shown as it will arrive', async () => {
    const tell = demo.find(({ type }) => type === 'whatsapp-out');
    assert.ok(tell);
    await open(tell);
    const field = page.locator('#node-input-template');
    const preview = page.locator('#echosight-text-preview');
    assert.match((await preview.textContent()) ?? '', /^Alarm at Demo house, hall: Person and breaking glass\n/);
    await page.locator('#echosight-text-template').selectOption('echosight');
    assert.match(await field.inputValue(), /^\{siteName\} \{ts\} severity=/);
    assert.match(
      (await preview.textContent()) ?? '',
      / severity=3 reason=person\+glass_break snapshot=https:\S+ audio=-$/,
    );
    await field.fill('Look: {area}');
    assert.equal(await page.locator('#echosight-text-template').inputValue(), '');
    await page.locator('#echosight-text-fields a', { hasText: '{label}' }).click();
    assert.equal(await field.inputValue(), 'Look: {area}{label}');
    assert.equal(await preview.textContent(), 'Look: hallPerson and breaking glass');
    await field.fill('At {sight}');
    assert.match((await preview.textContent()) ?? '', /does not exist/);
    await page.locator('#node-dialog-cancel').click();
    await field.waitFor({ state: 'detached' });
  });

  test('an alert that is only tried out needs no account', async () => {
    const tell = demo.find(({ type }) => type === 'whatsapp-out');
    assert.ok(tell);
    await open(tell);
    const account = page.locator('#node-input-account');
    await account.selectOption('_ADD_');
    await page.locator('#node-input-account.input-error').waitFor();
    await page.locator('#node-input-dryRun').check();
    assert.equal(await page.locator('#node-input-account.input-error').count(), 0);
    await page.locator('#node-input-dryRun').uncheck();
    await page.locator('#node-input-account.input-error').waitFor();
    await page.locator('#node-dialog-cancel').click();
    await account.waitFor({ state: 'detached' });
  });

  test('the sample clip is one click away, and one that does not exist is refused with the list', async () => {
    const camera = demo.find(({ type }) => type === 'sentinel-camera');
    assert.ok(camera);
    await open(camera);
    const address = page.locator('#node-config-input-address');
    await address.fill('sample:burglar');
    await address.blur();
    await page.locator('#node-config-input-address.input-error').waitFor();
    assert.match(await faultOf(camera, 'address'), /no sample clip burglar; there are: intruder/);
    await page.locator('#echosight-sample button').click();
    assert.equal(await address.inputValue(), 'sample:intruder');
    assert.equal(await page.locator('#node-config-input-address.input-error').count(), 0);
    await page.locator('#node-config-dialog-cancel').click();
    await address.waitFor({ state: 'detached' });
  });

  test('a class that the model does not know is warned of', async () => {
    const detector = demo.find(({ type }) => type === 'detectron-infer');
    assert.ok(detector);
    await open(detector);
    const tip = page.locator('#echosight-unknown-labels');
    assert.equal(await tip.isVisible(), false);
    await page.locator('#node-input-labels').fill('person, persn');
    assert.match((await tip.textContent()) ?? '', /does not know persn:/);
    assert.equal(await tip.isVisible(), true);
    await page.locator('#node-dialog-cancel').click();
    await tip.waitFor({ state: 'detached' });
  });

  test('a wrong setting is marked, with the reason', async () => {
    const ingest = demo.find(({ type }) => type === 'rtsp-in');
    assert.ok(ingest);
    await open(ingest);
    const width = page.locator('#node-input-width');
    await width.fill('20');
    await width.blur();
    await page.locator('#node-input-width.input-error').waitFor();
    await page.locator('#node-dialog-cancel').click();
    await width.waitFor({ state: 'detached' });
  });

  test('an account has a list of people: a wrong number is marked and named, quiet hours and language are kept', async () => {
    const node = demo.find(({ type }) => type === 'sentinel-whatsapp-account');
    assert.ok(node);
    const before = await settingsOf(node.id);
    await open(node);
    const row = page.locator('.echosight-recipient').first();
    const number = row.getByLabel('Number or address').or(row.locator('input[type=text]')).first();
    await number.fill('0170');
    await row.locator('input.input-error').waitFor();
    assert.match((await number.getAttribute('title')) ?? '', /"0170" is no phone number/);
    await number.fill('+491701234567');
    await row.locator('input.input-error').waitFor({ state: 'detached' });
    await row.locator('input[type=text]').nth(1).fill('Anna');
    await row.locator('select').selectOption('de');
    await row.locator('input[type=time]').first().fill('22:00');
    await row.locator('input[type=time]').nth(1).fill('06:30');
    await save();
    const { recipients } = (await settingsOf(node.id)) as { recipients?: unknown[] };
    assert.deepEqual(recipients?.[0], {
      ...{ to: '+491701234567', name: 'Anna', language: 'de', quietFrom: '22:00', quietTo: '06:30' },
    });
    await page.evaluate(`Object.assign(RED.nodes.node('${node.id}'), ${JSON.stringify(before)})`);
  });

  test('rules are added, changed, removed and reset', async () => {
    const fuse = demo.find(({ type }) => type === 'fuse-severity');
    assert.ok(fuse);
    await open(fuse);
    const rows = page.locator('.echosight-rule');
    assert.equal(await rows.count(), defaultRules.length);
    await page.locator('.echosight-rules-row .red-ui-editableList-item-remove').first().click();
    await page.locator('.echosight-rules-row .red-ui-editableList-addButton').first().click();
    const added = rows.last();
    await added.locator('.echosight-rule-head select').selectOption('3');
    await added.locator('.echosight-rule-head input[type=text]').fill('Car at night');
    await added.locator('.echosight-condition-label').fill('car');
    await added.locator('.echosight-condition-limits input').first().fill('0.7');
    const [times, looks] = [1, 2].map((at) => added.locator('.echosight-condition-limits input').nth(at));
    await times?.fill('9');
    await times?.blur();
    await looks?.fill('2');
    await looks?.blur();
    assert.equal(await looks?.inputValue(), '9');
    await times?.fill('');
    await times?.blur();
    const sentence = await added.locator('.echosight-rule-sentence').textContent();
    assert.equal(sentence, 'When car is seen (score from 0.7): alarm (3)');
    await save();
    const edited = (await settingsOf(fuse.id)).rules as Rule[];
    assert.deepEqual(edited.slice(0, -1), defaultRules.slice(1));
    assert.deepEqual(edited.at(-1), {
      ...{ v: 2, id: 'car', enabled: true, severity: 3, label: 'Car at night' },
      all: [{ kind: 'object', label: 'car', minimumScore: 0.7 }],
    });

    await open(fuse);
    await page.locator('.echosight-rules-row').getByText('default rules').click();
    await save();
    assert.deepEqual((await settingsOf(fuse.id)).rules, defaultRules);
  });

  test('a rule asks for how long a camera is tampered with, and how often anything else comes', async () => {
    const fuse = demo.find(({ type }) => type === 'fuse-severity');
    assert.ok(fuse);
    await open(fuse);
    await page.locator('.echosight-rules-row .red-ui-editableList-addButton').first().click();
    const added = page.locator('.echosight-rule').last();
    const condition = added.locator('.echosight-condition');
    await condition.locator('.echosight-condition-kind').selectOption('cue');
    await condition.locator('.echosight-condition-label').fill('tamper');
    assert.equal(await condition.locator('.echosight-condition-limits input').count(), 2);
    await condition.locator('.echosight-condition-limits input').last().fill('20');
    assert.match((await added.locator('.echosight-rule-sentence').textContent()) ?? '', /tamper.*for 20 s/);
    await save();
    const rule = ((await settingsOf(fuse.id)).rules as Rule[]).at(-1);
    assert.deepEqual(rule?.all, [{ kind: 'cue', label: 'tamper', forSeconds: 20 }]);

    await open(fuse);
    const again = page.locator('.echosight-rule').last();
    await again.locator('.echosight-rule-head button').first().click();
    assert.equal(await again.locator('.echosight-condition-limits input').last().inputValue(), '20');
    await again.locator('.echosight-condition-label').fill('loiter');
    assert.equal(await again.locator('.echosight-condition-limits input').count(), 3);
    assert.doesNotMatch((await again.locator('.echosight-rule-sentence').textContent()) ?? '', /20 s/);
    await page.locator('.echosight-rules-row').getByText('default rules').click();
    await save();
  });

  test('a rule is made of choices, exceptions, weights, places and times, and stands as it was when opened again', async () => {
    const fuse = demo.find(({ type }) => type === 'fuse-severity');
    assert.ok(fuse);
    await open(fuse);
    await page.locator('.echosight-rules-row .red-ui-editableList-addButton').first().click();
    const added = page.locator('.echosight-rule').last();
    const condition = (index: number): Locator => added.locator('.echosight-condition').nth(index);
    await condition(0).locator('summary').click();
    await condition(0).locator('input[list=echosight-zones]').fill('yard');
    await condition(0).locator('.echosight-condition-more input[type=number]').first().fill('2');
    for (const [index, role, kind, label] of [
      [1, 'any', 'sound', 'scream'],
      [2, 'none', 'signal', 'disarmed'],
      [3, 'weigh', 'cue', 'fight'],
    ] as const) {
      await added.locator('.echosight-add-condition').click();
      // A new one must come, and stands behind those that must.
      await condition(1).locator('.echosight-condition-role').selectOption(role);
      await condition(index).locator('.echosight-condition-kind').selectOption(kind);
      await condition(index).locator('.echosight-condition-label').fill(label);
    }
    await added.locator('.echosight-rule-weighing input[type=number]').first().fill('0.7');
    await added.locator('.echosight-rule-more summary').click();
    await added.locator('.echosight-rule-more input[type=number]').fill('10');
    await added.locator('.echosight-rule-more input[type=text]').first().fill('trouble');
    const sentence = (await added.locator('.echosight-rule-sentence').textContent()) ?? '';
    const expected =
      'When person is seen (in yard, 2 at once) and scream is heard and the evidence weighs 0.7 or more ' +
      '(the cue fight comes: 1) within 10 s, unless the signal disarmed comes: notice (1)';
    assert.equal(sentence, expected);
    await save();
    const rule = ((await settingsOf(fuse.id)).rules as Rule[]).at(-1);
    assert.deepEqual(rule, {
      ...{ v: 2, id: 'person+scream+fight', enabled: true, severity: 1, within: 10, reason: 'trouble' },
      all: [{ kind: 'object', label: 'person', zone: 'yard', count: 2 }],
      any: [{ kind: 'sound', label: 'scream' }],
      none: [{ kind: 'signal', label: 'disarmed' }],
      weigh: { terms: [{ kind: 'cue', label: 'fight', weight: 1 }], floor: 0.7 },
    });
    assert.equal(await page.evaluate(`RED.nodes.node('${fuse.id}').valid`), true);

    await open(fuse);
    const again = page.locator('.echosight-rule').last();
    assert.equal(await again.locator('.echosight-rule-sentence').textContent(), expected);
    await again.locator('.echosight-rule-head button').first().click();
    assert.equal(await again.locator('.echosight-condition-more').first().getAttribute('open'), '');
    await page.locator('.echosight-rules-row').getByText('default rules').click();
    await save();
  });

  test('a rule takes an expression; a wrong one is told with its place, and marks the node', async () => {
    const fuse = demo.find(({ type }) => type === 'fuse-severity');
    assert.ok(fuse);
    await open(fuse);
    await page.locator('.echosight-rules-row .red-ui-editableList-addButton').first().click();
    const added = page.locator('.echosight-rule').last();
    await added.locator('.echosight-rule-more summary').click();
    const field = added.locator('.echosight-rule-expression');
    const fault = added.locator('.echosight-rule-fault');
    await field.fill('time.hour >= ');
    assert.match(await fault.innerText(), /^expression: .*\(character 12\)$/);
    await field.fill('$random() > 0.5');
    assert.equal(await fault.innerText(), 'expression: $random cannot stand in a condition (character 7)');
    await field.fill('mode ?? "night"');
    assert.match(await fault.innerText(), /^expression: /, "Node-RED's own JSONata would take it, the engine does not");
    const folder = process.env.SCREENSHOTS;
    if (folder !== undefined) await page.screenshot({ path: join(folder, 'expression.png') });
    await save();
    assert.equal(await page.evaluate(`RED.nodes.node('${fuse.id}').valid`), false);

    await open(fuse);
    const again = page.locator('.echosight-rule').last();
    await again.locator('.echosight-rule-head button').first().click();
    await again.locator('.echosight-rule-expression').fill('time.hour >= 22 or mode = "night"');
    assert.equal(
      await again.locator('.echosight-rule-sentence').textContent(),
      'When person is seen, if time.hour >= 22 or mode = "night": notice (1)',
    );
    await save();
    assert.equal(await page.evaluate(`RED.nodes.node('${fuse.id}').valid`), true);
    const { rules } = await settingsOf(fuse.id);
    assert.equal((rules as Rule[]).at(-1)?.expression, 'time.hour >= 22 or mode = "night"');
    await open(fuse);
    await page.locator('.echosight-rules-row').getByText('default rules').click();
    await save();
  });

  test('rules of an older flow are shown as they are, and saved in the form of today', async () => {
    const fuse = demo.find(({ type }) => type === 'fuse-severity');
    assert.ok(fuse);
    const old = [{ id: 'x', enabled: true, severity: 2, all: [{ kind: 'cue', label: 'motion', forSeconds: 5 }] }];
    await page.evaluate(`RED.nodes.node('${fuse.id}').rules = ${JSON.stringify(old)}`);
    await open(fuse);
    const sentence = await page.locator('.echosight-rule-sentence').textContent();
    assert.equal(sentence, 'When the cue motion comes: warning (2)');
    await save();
    const { rules } = await settingsOf(fuse.id);
    assert.deepEqual(rules, [
      { v: 2, id: 'motion', enabled: true, severity: 2, all: [{ kind: 'cue', label: 'motion' }] },
    ]);
  });

  test('a preset takes the place of all rules, after asking', async () => {
    const fuse = demo.find(({ type }) => type === 'fuse-severity');
    assert.ok(fuse);
    await open(fuse);
    const before = await page.locator('.echosight-rule-sentence').allTextContents();
    const asked: string[] = [];
    for (const answer of ['dismiss', 'accept'] as const) {
      page.once('dialog', (dialog) => {
        asked.push(dialog.message());
        void dialog[answer]();
      });
      await page.locator('#echosight-presets').selectOption('home');
      if (answer === 'dismiss')
        assert.deepEqual(await page.locator('.echosight-rule-sentence').allTextContents(), before);
    }
    const question = `Replace all rules by the ${rulePresets.home.length} of this preset?`;
    assert.deepEqual(asked, [question, question]);
    await save();
    assert.deepEqual((await settingsOf(fuse.id)).rules, rulePresets.home);
    assert.equal(await page.evaluate(`RED.nodes.node('${fuse.id}').valid`), true);
    await open(fuse);
    await page.locator('.echosight-rules-row').getByText('default rules').click();
    await save();
  });

  test('a rule that is not complete is marked in its row and named on the canvas', async () => {
    const fuse = demo.find(({ type }) => type === 'fuse-severity');
    assert.ok(fuse);
    await open(fuse);
    await page.locator('.echosight-rules-row .red-ui-editableList-addButton').first().click();
    const added = page.locator('.echosight-rule').last();
    await added.locator('.echosight-rule-head input[type=text]').fill('Half done');
    const label = added.locator('.echosight-condition-label');
    assert.equal(await added.locator('.echosight-rule-warning').isVisible(), false);
    await label.fill('persn');
    assert.match((await added.locator('.echosight-rule-warning').textContent()) ?? '', /No model .*"persn"/);
    assert.equal(await page.locator('.echosight-rule-wrong').count(), 0);
    await label.fill('');
    assert.equal(await page.locator('.echosight-rule-wrong').count(), 1);
    assert.equal(await added.locator('.echosight-rule-fault').textContent(), 'label: is missing');
    await save();
    const faults = await page.evaluate(`JSON.stringify(RED.nodes.node('${fuse.id}').validationErrors)`);
    assert.match(String(faults), new RegExp(`Rule ${defaultRules.length + 1} \\(Half done\\), label: is missing`));
    await open(fuse);
    await page.locator('.echosight-rules-row').getByText('default rules').click();
    await save();
  });

  test('nothing of ours threw', () => {
    assert.deepEqual(faults, []);
  });

  async function open({ id, type }: FlowNode): Promise<void> {
    await page.evaluate(
      `RED.nodes.node('${id}')._def.category === 'config' ? RED.editor.editConfig('', '${type}', '${id}') : RED.editor.edit(RED.nodes.node('${id}'))`,
    );
    await page.locator('.echosight-form').waitFor();
    await dialogHasKeyboard(page);
    await page.waitForTimeout(400);
  }

  /** What the editor says against a setting of the open dialog. */
  async function faultOf({ id }: FlowNode, setting: string): Promise<string> {
    const typed = `$(':is(#node-input-${setting}, #node-config-input-${setting})').val()`;
    const said = await page.evaluate(
      `RED.nodes.node('${id}')._def.defaults.${setting}.validate(${typed}, {label: ''})`,
    );
    return String(said);
  }

  async function save(): Promise<void> {
    await page.locator('#node-dialog-ok:visible, #node-config-dialog-ok:visible').click();
    await page.locator('.echosight-form').waitFor({ state: 'detached' });
    await page.waitForTimeout(300);
  }

  /** What an export of the node would hold. */
  async function settingsOf(id: string): Promise<Record<string, unknown>> {
    const exported = await page.evaluate(
      `JSON.stringify(RED.nodes.createExportableNodeSet([RED.nodes.node('${id}')]))`,
    );
    const [node] = JSON.parse(String(exported)) as Record<string, unknown>[];
    return node ?? {};
  }

  async function deployedFlow(ready: (text: string) => boolean): Promise<string> {
    for (let tries = 0; tries < 50; tries++) {
      const text = await (await fetch(`${host.url}/flows`)).text();
      if (ready(text)) return text;
      await page.waitForTimeout(200);
    }
    return assert.fail('the flow was not deployed');
  }
});
