import type { RuleCondition } from '../contracts/configs.ts';
import type { DetectedObject } from '../contracts/messages.ts';
import type { Look, Sighting } from './look.ts';

/** What one look shows of a condition; undefined when it does not show it. How often and how long is not asked here. */
export function fitting(look: Look, condition: RuleCondition): Sighting | undefined {
  const sighting = look.sightings.get(condition.label);
  if (sighting === undefined || sighting.score < (condition.minimumScore ?? 0)) return undefined;
  if (condition.source !== undefined && condition.source !== look.source) return undefined;
  if (condition.feature !== undefined && !reaches(sighting, condition.feature)) return undefined;
  return isNarrow(condition) ? narrowed(sighting, condition, look.capturedAt) : sighting;
}

/** Whether a condition asks for certain objects of its label, or for several of them. */
export function isNarrow({ zone, count, dwellSeconds, moving, minimumSpeed }: RuleCondition): boolean {
  return [zone, count, dwellSeconds, moving, minimumSpeed].some((asked) => asked !== undefined);
}

/** For how long an object has been in the zone of a condition, or else in view, in seconds. */
export function dwellOf({ dwell, since }: DetectedObject, zone: string | undefined, at: number): number {
  if (zone === undefined) return since === undefined ? 0 : (at - since) / 1000;
  return dwell !== undefined && Object.hasOwn(dwell, zone) ? (dwell[zone] ?? 0) : 0;
}

function narrowed(sighting: Sighting, condition: RuleCondition, at: number): Sighting | undefined {
  const objects = sighting.objects?.filter((object) => isMeant(object, condition, at)) ?? [];
  const [best] = objects;
  if (best === undefined || objects.length < (condition.count ?? 1)) return undefined;
  const { label, score } = best;
  // That a tracker saw it more often says nothing of where it stood then.
  return { label, score, objects };
}

/**
 * Who does not say whether an object moves may have seen it but once: it counts as moving, which is what alarms ask for. It is not
 * known to be fast.
 */
function isMeant(object: DetectedObject, condition: RuleCondition, at: number): boolean {
  const { minimumScore = 0, zone, dwellSeconds = 0, moving, minimumSpeed = 0 } = condition;
  return (
    object.score >= minimumScore &&
    (zone === undefined || object.zones?.includes(zone) === true) &&
    (moving === undefined || (object.moving ?? true) === moving) &&
    (object.speed ?? 0) >= minimumSpeed &&
    (dwellSeconds === 0 || dwellOf(object, zone, at) >= dwellSeconds)
  );
}

function reaches({ features }: Sighting, { name, atLeast }: NonNullable<RuleCondition['feature']>): boolean {
  const value = features !== undefined && Object.hasOwn(features, name) ? features[name] : undefined;
  return typeof value === 'number' && value >= atLeast;
}
