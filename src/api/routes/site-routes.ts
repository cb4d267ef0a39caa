import { LiveTicket } from '../../contracts/api.ts';
import { SiteArming, SiteArmingRequest, SiteArmings } from '../../contracts/arming.ts';
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
    problems: [404, 409, 422],
  },
  makeLiveTicket: {
    ...{ method: 'POST', path: '/api/v1/live/tickets', group: 'Live', needs: 'viewer' },
    summary: 'Admits one WebSocket to /api/v1/live or /api/v1/ws, within 30 s.',
    answers: { 201: { description: 'A ticket.', schema: LiveTicket } },
    problems: [503],
  },
} as const satisfies Record<string, Route>;
