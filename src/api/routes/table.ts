import { accountRoutes } from './account-routes.ts';
import { cameraRoutes } from './camera-routes.ts';
import { careRoutes } from './care-routes.ts';
import { incidentRoutes } from './incident-routes.ts';
import { alertRoutes, eventRoutes } from './older-routes.ts';
import { registerRoutes } from './register-routes.ts';
import type { Route } from './route.ts';
import { siteRoutes } from './site-routes.ts';
import { soundRoutes } from './sound-routes.ts';
import { streamRoutes } from './stream-routes.ts';
import { systemRoutes } from './system-routes.ts';
import { smsRoutes } from './sms-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** Every route, by its operationId. */
export const routes = {
  ...systemRoutes,
  ...incidentRoutes,
  ...cameraRoutes,
  ...registerRoutes,
  ...siteRoutes,
  ...streamRoutes,
  ...careRoutes,
  ...soundRoutes,
  ...eventRoutes,
  ...alertRoutes,
  ...webhookRoutes,
  ...accountRoutes,
  ...smsRoutes,
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type OperationId = keyof Routes;
