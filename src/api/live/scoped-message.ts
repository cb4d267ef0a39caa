import { maySee, maySeeSite, type Scope } from '../../contracts/access.ts';
import type { LiveMessage } from '../../contracts/api.ts';
import { scopedIncident } from '../access/scoped-incident.ts';

/**
 * A message as somebody may see it; undefined for what they may not. Numbers then have gaps.
 * @param text the message for who may see everything.
 */
export function scopedMessage(scope: Scope, text: string): string | undefined {
  if (scope.sources === undefined) return text;
  const message = JSON.parse(text) as LiveMessage;
  if (message.type === 'hello') return text;
  if (message.type === 'arming') return maySeeSite(scope, message.arming.site) ? text : undefined;
  if (message.type === 'stream') {
    return maySee(scope, message.stream.site, message.stream.source) ? text : undefined;
  }
  // Of anything that is told one day and not known here, nobody with a scope learns.
  if ((message.type as string) !== 'incident') return undefined;
  const incident = scopedIncident(scope, message.incident);
  return incident && JSON.stringify({ ...message, incident });
}
