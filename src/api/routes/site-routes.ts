import { Type } from 'typebox';
import { LiveTicket } from '../../contracts/api.ts';
import { SiteArming, SiteArmingRequest, SiteArmings } from '../../contracts/arming.ts';
import { listQuery } from '../../contracts/list-paging.ts';
import { RuleNodes } from '../../contracts/rule-list.ts';
import type { Route } from './route.ts';

export const siteRoutes = {
  readArming: {
    ...{ method: 'GET', path: '/api/v1/site/arming', group: 'Sites', needs: 'viewer' },
    summary: 'Which rules count now, of each site.',
    answers: { 200: { description: 'Every open site.', schema: SiteArmings } },
  },
  changeArming: {
    ...{ method: 'PUT', path: '/api/v1/site/arming', group: 'Sites', needs: 'operator' },
    summary: 'Arms or disarms a site.',
    body: { schema: SiteArmingRequest },
    answers: { 200: { description: 'The mode that holds now.', schema: SiteArming } },
    guarded: true,
    problems: [404, 409, 422],
  },
  listRules: {
    ...{ method: 'GET', path: '/api/v1/rules', group: 'Sites', needs: 'viewer' },
    summary: 'The rules of each fuse-severity as sentences, and which of them count now.',
    query: Type.Object({
      lang: Type.Optional(
        Type.Enum(['en', 'de'], { description: 'Of the sentences; default: as Accept-Language says, else English.' }),
      ),
      ...listQuery,
    }),
    answers: { 200: { description: 'By site and name of the node.', schema: RuleNodes } },
  },
  makeLiveTicket: {
    ...{ method: 'POST', path: '/api/v1/live/tickets', group: 'Live', needs: 'viewer' },
    summary: 'Admits one WebSocket to /api/v1/live or /api/v1/ws, within 30 s.',
    answers: { 201: { description: 'A ticket.', schema: LiveTicket } },
    problems: [503],
  },
} as const satisfies Record<string, Route>;
