import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { withEnvFile } from '../../../scripts/start/env-file.ts';
import { flowSources } from '../../../scripts/start/flow-sources.ts';
import { secretNodeId } from '../../../scripts/start/flow.ts';
import { envFileOption, readOptions, type StartOptions } from '../../../scripts/start/options.ts';
import { channelSecrets } from '../../../scripts/start/other-channels.ts';
import { UsageError } from '../../../scripts/start/usage-error.ts';
import { prepareUserFolder } from '../../../scripts/start/user-folder.ts';
import { variableLines } from '../../../scripts/start/variable-lines.ts';
import { knownVariables } from '../../../scripts/start/variables.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const account = {
  WHATSAPP_PHONE_ID: '105500000000001',
  WHATSAPP_ACCESS_TOKEN: 'EAAB-token-canary',
  TO_NUMBER: '+49 170 1234567, 0015551234567',
};
const camera = 'rtsp://admin:pass-canary@192.168.1.20/s';

function options(env: NodeJS.ProcessEnv, args: string[] = []): StartOptions {
  const read = readOptions(args, env);
  assert.ok(read !== 'help');
  return read;
}

function said(env: NodeJS.ProcessEnv, args: string[] = []): string {
  return variableLines(options(env, args), 'written').join('\n');
}

describe('environment variables of npm start', () => {
  test('those of an EchoSight installation set camera, site, rate, pause and account, and no secret is said', (t) => {
    const env = {
      ...{ RTSP_URL: camera, SITE_NAME: 'Warehouse', FRAME_RATE: '4', AUDIO_SR: '16000', ...account },
      ...{ ALERT_COOLDOWN_SECONDS: '15', ROI_MASK_PATH: import.meta.filename },
    };
    const { sources, wishes } = options(env);
    const folder = temporaryFolder(t);
    const start = { sources: flowSources(sources), credentialSecret: 'seal', demo: false, wishes, sandboxToken: 'box' };
    prepareUserFolder(folder, start);

    const text = readFileSync(join(folder, 'flows.json'), 'utf8');
    const flow = JSON.parse(text) as Record<string, unknown>[];
    const node = (type: string) => flow.find((one) => one.type === type) ?? assert.fail(`no ${type}`);
    assert.equal(node('sentinel-site').name, 'Warehouse');
    assert.equal(node('rtsp-in').rate, 4);
    assert.equal(node('sentinel-camera').maskFile, import.meta.filename);
    assert.equal(node('whatsapp-out').cooldownSeconds, 15);
    assert.equal(node('whatsapp-out').account, node('sentinel-whatsapp-account').id);
    assert.equal(node('sentinel-whatsapp-account').phoneNumberId, account.WHATSAPP_PHONE_ID);
    assert.equal(node('sentinel-whatsapp-account').recipients, '+491701234567, +15551234567');
    assert.equal(node('sentinel-whatsapp-account').baseUrl, 'https://graph.facebook.com');

    const lines = said(env);
    assert.match(lines, /^RTSP_URL: camera 1$/m);
    assert.match(lines, /^TO_NUMBER: 2 people are told$/m);
    assert.match(lines, /^ROI_MASK_PATH: .* blacked out in camera 1$/m);
    assert.match(said({ ROI_MASK_PATH: import.meta.filename }), /^ROI_MASK_PATH is not used: /m);
    for (const shown of [lines, text]) assert.doesNotMatch(shown, /canary/);
    const again = prepareUserFolder(folder, { ...start, wishes: options({ ...env, SITE_NAME: 'Yard' }).wishes });
    assert.equal(again.kept, false);
  });

  test('mail and SMS of the environment become channels of the flow, their secrets credentials', (t) => {
    const env = {
      ...{ MAIL_SERVER: 'smtp.example.org', MAIL_USERNAME: 'bot', MAIL_PASSWORD: 'mail-canary' },
      ...{ ALERT_FROM_EMAIL: 'bot@example.org', ALERT_TO_EMAIL: 'anna@example.org, ben@example.org' },
      ...{ TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'sms-canary', TWILIO_FROM: '+15551230000' },
      ALERT_TO_PHONE: '+15550100001',
    };
    const folder = temporaryFolder(t);
    const { wishes } = options(env);
    prepareUserFolder(folder, { sources: flowSources([camera]), credentialSecret: 'seal', demo: false, wishes });
    const text = readFileSync(join(folder, 'flows.json'), 'utf8');
    const flow = JSON.parse(text) as { id: string; type: string; account?: string; wires?: string[][] }[];
    const node = (type: string) => flow.find((one) => one.type === type) ?? assert.fail(`no ${type}`);
    for (const [out, of] of [
      ['sentinel-email-out', 'sentinel-email-account'],
      ['sentinel-sms-out', 'sentinel-sms-account'],
    ]) {
      assert.equal(node(out ?? '').account, node(of ?? '').id);
      assert.ok(node('fuse-severity').wires?.[0]?.includes(node(out ?? '').id));
    }
    const { recipients, port } = node('sentinel-email-account') as { recipients?: unknown; port?: number };
    assert.deepEqual([recipients, port], [[{ to: 'anna@example.org' }, { to: 'ben@example.org' }], 587]);
    const lines = said(env);
    assert.match(lines, /^ALERT_TO_EMAIL: alerts by e-mail$/m);
    assert.match(lines, /^TWILIO_FROM: alerts by SMS$/m);
    for (const shown of [lines, text]) assert.doesNotMatch(shown, /canary/);
    assert.match(said({ MAIL_SERVER: 'smtp.example.org' }), /ALERT_FROM_EMAIL and ALERT_TO_EMAIL must be set too/);
    assert.throws(() => options({ ...env, ALERT_TO_PHONE: '0170' }), /ALERT_TO_PHONE/);
    assert.throws(() => options({ ...env, MAIL_PORT: 'x' }), UsageError);
  });

  test('a webhook and an ntfy topic of the environment become channels without an account', (t) => {
    const env = {
      ...{ WEBHOOK_URL: 'https://hooks.example/alarm', WEBHOOK_SECRET: 'sign-canary', WEBHOOK_TOKEN: 'bearer-canary' },
      ...{ NTFY_TOPIC: 'my-house', NTFY_SERVER: 'https://push.example/', NTFY_TOKEN: 'ntfy-canary' },
    };
    const folder = temporaryFolder(t);
    const { wishes } = options(env);
    prepareUserFolder(folder, { sources: flowSources([camera]), credentialSecret: 'seal', demo: false, wishes });
    const text = readFileSync(join(folder, 'flows.json'), 'utf8');
    const flow = JSON.parse(text) as { id: string; type: string; url?: string; form?: string; wires?: string[][] }[];
    const outs = flow.filter(({ type }) => type === 'sentinel-webhook-out');
    assert.deepEqual(
      outs.map(({ url, form }) => [url, form]),
      [
        ['https://hooks.example/alarm', 'json'],
        ['https://push.example/my-house', 'ntfy'],
      ],
    );
    const told = flow.find(({ type }) => type === 'fuse-severity')?.wires?.[0] ?? [];
    for (const { id } of outs) assert.ok(told.includes(id));
    assert.deepEqual(
      wishes.channels?.map((channel) => [
        outs.find(({ id }) => id === secretNodeId(channel))?.form,
        channel.credentials,
      ]),
      [
        ['json', { secret: 'sign-canary', token: 'bearer-canary' }],
        ['ntfy', { secret: '', token: 'ntfy-canary' }],
      ],
    );
    const lines = said(env);
    assert.match(lines, /^WEBHOOK_URL: alerts by webhook$/m);
    assert.match(lines, /^NTFY_TOPIC: alerts by ntfy$/m);
    for (const shown of [lines, text]) assert.doesNotMatch(shown, /canary/);
    for (const name of ['WEBHOOK_SECRET', 'WEBHOOK_TOKEN', 'NTFY_TOKEN']) {
      assert.ok(
        channelSecrets.some((secret) => secret === name),
        name,
      );
    }
    assert.match(said({ WEBHOOK_TOKEN: 'x' }), /webhook account of the environment is not used: WEBHOOK_URL/);
    assert.throws(() => options({ WEBHOOK_URL: 'ftp://hooks.example' }), /WEBHOOK_URL/);
    assert.throws(() => options({ NTFY_TOPIC: 'my house' }), /NTFY_TOPIC.*topic/);
  });

  test('an edited flow is kept, whatever the environment says, and that is said', (t) => {
    const folder = temporaryFolder(t);
    const start = { sources: flowSources([camera]), credentialSecret: 'seal', demo: false };
    prepareUserFolder(folder, start);
    writeFileSync(join(folder, 'flows.json'), '[]');
    const { wishes, used, notes } = options({ SITE_NAME: 'Warehouse', PORT: '1999', ...account });
    const { kept } = prepareUserFolder(folder, { ...start, wishes });
    assert.equal(kept, true);
    assert.equal(readFileSync(join(folder, 'flows.json'), 'utf8'), '[]');
    const lines = variableLines({ used, notes }, 'kept').join('\n');
    assert.match(lines, /edited flow is kept/);
    assert.match(lines, /^Not used: SITE_NAME, WHATSAPP_PHONE_ID, WHATSAPP_ACCESS_TOKEN, TO_NUMBER\.$/m);
    assert.match(lines, /^PORT: Node-RED listens on 1999$/m);
  });

  test('a changed access token makes an unedited flow new, and an edited one is told apart', (t) => {
    const folder = temporaryFolder(t);
    const start = (token: string) => ({
      ...{ sources: flowSources([camera]), credentialSecret: 'seal', demo: false },
      wishes: options({ ...account, WHATSAPP_ACCESS_TOKEN: token }).wishes,
    });
    prepareUserFolder(folder, start('first'));
    const before = readFileSync(join(folder, 'flows_cred.json'), 'utf8');
    assert.equal(prepareUserFolder(folder, start('second')).kept, false);
    assert.notEqual(readFileSync(join(folder, 'flows_cred.json'), 'utf8'), before);
    writeFileSync(join(folder, 'flows.json'), '[]');
    assert.equal(prepareUserFolder(folder, start('second')).kept, false);
    assert.equal(prepareUserFolder(folder, start('third')).kept, true);
  });

  test('part of a WhatsApp account is not used, and what is missing is named', () => {
    const { WHATSAPP_PHONE_ID, TO_NUMBER } = account;
    const { wishes, notes } = options({ WHATSAPP_PHONE_ID, TO_NUMBER, WHATSAPP_ACCESS_TOKEN: ' ' });
    assert.equal(wishes.account, undefined);
    assert.match(notes.join('\n'), /not used: WHATSAPP_ACCESS_TOKEN must be set too/);
    assert.match(options({ TO_NUMBER }).notes.join('\n'), /WHATSAPP_PHONE_ID and WHATSAPP_ACCESS_TOKEN must/);
  });

  test('the pause of the demo does not reach the phone of a person', (t) => {
    const folder = temporaryFolder(t);
    prepareUserFolder(folder, { sources: [], credentialSecret: 's', demo: true, wishes: options(account).wishes });
    const flow = JSON.parse(readFileSync(join(folder, 'flows.json'), 'utf8')) as Record<string, unknown>[];
    assert.equal(flow.find(({ type }) => type === 'whatsapp-out')?.cooldownSeconds, 60);
  });

  test('the command line wins', () => {
    const env = { RTSP_URL: camera, HOST: '::1', PORT: '1999' };
    const args = ['--source', 'rtsp://10.0.0.9/s', '--host', '127.0.0.2', '--port', '2000'];
    const { sources, host, port, notes } = options(env, args);
    assert.deepEqual([sources, host, port], [['rtsp://10.0.0.9/s'], '127.0.0.2', 2000]);
    assert.match(notes.join('\n'), /RTSP_URL is not used: --source/);
    assert.deepEqual([options(env).host, options(env).port], ['::1', 1999]);
  });

  const inherited: [string, NodeJS.ProcessEnv, RegExp][] = [
    ['the name of the machine', { HOST: 'buildhost-7' }, /HOST is not used: it is neither an IP/],
    ['all addresses without a password', { HOST: '0.0.0.0' }, /ECHOSIGHT_ADMIN_PASSWORD.*stays on 127\.0\.0\.1/],
    ['a port that is none', { PORT: 'tcp://10.0.0.1:80' }, /PORT is not used/],
    ['a port too high', { PORT: '65535' }, /PORT is not used/],
  ];
  for (const [what, env, note] of inherited) {
    test(`what a shell or hoster sets does not keep Node-RED from starting: ${what}`, () => {
      const { host, port, notes } = options(env);
      assert.deepEqual([host, port], ['127.0.0.1', 1880]);
      assert.match(notes.join('\n'), note);
    });
  }

  test('HOST opens all addresses when a password guards the editor', () => {
    assert.equal(options({ HOST: '0.0.0.0', ECHOSIGHT_ADMIN_PASSWORD: 'long enough' }).host, '0.0.0.0');
  });

  const wrong: [NodeJS.ProcessEnv, RegExp][] = [
    [{ RTSP_URL: 'rtsp://user:pass-canary@host:port/stream' }, /^RTSP_URL: /],
    [{ RTSP_URL: '/no/such/file.mp4' }, /^RTSP_URL: There is no file/],
    [{ RTSP_URL: camera, ROI_MASK_PATH: '/no/such/mask.png' }, /^ROI_MASK_PATH: There is no file/],
    [{ FRAME_RATE: 'fast' }, /^FRAME_RATE wants a number from 0\.2 to 15/],
    [{ FRAME_RATE: '60' }, /^FRAME_RATE wants/],
    [{ ALERT_COOLDOWN_SECONDS: '-1' }, /^ALERT_COOLDOWN_SECONDS wants a number from 0/],
    [{ AUDIO_SR: '44100' }, /^AUDIO_SR can only be 16000/],
    [{ ...account, WHATSAPP_PHONE_ID: '+49 170 1234567' }, /^WHATSAPP_PHONE_ID wants/],
    [{ ...account, WHATSAPP_ACCESS_TOKEN: 'two canary words' }, /^WHATSAPP_ACCESS_TOKEN is not one word/],
    [{ ...account, TO_NUMBER: '0170 1234567' }, /^TO_NUMBER: .*international form/],
  ];
  for (const [env, expected] of wrong) {
    test(`is refused by name: ${Object.keys(env).at(-1)} ${String(expected)}`, () => {
      assert.throws(
        () => options(env),
        (error) => error instanceof UsageError && expected.test(error.message) && !error.message.includes('canary'),
      );
    });
  }

  test('what is known without a meaning stands in one line, without values; what is unknown is not mentioned', () => {
    const env = {
      DATABASE_URL: 'postgres://u:canary@db',
      FLASK_SECRET: 'canary',
      VIOLENCE_THRESHOLD: '',
      SHELL: 'x',
    };
    const { notes } = options(env);
    assert.deepEqual(notes, [
      'Known, but without a meaning in this version (docs/environment.md says why): FLASK_SECRET, DATABASE_URL.',
    ]);
  });

  test('every known variable either sets something that is read, or says what there is instead', () => {
    const files = ['environment.ts', 'other-channels.ts'].map((name) =>
      join(import.meta.dirname, '../../../scripts/start', name),
    );
    const source = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    for (const { name, sets, instead } of knownVariables) {
      assert.ok((sets === undefined) !== (instead === undefined), name);
      assert.equal(source.includes(`'${name}'`), sets !== undefined, name);
    }
    assert.equal(new Set(knownVariables.map(({ name }) => name)).size, knownVariables.length);
  });

  test('a file adds to the environment, which wins', (t) => {
    const file = join(temporaryFolder(t), 'site.env');
    writeFileSync(file, '\uFEFFSITE_NAME="Back yard" # ours\r\nexport FRAME_RATE=3\nPORT=2001\n');
    const env = withEnvFile({ PORT: '2002' }, envFileOption(['--env-file', file]));
    const { wishes, port } = options(env);
    assert.deepEqual([wishes.siteName, wishes.rate, port], ['Back yard', 3, 2002]);
    assert.throws(() => withEnvFile({}, `${file}.gone`), /gone cannot be read \(ENOENT\)/);
    assert.throws(() => withEnvFile({}, join(file, '..')), UsageError);
  });
});
