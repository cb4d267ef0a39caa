import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { checkedWebhook, type WebhookAccount } from '../../src/alerting/channels/webhook/account.ts';
import { incident } from '../unit/alerting/incident.ts';
import { jpeg, until } from './alert-desk.ts';
import { channelDesk, channelPolicy } from './channel-desk.ts';

interface Post {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A receiver that answers with what it is told to, and 204 then. @param answers statuses; 0: it hangs up after reading. */
async function scene(t: TestContext, changes: Partial<WebhookAccount> & { path?: string }, answers: number[] = []) {
  const posts: Post[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      posts.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
      const status = answers.shift() ?? 204;
      if (status === 0) request.destroy();
      else response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { path = '/hook/alerts', ...settings } = changes;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const account = checkedWebhook({ id: 'hook', url, form: 'json', secret: '', token: '', ...settings });
  return { posts, ...(await channelDesk(t, account)) };
}

const jsonOf = (post: Post | undefined) => JSON.parse(String(post?.body)) as Record<string, unknown>;

describe('alerts to a webhook', () => {
  test('are signed JSON with the picture', async (t) => {
    const { posts, alerts, settled, deliveries } = await scene(t, { secret: 'canary-secret', token: 'canary-token' });
    await alerts.alert(incident(), jpeg, channelPolicy);
    await settled();
    const [post] = posts;
    assert.ok(post);
    const signed = createHmac('sha256', 'canary-secret').update(post.body).digest('hex');
    assert.equal(post.headers['x-echosight-signature'], `sha256=${signed}`);
    assert.equal(post.headers.authorization, 'Bearer canary-token');
    const { kind, incidentId, severity, text, picture } = jsonOf(post);
    assert.deepEqual([kind, incidentId, severity], ['alert', 'incident-1', 3]);
    assert.match(String(text), /^Alarm at Kiosk/);
    assert.deepEqual(picture, { mime: 'image/jpeg', base64: jpeg.toString('base64') });
    assert.match(deliveries.at(-1)?.recipient ?? '', /^127\.0\.0\.1:\d+$/);
  });

  test('come again with the same key while the receiver is not well', async (t) => {
    const { posts, alerts, settled } = await scene(t, {}, [500, 0, 429]);
    await alerts.alert(incident(), undefined, channelPolicy);
    await settled();
    assert.equal(posts.length, 4);
    assert.equal(new Set(posts.map(({ headers }) => headers['idempotency-key'])).size, 1);
    assert.equal(new Set(posts.map((post) => jsonOf(post).id)).size, 1);
  });

  test('follow no redirect, and tell of it once', async (t) => {
    const { posts, alerts, deliveries } = await scene(t, { token: 'canary-token' }, [302, 302, 302, 302]);
    await alerts.alert(incident(), undefined, channelPolicy);
    await until(() => posts.length >= 2);
    assert.ok(posts.every(({ path }) => path === '/hook/alerts'));
    assert.equal(deliveries.filter(({ error }) => error?.name === 'ES_CHANNEL_SETUP').length, 1);
  });

  test('to ntfy have title, priority and link, and the topic of the address', async (t) => {
    const { posts, alerts, settled } = await scene(t, { form: 'ntfy', path: '/base/my-topic' });
    const template = '{severityWord}: {label}\n{snapshotUrl}';
    const evidence = [
      { id: 'e1', type: 'snapshot', source: 'front', mime: 'image/jpeg', bytes: 1, sha256: '', capturedAt: 1 },
    ] as const;
    const place = { publicAddress: 'https://home.example/echosight' };
    await alerts.alert(incident({ evidence: [...evidence] }), undefined, { ...channelPolicy, template, ...place });
    await settled();
    assert.equal(posts[0]?.path, '/base');
    const link = 'https://home.example/echosight/api/v1/evidence/e1';
    assert.deepEqual(jsonOf(posts[0]), {
      ...{ topic: 'my-topic', title: 'Alarm: Person and breaking glass', message: link },
      ...{ priority: 5, tags: ['rotating_light'], click: link },
    });
  });

  test('never go to link-local or metadata addresses', () => {
    const settings = { id: 'a', form: 'json', secret: '', token: '' } as const;
    for (const url of [
      'http://169.254.169.254/latest',
      'http://[::ffff:169.254.169.254]/',
      'http://2852039166/',
      'http://metadata.google.internal/',
      'ftp://x/',
      'http://user:pass@host/',
    ]) {
      assert.throws(() => checkedWebhook({ ...settings, url }), { name: 'ES_BAD_ADDRESS' }, url);
    }
    assert.throws(() => checkedWebhook({ ...settings, form: 'ntfy', url: 'https://ntfy.sh/' }), {
      name: 'ES_BAD_CONFIG',
    });
  });
});
