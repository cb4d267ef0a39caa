import {
  AreaRegister,
  ModelQuery,
  ModelRegister,
  RegisterQuery,
  SiteRegister,
  SourceQuery,
  SourceRegister,
} from '../../contracts/register.ts';
import type { Route } from './route.ts';

/** What there is and what there was. */
export const registerRoutes = {
  listSites: {
    ...{ method: 'GET', path: '/api/v1/sites', group: 'Register', needs: 'viewer' },
    summary: 'Every site, also under the ids that it had before.',
    query: RegisterQuery,
    answers: { 200: { description: 'A page, by name.', schema: SiteRegister } },
  },
  listAreas: {
    ...{ method: 'GET', path: '/api/v1/areas', group: 'Register', needs: 'viewer' },
    summary: 'Every area, also those that are gone and that incidents name.',
    query: RegisterQuery,
    answers: { 200: { description: 'A page, by site and name.', schema: AreaRegister } },
  },
  listSources: {
    ...{ method: 'GET', path: '/api/v1/sources', group: 'Register', needs: 'viewer' },
    summary: 'Every camera and microphone, also those that were renamed or removed and that incidents name.',
    query: SourceQuery,
    answers: { 200: { description: 'A page, by site and name.', schema: SourceRegister } },
  },
  listModels: {
    ...{ method: 'GET', path: '/api/v1/models', group: 'Register', needs: 'viewer' },
    summary: 'Models that judged something, with their digests, since when, and which sources.',
    query: ModelQuery,
    answers: { 200: { description: 'A page by site, those used last first.', schema: ModelRegister } },
  },
} as const satisfies Record<string, Route>;
