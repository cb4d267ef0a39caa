import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../scripts/demo/whatsapp-sandbox.ts';
import { errorTable } from '../../src/alerting/channels/whatsapp/error-table.ts';
import { jpeg, phoneNumberId, token, until } from './alert-desk.ts';

async function sandboxFor(t: TestContext, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ port: 0, token, phoneNumberId, latencyMs: 0, ...options });
  t.after(() => sandbox.close());
  return sandbox;
}

interface GraphAnswer {
  id?: string;
  url?: string;
  messages?: { id: string }[];
  error?: { code: number; message: string; error_data?: { details: string } };
}

async function call(sandbox: Sandbox, path: string, body?: object, bearer = token): Promise<[number, GraphAnswer]> {
  const response = await fetch(`${sandbox.url}/v26.0/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  return [response.status, (await response.json()) as GraphAnswer];
}

function upload(type: string, bytes: Buffer): FormData {
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', type);
  form.set('file', new Blob([new Uint8Array(bytes)], { type }), 'file');
  return form;
}

const text = { messaging_product: 'whatsapp', to: '491701234567', type: 'text', text: { body: 'hello' } };
const parameters = ['Kiosk', 'Gate 2', '02:14', 'glass'].map((value) => ({ type: 'text', text: value }));
const template = {
  ...text,
  type: 'template',
  template: { name: 'security_alert_text', language: { code: 'en' }, components: [{ type: 'body', parameters }] },
};
const button = { type: 'reply', reply: { id: 'ack', title: 'Acknowledge' } };
const interactive = {
  ...text,
  type: 'interactive',
  interactive: { type: 'button', body: { text: 'Alarm' }, action: { buttons: [button] } },
};

describe('WhatsApp sandbox', () => {
  test('takes texts, pictures, templates and buttons', async (t) => {
    const sandbox = await sandboxFor(t);
    const heard: string[] = [];
    sandbox.onMessage(({ type }) => heard.push(type));
    const before = Date.now();
    const [status, answer] = await call(sandbox, `${phoneNumberId}/messages`, {
      ...text,
      biz_opaque_callback_data: 'row',
    });
    assert.equal(status, 200);
    assert.match(answer.messages?.[0]?.id ?? '', /^wamid\./);
    const [, media] = await call(sandbox, `${phoneNumberId}/media`, upload('image/jpeg', jpeg));
    const context = { message_id: answer.messages?.[0]?.id };
    await call(sandbox, `${phoneNumberId}/messages`, { ...text, type: 'image', image: { id: media.id }, context });
    await call(sandbox, `${phoneNumberId}/messages`, template);
    await call(sandbox, `${phoneNumberId}/messages`, interactive);
    assert.deepEqual(heard, ['text', 'image', 'template', 'interactive']);
    const [first, second, third, fourth] = sandbox.messages;
    assert.deepEqual([first?.text, first?.tag], ['hello', 'row']);
    assert.ok(first !== undefined && first.receivedAt >= before && first.receivedAt <= Date.now());
    assert.equal(second?.replyTo, first.id);
    assert.equal(third?.text, 'Alarm at Kiosk, camera Gate 2, 02:14: glass. Please check.');
    assert.deepEqual(fourth?.buttons, ['Acknowledge']);
  });

  test('gives uploads back to whoever has the token', async (t) => {
    const sandbox = await sandboxFor(t);
    const [, { id = '' }] = await call(sandbox, `${phoneNumberId}/media`, upload('image/jpeg', jpeg));
    const [, info] = await call(sandbox, id);
    const refused = await fetch(info.url ?? '');
    assert.equal(refused.status, 401);
    const file = await fetch(info.url ?? '', { headers: { authorization: `Bearer ${token}` } });
    assert.deepEqual(Buffer.from(await file.arrayBuffer()), jpeg);
    assert.equal((await call(sandbox, '123456'))[1].error?.code, 100);
  });

  const refusals: readonly [what: string, body: object, code: number][] = [
    ['another product', { ...text, messaging_product: 'sms' }, 100],
    ['no recipient', { ...text, to: undefined }, 131008],
    ['a recipient that is no number', { ...text, to: '0170 123' }, 131009],
    ['an unknown type', { ...text, type: 'carrier-pigeon' }, 131051],
    ['no text', { ...text, text: {} }, 131008],
    ['too long a text', { ...text, text: { body: 'x'.repeat(4097) } }, 100],
    ['a reply to nothing', { ...text, context: { message_id: 'wamid.none' } }, 131009],
    ['too long a tag', { ...text, biz_opaque_callback_data: 'x'.repeat(513) }, 100],
    ['an unknown picture', { ...text, type: 'image', image: { id: '1' } }, 131009],
    ['an unknown template', { ...template, template: { ...template.template, name: 'other' } }, 132001],
    [
      'too few parameters',
      {
        ...template,
        template: { ...template.template, components: [{ type: 'body', parameters: parameters.slice(1) }] },
      },
      132000,
    ],
    ['a header that is missing', { ...template, template: { ...template.template, name: 'security_alert' } }, 132012],
    [
      'four buttons',
      { ...interactive, interactive: { ...interactive.interactive, action: { buttons: Array(4).fill(button) } } },
      131009,
    ],
  ];
  for (const [what, body, code] of refusals) {
    test(`refuses ${what}: ${code}`, async (t) => {
      const sandbox = await sandboxFor(t);
      const [status, answer] = await call(sandbox, `${phoneNumberId}/messages`, body);
      assert.equal(answer.error?.code, code);
      assert.ok(status >= 400);
      assert.equal(sandbox.messages.length, 0);
    });
  }

  test('refuses wrong tokens, wrong numbers, and files that are not what they say', async (t) => {
    const sandbox = await sandboxFor(t);
    const [status, answer] = await call(sandbox, `${phoneNumberId}/messages`, text, 'wrong');
    assert.deepEqual([status, answer.error?.code], [401, 190]);
    assert.equal((await call(sandbox, '999/messages', text))[1].error?.code, 100);
    assert.equal((await call(sandbox, `${phoneNumberId}/other`, text))[1].error?.code, 2500);
    const media = async (type: string, bytes: Buffer) =>
      (await call(sandbox, `${phoneNumberId}/media`, upload(type, bytes)))[1].error?.code;
    assert.equal(await media('audio/wav', jpeg), 100);
    assert.equal(await media('image/png', jpeg), 131053);
    assert.equal(await media('image/jpeg', Buffer.concat([jpeg, Buffer.alloc(5 * 1024 * 1024)])), 131053);
    assert.equal((await call(sandbox, `${phoneNumberId}/media`, text))[1].error?.code, 100);
  });

  test('fails on demand, in order', async (t) => {
    const sandbox = await sandboxFor(t);
    sandbox.fail({ code: 131047, details: 'too late' }, { status: 502 }, { on: 'media', code: 131053 });
    const [, first] = await call(sandbox, `${phoneNumberId}/messages`, text);
    assert.deepEqual([first.error?.code, first.error?.error_data?.details], [131047, 'too late']);
    const second = await fetch(`${sandbox.url}/v26.0/${phoneNumberId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(text),
    });
    assert.equal(second.status, 502);
    assert.equal((await call(sandbox, `${phoneNumberId}/media`, upload('image/jpeg', jpeg)))[1].error?.code, 131053);
    assert.equal((await call(sandbox, `${phoneNumberId}/messages`, text))[0], 200);
  });

  test('gives each error of the table as the API does', async (t) => {
    const sandbox = await sandboxFor(t);
    const codes = errorTable.flatMap((rule) => rule.codes.flatMap((code) => code));
    assert.ok(codes.length > 30);
    for (const code of codes) {
      sandbox.fail({ code });
      const [status, answer] = await call(sandbox, `${phoneNumberId}/messages`, text);
      assert.deepEqual([status >= 400, answer.error?.code], [true, code]);
      assert.doesNotMatch(answer.error?.message ?? '', /Unknown error/, String(code));
    }
    assert.equal(sandbox.messages.length, 0);
  });

  test('outside the 24 hours after somebody wrote it refuses all but templates, where that is wanted', async (t) => {
    const sandbox = await sandboxFor(t, { window: 'refuse' });
    const codeOf = async (body: object) => (await call(sandbox, `${phoneNumberId}/messages`, body))[1].error?.code;
    assert.equal(await codeOf(text), 131047);
    assert.equal(await codeOf(interactive), 131047);
    assert.equal(await codeOf(template), undefined);
    sandbox.write('447700900123', 'somebody else');
    assert.equal(await codeOf(text), 131047);
    sandbox.write('491701234567', 'hello');
    assert.equal(await codeOf(text), undefined);
    sandbox.closeWindow();
    assert.equal(await codeOf(text), 131047);
    const [press] = sandbox.messages;
    assert.equal(press?.type, 'template');
    sandbox.press(press, 'Acknowledge');
    assert.equal(await codeOf(interactive), undefined, 'a press opens it too');
    sandbox.closeWindow('491701234567');
    sandbox.enforceWindow('open');
    assert.equal(await codeOf(text), undefined);
  });

  test('posts signed statuses; "read" when somebody has the page open', async (t) => {
    const posts: { headers: IncomingHttpHeaders; body: string }[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        posts.push({ headers: request.headers, body });
        response.end();
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    t.after(() => {
      receiver.close();
      receiver.closeAllConnections();
    });
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhook`;
    const sandbox = await sandboxFor(t, { webhook: { url, appSecret: 'app-secret' } });
    await call(sandbox, `${phoneNumberId}/messages`, { ...text, biz_opaque_callback_data: 'row-7' });
    await until(() => posts.length === 2);
    const page = await fetch(`${sandbox.url}/events`);
    await until(() => posts.length === 3);
    await page.body?.cancel();

    const statuses = posts.map(({ headers, body }) => {
      const signature = createHmac('sha256', 'app-secret').update(body).digest('hex');
      assert.equal(headers['x-hub-signature-256'], `sha256=${signature}`);
      const { entry } = JSON.parse(body) as {
        entry: { changes: { value: { statuses: { status: string; biz_opaque_callback_data: string }[] } }[] }[];
      };
      return entry[0]?.changes[0]?.value.statuses[0];
    });
    assert.deepEqual(
      statuses.map((status) => status?.status),
      ['sent', 'delivered', 'read'],
    );
    assert.equal(statuses[0]?.biz_opaque_callback_data, 'row-7');

    sandbox.enforceWindow('report');
    const [status] = await call(sandbox, `${phoneNumberId}/messages`, { ...text, biz_opaque_callback_data: 'row-8' });
    assert.equal(status, 200, 'it is taken');
    await until(() => posts.some(({ body }) => body.includes('"failed"') && body.includes('row-8')));
    assert.match(posts.at(-1)?.body ?? '', /"code":131047/);
    assert.equal(sandbox.messages.length, 1, 'nobody gets it');
  });

  test('its page says what it is and loads nothing from elsewhere', async (t) => {
    const sandbox = await sandboxFor(t);
    const page = await fetch(sandbox.url);
    const html = await page.text();
    assert.match(html, /Nothing leaves this machine/);
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'self'/);
    assert.doesNotMatch(html, /https?:\/\//);
    for (const file of ['phone.css', 'phone.js']) assert.equal((await fetch(`${sandbox.url}/${file}`)).status, 200);
    assert.match(sandbox.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('does not answer under a name that somebody else made point here', async (t) => {
    const sandbox = await sandboxFor(t);
    const request = httpRequest(`${sandbox.url}/events`, { headers: { host: 'evil.example' } }).end();
    const [response] = (await once(request, 'response')) as [{ statusCode?: number; resume: () => void }];
    response.resume();
    assert.equal(response.statusCode, 403);
  });
});
