import { Type } from 'typebox';
import type { Route } from './route.ts';

/** Where Twilio posts what became of messages, below the place where the API is mounted. */
export const smsReportPath = '/api/v1/sms/reports';

export const smsRoutes = {
  takeSmsReport: {
    ...{ method: 'POST', path: smsReportPath, group: 'SMS', needs: 'signature' },
    summary: 'Takes what Twilio reports of a message, signed with the auth token of the account.',
    query: Type.Object({
      account: Type.String({ description: 'Id of the account node.' }),
      row: Type.Optional(Type.String({ description: 'Id of the message in the outbox.' })),
    }),
    body: { schema: Type.Object({}), type: 'application/x-www-form-urlencoded' },
    answers: { 200: { description: 'It is taken.', schema: Type.String(), type: 'text/plain; charset=utf-8' } },
    problems: [401, 404, 408, 413, 503],
  },
} as const satisfies Record<string, Route>;
