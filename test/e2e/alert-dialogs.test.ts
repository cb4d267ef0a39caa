import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../scripts/browser.ts';
import { build, buildIsStale } from '../../scripts/build.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { TwilioServer } from '../hosts/twilio-server.ts';

const skip =
  findBrowser() === undefined && process.env.REQUIRE_ALL === undefined ? 'a browser (CHROMIUM_PATH) is absent' : false;
const accountSid = `AC${'0c'.repeat(16)}`;
const authToken = 'canary-dialog-token-31';

/** The dialogs of SMS, in a real editor, against a stand-in for Twilio. */
describe('the dialogs of a channel', { timeout: 180_000, skip }, () => {
  let host: NodeRedHost;
  let twilio: TwilioServer;
  let browser: Browser;
  let page: Page;

  before(async () => {
    if (buildIsStale()) await build();
    twilio = await TwilioServer.start(accountSid, authToken);
    host = await NodeRedHost.start();
    const sender = {
      accountSid,
      from: '+15551230000',
      recipients: '+491701234567, +447700900123',
      baseUrl: twilio.url,
    };
    const nodes: FlowNode[] = [
      { id: 'house', type: 'sentinel-site', name: 'Kiosk', siteId: 'home', timeZone: 'Asia/Tokyo' },
      { id: 'twilio', type: 'sentinel-sms-account', name: 'Twilio', ...sender, credentials: { authToken } },
      { id: 'tell', type: 'sentinel-sms-out', name: '', site: 'house', account: 'twilio', wires: [[], []] },
      {
        ...{ id: 'meta', type: 'sentinel-whatsapp-account', name: 'Meta', phoneNumberId: '100000000000001' },
        ...{ recipients: '+491701234567', templateName: 'echosight_alert', credentials: { accessToken: authToken } },
      },
      { id: 'push', type: 'sentinel-webhook-out', name: '', site: 'house', url: '', dryRun: true, wires: [[], []] },
      { id: 'chat', type: 'whatsapp-out', name: '', site: 'house', account: '', dryRun: true, wires: [[], []] },
      { id: 'mail', type: 'sentinel-email-out', name: '', site: 'house', account: '', dryRun: true, wires: [[], []] },
    ];
    await host.deploy(nodes);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1300, height: 1300 } });
    await page.goto(host.url);
    await page.locator('#tell').waitFor();
  });
  after(async () => {
    await browser.close();
    await host.stop();
    await twilio.stop();
  });

  async function close(button: string): Promise<void> {
    await page.locator(`#${button}`).click();
    await page.locator(`#${button}`).waitFor({ state: 'detached' });
  }

  async function shot(name: string): Promise<void> {
    const folder = process.env.SHOTS;
    if (folder === undefined) return;
    // The dialog slides in.
    await page.waitForTimeout(800);
    await page.screenshot({ path: `${folder}/${name}.png` });
  }

  test('shows what the text becomes while it is typed, in the language and within one SMS', async () => {
    await page.evaluate(`RED.editor.edit(RED.nodes.node('tell'))`);
    const preview = page.locator('#echosight-text-preview');
    await page.locator('#node-input-template').fill('{severityWord} „{label}“ {siteName} {time}');
    await preview.getByText('Alarm "Person and breaking glass" Kiosk 20').waitFor();
    await page.locator('#node-input-language').selectOption('de');
    await preview.getByText(/"Person und Glasbruch" Kiosk \d\d\.\d\d\.20/).waitFor();
    await page.locator('#node-input-template').fill('x'.repeat(300));
    await preview.getByText(`${'x'.repeat(157)}...`).waitFor();
    await page.locator('#node-input-template').fill('{sight}');
    await page.locator('#echosight-text-preview .echosight-rule-warning').waitFor();
    await page.locator('#echosight-text-template').selectOption('sms');
    assert.equal(await page.locator('#echosight-waits').isVisible(), false);
    await page.locator('#node-input-sendWhen').selectOption('not-delivered');
    assert.equal(await page.locator('#echosight-waits').isVisible(), true);
    await shot('sms-out');
    await close('node-dialog-cancel');
  });

  test('sends a test message with the stored token, and says what is wrong', async () => {
    await page.evaluate(`RED.editor.editConfig('', 'sentinel-sms-account', 'twilio')`);
    const answer = page.locator('#echosight-test-answer');
    await page.locator('#echosight-test-button').click();
    await answer.getByText('***567: sent.').waitFor();
    await answer.getByText('***123: sent.').waitFor();
    assert.deepEqual(
      twilio.messages.map(({ to }) => to),
      ['+491701234567', '+447700900123'],
    );
    twilio.faults.push({ status: 400, code: 21608, message: 'The number is unverified' });
    await page.locator('#echosight-test-button').click();
    await answer.getByText(/trial account sends to verified numbers only/).waitFor();
    await shot('sms-account');
    await page.locator('#node-config-input-baseUrl').fill('http://127.0.0.1:9');
    await page.locator('#echosight-test-button').click();
    await answer.getByText(/not sent to another address/).waitFor();
    await close('node-config-dialog-cancel');
  });

  test('lists the people of an account, each with a language and quiet hours; the text of an older flow becomes a list', async () => {
    await page.evaluate(`RED.editor.editConfig('', 'sentinel-sms-account', 'twilio')`);
    const people = page.locator('.echosight-recipient');
    const second = people.nth(1);
    await second.waitFor();
    assert.equal(await people.nth(0).locator('input').first().inputValue(), '+491701234567');
    await second.locator('input').nth(1).fill('Ben');
    await second.locator('select').selectOption('de');
    await second.locator('input[type=time]').first().fill('22:00');
    await second.locator('input[type=time]').last().fill('06:30');
    await page.locator('.echosight-recipients-row .red-ui-editableList-addButton').click();
    await people.nth(2).locator('input').first().fill('0170');
    await people.nth(2).locator('input.input-error').waitFor();
    await shot('sms-people');
    await people.nth(2).locator('input').first().fill('+15550100001');
    const [from, to] = ['quietFrom', 'quietTo'].map((key) => page.locator(`#node-config-input-${key}`));
    assert.ok(from !== undefined && to !== undefined);
    await from.fill('23:00');
    await page.locator('#node-config-input-quietTo.input-error').waitFor();
    await to.fill('05:00');
    await page.locator('#node-config-input-quietTo:not(.input-error)').waitFor();
    await page.locator('#echosight-test-button').click();
    await page.locator('#echosight-test-answer').getByText('***001: sent.').waitFor();
    await close('node-config-dialog-ok');
    const kept: unknown = await page.evaluate(`RED.nodes.node('twilio').recipients`);
    assert.deepEqual(kept, [
      { to: '+491701234567' },
      { to: '+447700900123', name: 'Ben', language: 'de', quietFrom: '22:00', quietTo: '06:30' },
      { to: '+15550100001' },
    ]);
    assert.deepEqual(await page.evaluate(`[RED.nodes.node('twilio').quietFrom, RED.nodes.node('twilio').quietTo]`), [
      '23:00',
      '05:00',
    ]);
    assert.equal(await page.evaluate(`RED.nodes.node('twilio').valid && RED.nodes.node('twilio').changed`), true);
  });

  test('writes the template of a WhatsApp account, ready to be handed in', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(`RED.editor.editConfig('', 'sentinel-whatsapp-account', 'meta')`);
    const proposal = page.locator('#echosight-template-proposal');
    const [words, json] = [proposal.locator('textarea').first(), proposal.locator('textarea').last()];
    await proposal.locator('select').waitFor();
    assert.match(await words.inputValue(), /Name: echosight_alert[^]*Body:\nSecurity alert: \{\{1\}\} Please check\./);
    await page.locator('#node-config-input-templateLanguage').fill('en, de');
    await page.locator('#echosight-template-kind').selectOption('details');
    await page.locator('#node-config-input-templateHeader').check();
    await page.locator('#node-config-input-templateButtons').check();
    await page.locator('#node-config-input-secondTemplateName').fill('echosight_alert_text');
    await proposal.locator('select').selectOption('echosight_alert (de)');
    assert.match(
      await words.inputValue(),
      /Ort: \{\{1\}\}\nBereich: \{\{2\}\}[^]*Bestätigen, Sprechen, Verwerfen[^]*Corner shop/,
    );
    const { language, category, components } = JSON.parse(await json.inputValue()) as Record<string, unknown>;
    assert.deepEqual([language, category], ['de', 'UTILITY']);
    assert.deepEqual(
      (components as { type: string }[]).map((component) => component.type),
      ['HEADER', 'BODY', 'BUTTONS'],
    );
    await shot('whatsapp-account');
    await proposal.locator('select').selectOption('echosight_alert_text (en)');
    assert.doesNotMatch(await json.inputValue(), /HEADER/);
    await page.locator('#node-config-input-secondTemplateLanguage').fill('fr');
    await page.locator('#node-config-input-secondTemplateParameters').fill('{{site}} = {siteName}\n{{what}} = {label}');
    await proposal.locator('select').selectOption('echosight_alert_text (fr)');
    assert.match(await words.inputValue(), /Site: \{\{site\}\}[^]*\{\{what\}\} = Person and breaking glass/);
    assert.match(await json.inputValue(), /"parameter_format": "NAMED"/);
    await proposal.locator('button').first().click();
    await proposal.getByText('Copied').waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), await words.inputValue());
    await proposal.scrollIntoViewIfNeeded();
    await shot('whatsapp-account-below');
    await page.locator('#node-config-input-templateParameters').fill('{sight}');
    await proposal.locator('.echosight-rule-warning').waitFor();
    await close('node-config-dialog-cancel');
  });

  for (const id of ['push', 'mail', 'chat']) {
    test(`opens without a fault (${id})`, async () => {
      await page.evaluate(`RED.editor.edit(RED.nodes.node('${id}'))`);
      await page.locator('#echosight-text-preview .echosight-message').waitFor();
      await shot(id);
      await close('node-dialog-cancel');
    });
  }
});
