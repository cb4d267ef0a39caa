import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { signatureOf } from '../../../../scripts/demo/whatsapp/webhook.ts';
import { isSame, isSigned } from '../../../../src/alerting/inbound/webhook-keys.ts';
import { Api } from '../../../../src/api/api.ts';
import { webhookPath } from '../../../../src/api/routes/webhook-routes.ts';
import type { WebhookReceiver } from '../../../../src/contracts/ports.ts';
import { apiHost } from '../api-host.ts';

/** Somebody behind a proxy, who is nobody's neighbour. */
const outside = { 'x-forwarded-for': '203.0.113.9' };
const body = JSON.stringify({ object: 'whatsapp_business_account', text: 'grüße' });

class Receiver implements WebhookReceiver {
  readonly taken: string[] = [];
  full = false;
  readonly #secret: string;
  constructor(secret: string) {
    this.#secret = secret;
  }
  knows(word: string): boolean {
    return isSame(word, `word of ${this.#secret}`);
  }
  trusts(bytes: Uint8Array, signature: string): boolean {
    return isSigned(bytes, signature, this.#secret);
  }
  take(bytes: Uint8Array): boolean {
    if (!this.full) this.taken.push(Buffer.from(bytes).toString());
    return !this.full;
  }
}

async function serve(t: TestContext, ...receivers: Receiver[]): Promise<string> {
  const api = new Api(apiHost({ whatsAppReceivers: () => receivers }));
  const server = createServer((request, response) => {
    void api.handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${webhookPath}`;
}

async function post(url: string, secret: string, sent = body, signed = body): Promise<number> {
  const headers = {
    ...outside,
    'content-type': 'application/json',
    'x-hub-signature-256': signatureOf(signed, secret),
  };
  return (await fetch(url, { method: 'POST', headers, body: sent })).status;
}

describe('the webhook of WhatsApp', () => {
  test('proves that the address is ours to who knows the word, from anywhere', async (t) => {
    const url = await serve(t, new Receiver('one'), new Receiver('two'));
    const ask = async (word: string, mode = 'subscribe', challenge = '1158201444') => {
      const query = new URLSearchParams({ 'hub.mode': mode, 'hub.verify_token': word, 'hub.challenge': challenge });
      return await fetch(`${url}?${String(query)}`, { headers: outside });
    };
    for (const word of ['word of one', 'word of two']) {
      const answer = await ask(word);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
      assert.equal(await answer.text(), '1158201444');
    }
    assert.equal((await ask('word of three')).status, 403);
    assert.equal((await ask('')).status, 403);
    assert.equal((await ask('word of one', 'unsubscribe')).status, 403);
    assert.equal((await ask('word of one', 'subscribe', '')).status, 403);
    assert.equal((await fetch(url, { headers: outside })).status, 403);
    const script = await ask('word of one', 'subscribe', '<script>');
    assert.deepEqual([script.headers.get('x-content-type-options'), await script.text()], ['nosniff', '<script>']);
  });

  test('takes the very bytes that were signed, for whoever trusts the signature', async (t) => {
    const [one, two] = [new Receiver('one'), new Receiver('two')];
    const url = await serve(t, one, two);
    assert.equal(await post(url, 'two'), 200);
    assert.deepEqual([one.taken, two.taken], [[], [body]]);
  });

  test('takes nothing else', async (t) => {
    const one = new Receiver('one');
    const url = await serve(t, one);
    assert.equal(await post(url, 'two'), 401, 'another secret');
    assert.equal(await post(url, 'one', body.replace('g', 'h')), 401, 'one byte changed');
    assert.equal(await post(url, 'one', JSON.stringify(JSON.parse(body), null, 1)), 401, 'written again');
    assert.equal((await fetch(url, { method: 'POST', headers: outside, body })).status, 401, 'no signature');
    const signed = { 'x-hub-signature-256': signatureOf(body, 'one') };
    assert.equal((await fetch(url, { method: 'PUT', headers: signed, body })).status, 405);
    const large = 'x'.repeat(3 * 1024 * 1024 + 1);
    assert.equal(await post(url, 'one', large, large), 413);
    assert.deepEqual(one.taken, []);
  });

  test('cuts off a body that is longer than it says', async (t) => {
    const one = new Receiver('one');
    const url = await serve(t, one);
    const request = httpRequest(url, { method: 'POST', headers: { 'x-hub-signature-256': 'sha256=00' } });
    request.on('error', () => undefined);
    const answered = once(request, 'response') as Promise<[{ statusCode?: number }]>;
    for (let mb = 0; mb < 4; mb += 1) request.write(Buffer.alloc(1024 * 1024));
    assert.equal((await answered)[0].statusCode, 413);
    request.destroy();
    assert.deepEqual(one.taken, []);
  });

  test('asks Meta to come again when too much waits', async (t) => {
    const one = new Receiver('one');
    one.full = true;
    const url = await serve(t, one);
    assert.equal(await post(url, 'one'), 503);
  });

  test('is not there without a receiver, and opens nothing else to the world', async (t) => {
    const url = await serve(t);
    assert.equal(await post(url, 'one'), 404);
    const open = await serve(t, new Receiver('one'));
    for (const path of ['/', '/x', '?x=1/../../../health']) {
      const { status } = await fetch(`${open}${path}`, { headers: outside });
      assert.equal(status, 403, path);
    }
    assert.equal((await fetch(open.replace('whatsapp/webhook', 'health'), { headers: outside })).status, 403);
  });
});
