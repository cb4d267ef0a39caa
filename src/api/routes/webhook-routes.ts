import { Type } from 'typebox';
import type { Route } from './route.ts';

/** Where WhatsApp posts to, below the place where the API is mounted. */
export const webhookPath = '/api/v1/whatsapp/webhook';

const text = { schema: Type.String(), type: 'text/plain; charset=utf-8' } as const;

export const webhookRoutes = {
  proveWebhook: {
    ...{ method: 'GET', path: webhookPath, group: 'WhatsApp', needs: 'signature' },
    summary: 'Proves to Meta that the address is ours.',
    query: Type.Object({
      'hub.mode': Type.Optional(Type.String()),
      'hub.verify_token': Type.Optional(Type.String()),
      'hub.challenge': Type.Optional(Type.String()),
    }),
    answers: { 200: { description: 'The challenge.', ...text } },
    problems: [404],
  },
  takeWebhook: {
    ...{ method: 'POST', path: webhookPath, group: 'WhatsApp', needs: 'signature' },
    summary: 'Takes what WhatsApp posts, signed with the app secret of an account.',
    body: { schema: Type.Object({}) },
    answers: { 200: { description: 'It is taken.', ...text } },
    problems: [404, 408, 413, 503],
  },
} as const satisfies Record<string, Route>;
