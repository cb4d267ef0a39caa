import { Type, type Static } from 'typebox';
import { armingFields, ArmingMode } from './messages/arming.ts';
import { epochMs } from './messages/fields.ts';
import { disarmed, usualMode } from './modes.ts';

/** In which mode a site is, since when, and who set it. */
export const Arming = Type.Object({
  ...armingFields,
  at: Type.Number({ ...epochMs, description: 'When it was set; 0: never.' }),
});
export type Arming = Static<typeof Arming>;

export const neverArmed: Arming = { mode: usualMode, counting: usualMode, from: 0, by: '', how: 'unset', at: 0 };

/** Longest time to leave. */
export const mostExitSeconds = 600;

export const ArmingRequest = Type.Object(
  {
    mode: ArmingMode,
    exitDelaySeconds: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: mostExitSeconds,
        description: 'Time to leave: until then the mode of before counts. Disarming has none.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ArmingRequest = Static<typeof ArmingRequest>;

/** What follows from a request at a moment (epoch ms). */
export function armed(
  now: Pick<Arming, 'counting'>,
  { mode, exitDelaySeconds = 0 }: ArmingRequest,
  at: number,
): Pick<Arming, 'mode' | 'counting' | 'from' | 'at'> {
  const waits = mode === disarmed || mode === now.counting ? 0 : exitDelaySeconds * 1000;
  return { mode, counting: waits > 0 ? now.counting : mode, at, from: at + waits };
}

/** The mode of a site as pages and programs get it. */
export const SiteArming = Type.Object({
  ...Arming.properties,
  site: Type.String({ description: 'Id of the site.' }),
  siteName: Type.String({ description: 'Name of the site for people.' }),
  kept: Type.Boolean({ description: 'Whether it is written down: else it is lost by a restart.' }),
});
export type SiteArming = Static<typeof SiteArming>;

/** Every open site. */
export const SiteArmings = Type.Object({ sites: Type.Array(SiteArming) });
export type SiteArmings = Static<typeof SiteArmings>;

/** Body of a change: `site`, its id, is needed where several are open. */
export const SiteArmingRequest = Type.Object(
  { ...ArmingRequest.properties, site: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) },
  { additionalProperties: false },
);
