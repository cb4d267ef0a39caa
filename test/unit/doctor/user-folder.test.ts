import assert from 'node:assert/strict';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { readUserFolder, type UserFolderOptions } from '../../../src/doctor/user-folder/user-folder.ts';
import { readSettings } from '../../../src/doctor/user-folder/settings-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const camera = { id: 'cam', type: 'sentinel-camera', name: 'front', address: 'rtsp://10.0.0.5/live' };
const credentials = { cam: { username: 'guard', password: 'c4nary' } };

/** As Node-RED stores them: AES-256-CTR under the SHA-256 of the secret, counter first. */
function encrypted(secret: string): string {
  const counter = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(secret).digest(), counter);
  const text = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64');
  return JSON.stringify({ $: counter.toString('hex') + text });
}

function userFolder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function read(userDir: string, options: Partial<UserFolderOptions> = {}) {
  return await readUserFolder({ userDir, env: {}, ...options });
}

describe('a user folder', () => {
  const flow = JSON.stringify([camera]);

  test('without a flow is a problem that names the file', async (t) => {
    const folder = userFolder(t, {});
    const { remarks, cameras } = await read(folder);
    assert.equal(remarks[0]?.state, 'problem');
    assert.match(remarks[0].says, /flows\.json/);
    assert.deepEqual(cameras, []);
  });

  const secrets: [what: string, files: Record<string, string>, options: Partial<UserFolderOptions>][] = [
    ['that Node-RED made up', { '.config.runtime.json': JSON.stringify({ _credentialSecret: 'S' }) }, {}],
    ['in the environment', {}, { env: { NODE_RED_CREDENTIAL_SECRET: 'S' } }],
    [
      'in the settings',
      { 'settings.js': 'module.exports = {\n  // credentialSecret: "no",\n  credentialSecret: "S",\n}' },
      {},
    ],
    [
      'that the settings take from a variable',
      { 'settings.js': 'module.exports = { credentialSecret: process.env.MINE }' },
      { env: { MINE: 'S' } },
    ],
  ];
  for (const [what, files, options] of secrets) {
    test(`opens its credentials with the secret ${what}`, async (t) => {
      const folder = userFolder(t, { 'flows.json': flow, 'flows_cred.json': encrypted('S'), ...files });
      const { cameras, secrets: masked, remarks } = await read(folder, options);
      assert.deepEqual(cameras[0]?.credentials, credentials.cam);
      assert.ok(masked.includes('c4nary') && masked.includes('S') && !masked.includes('guard'));
      assert.deepEqual(
        remarks.map(({ state }) => state),
        ['ok'],
      );
    });
  }

  test('opens them with the secret of a file, whatever its last line end', async (t) => {
    const folder = userFolder(t, { 'flows.json': flow, 'flows_cred.json': encrypted('S'), key: 'S\n' });
    const { cameras } = await read(folder, { secretFile: join(folder, 'key') });
    assert.deepEqual(cameras[0]?.credentials, credentials.cam);
  });

  test('says so when no secret fits, and goes on without a login', async (t) => {
    const folder = userFolder(t, {
      ...{ 'flows.json': flow, 'flows_cred.json': encrypted('S') },
      '.config.runtime.json': JSON.stringify({ _credentialSecret: 'another' }),
    });
    const { cameras, remarks } = await read(folder);
    assert.equal(cameras[0]?.credentials, undefined);
    assert.deepEqual(
      remarks.map(({ state }) => state),
      ['ok', 'warning'],
    );
  });

  test('with credentials in plain text, or none, needs no secret', async (t) => {
    const plain = userFolder(t, { 'flows.json': flow, 'flows_cred.json': JSON.stringify(credentials) });
    assert.deepEqual((await read(plain)).cameras[0]?.credentials, credentials.cam);
    const none = userFolder(t, { 'flows.json': flow });
    assert.deepEqual((await read(none)).cameras[0]?.credentials, {});
  });

  test('uses the flow file of the settings, with its own credentials', async (t) => {
    const folder = userFolder(t, {
      ...{ 'settings.js': "module.exports = { flowFile: 'house.json' }", 'house.json': flow },
      ...{ 'flows.json': '[]', 'house_cred.json': JSON.stringify(credentials) },
    });
    assert.deepEqual((await read(folder)).cameras[0]?.credentials, credentials.cam);
  });

  for (const [name, text] of [
    ['flows.json', '[{"id":'],
    ['flows.json', '{"no":"list"}'],
  ] as const) {
    test(`a damaged ${name} (${text}) is a problem, not an error`, async (t) => {
      const { remarks } = await read(userFolder(t, { [name]: text }));
      assert.match(remarks[0]?.says ?? '', /is damaged/);
    });
  }

  test('a damaged credentials file is a problem', async (t) => {
    const { remarks } = await read(userFolder(t, { 'flows.json': flow, 'flows_cred.json': '{"$' }));
    assert.deepEqual(
      remarks.map(({ state }) => state),
      ['ok', 'problem'],
    );
  });

  test('leaves out what is disabled, and reports settings that cannot be used', async (t) => {
    const nodes = [
      { id: 'tab', type: 'tab', disabled: true },
      { ...camera, id: 'a', z: 'tab' },
      { ...camera, id: 'b', d: true },
      { ...camera, id: 'c', name: 'not a name!' },
      { id: 'other', type: 'inject' },
    ];
    const { cameras, remarks } = await read(userFolder(t, { 'flows.json': JSON.stringify(nodes) }));
    assert.deepEqual(cameras, []);
    assert.match(remarks[1]?.says ?? '', /settings of not a name! are not usable: name/);
  });

  test('puts environment variables in place: of the group, the tab, the flow, the process', async (t) => {
    const variable = (value: string) => [{ name: 'URL', value, type: 'str' }];
    const nodes = [
      { id: 'global', type: 'global-config', env: variable('rtsp://global/') },
      { id: 'tab', type: 'tab', env: variable('rtsp://tab/') },
      { id: 'group', type: 'group', z: 'tab', env: variable('rtsp://group/') },
      { ...camera, id: 'a', z: 'tab', g: 'group', address: '${URL}' },
      { ...camera, id: 'b', z: 'tab', address: '${URL}' },
      { ...camera, id: 'c', address: '${URL}' },
      { ...camera, id: 'd', address: '${HOME_URL}' },
      { ...camera, id: 'e', address: '${MISSING}' },
    ];
    const folder = userFolder(t, { 'flows.json': JSON.stringify(nodes) });
    const { cameras, remarks } = await read(folder, { env: { HOME_URL: 'rtsp://process/' } });
    assert.deepEqual(
      cameras.map(({ config }) => config.address),
      ['rtsp://group/', 'rtsp://tab/', 'rtsp://global/', 'rtsp://process/'],
    );
    const unset = remarks.find(({ says }) => says.includes('MISSING'));
    assert.equal(unset?.state, 'warning');
    assert.match(unset.advice ?? '', /set it for this command/);
  });

  test('its data folders are those of its sites, or the one that was asked for', async (t) => {
    const site = { id: 's', type: 'sentinel-site', name: 'Farm', siteId: 'farm', dataFolder: 'barn' };
    const folder = userFolder(t, { 'flows.json': JSON.stringify([site]) });
    assert.deepEqual((await read(folder)).folders, [{ site: 'Farm', folder: join(folder, 'barn') }]);
    assert.deepEqual((await read(folder, { dataFolder: '/x' })).folders, [{ site: 'Home', folder: '/x' }]);
    const empty = userFolder(t, { 'flows.json': '[]' });
    assert.deepEqual((await read(empty)).folders, [{ site: 'Home', folder: join(empty, 'echosight') }]);
  });
});

describe('a settings file', () => {
  const files: [text: string, expected: object][] = [
    ['', {}],
    ["flowFile: 'a.json',", { flowFile: 'a.json' }],
    ['"flowFile" : "a.json"\n', { flowFile: 'a.json' }],
    ["// flowFile: 'a.json',", {}],
    ["/* flowFile: 'a.json',\n */ flowFile: 'b.json',", { flowFile: 'b.json' }],
    ["x: 'http://host', flowFile: 'b.json',", { flowFile: 'b.json' }],
    ["flowFile: folder + 'b.json',", {}],
    ["flowFile: 'a' + '.json',", {}],
    ["myflowFile: 'a.json',", {}],
    ['credentialSecret: false,', { credentialSecret: false }],
    ['uiHost: "127.0.0.1",', { uiHost: '127.0.0.1' }],
  ];
  for (const [text, expected] of files) {
    test(`${JSON.stringify(text)} says ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(readSettings(`module.exports = {\n${text}\n}`, {}), expected);
    });
  }

  test('hostile text is read in linear time', () => {
    const text = `${'/*'.repeat(50_000)}${'"\\'.repeat(50_000)}${'flowFile: '.repeat(20_000)}`;
    assert.deepEqual(readSettings(text, {}), {});
  });
});
