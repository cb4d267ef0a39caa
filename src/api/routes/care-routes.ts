import { ListQuery } from '../../contracts/list-paging.ts';
import { NodeSettingsList } from '../../contracts/node-settings.ts';
import { SiteChoice, SiteRetentions, SiteVerification, SiteVerifications } from '../../contracts/site-care.ts';
import type { Route } from './route.ts';

/** What who looks after an installation asks. */
export const careRoutes = {
  readVerification: {
    ...{ method: 'GET', path: '/api/v1/site/verification', group: 'Sites', needs: 'admin' },
    summary: 'What the last verification of the evidence of each site has found, or that one is under way.',
    answers: { 200: { description: 'Every open site.', schema: SiteVerifications } },
  },
  verifyEvidence: {
    ...{ method: 'POST', path: '/api/v1/site/verification', group: 'Sites', needs: 'admin' },
    summary: 'Begins to check every row and file of a site against its chain and seals.',
    body: { schema: SiteChoice, optional: true },
    answers: { 202: { description: 'It has begun; ask what it finds by GET.', schema: SiteVerification } },
    problems: [404, 409, 422],
  },
  readRetention: {
    ...{ method: 'GET', path: '/api/v1/site/retention', group: 'Sites', needs: 'admin' },
    summary: 'What each site would delete now, why, and what is held. Nothing is deleted by asking.',
    answers: { 200: { description: 'Every open site.', schema: SiteRetentions } },
  },
  readConfig: {
    ...{ method: 'GET', path: '/api/v1/config', group: 'System', needs: 'admin' },
    summary: 'Settings of the running nodes, every secret masked.',
    query: ListQuery,
    answers: { 200: { description: 'By type and name.', schema: NodeSettingsList } },
  },
} as const satisfies Record<string, Route>;
