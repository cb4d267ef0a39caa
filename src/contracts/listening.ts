import { Type, type Static } from 'typebox';
import { listPaging } from './list-paging.ts';
import { streamStatuses } from './messages.ts';

/**
 * What is heard, in numbers, below `<httpNodeRoot>/echosight/api/v1` and in the editor. No sound leaves by it.
 *
 * | route              | answers              |
 * | ------------------ | -------------------- |
 * | `GET /microphones` | 200 `MicrophoneList` |
 */

const score = Type.Number({ minimum: 0, maximum: 1 });

export const HeardClass = Type.Object({
  label: Type.String(),
  score,
  highest: Type.Number({ ...score, description: 'Since `Listener.since`.' }),
  threshold: score,
});
export type HeardClass = Static<typeof HeardClass>;

/** What one audio-classify node hears of one microphone, as of its newest window. */
export const Listener = Type.Object({
  model: Type.String({ description: 'Id of the model.' }),
  works: Type.Boolean({ description: 'False: its model does not work, so that nothing is recognised.' }),
  capturedAt: Type.Number({ description: 'Epoch ms of the newest window.' }),
  silentMs: Type.Number({ description: 'Milliseconds since that window came.' }),
  dbfs: Type.Number(),
  peak: Type.Number({ minimum: 0 }),
  classes: Type.Array(HeardClass, { description: 'Every class that has a threshold.' }),
  top: Type.Array(Type.Object({ label: Type.String(), score }), { description: 'The five best raw classes.' }),
  triggered: Type.Array(Type.String(), { description: 'Sounds that are heard.' }),
  last: Type.Optional(
    Type.Object(
      { sounds: Type.Array(Type.String()), at: Type.Number({ description: 'Epoch ms.' }) },
      { description: 'The newest window in which something was heard.' },
    ),
  ),
  suppressed: Type.Array(Type.Object({ label: Type.String(), by: Type.String() })),
  mutedUntil: Type.Optional(Type.Number({ description: 'Epoch ms: our own loudspeaker talks.' })),
  unheard: Type.Integer({ minimum: 0, description: 'Sounds that were not told because our own loudspeaker talked.' }),
  levels: Type.Array(Type.Enum(['noise', 'silence']), { description: 'Louder or quieter than allowed, for long.' }),
  since: Type.Number({ description: 'Epoch ms: since when `highest` counts.' }),
});
export type Listener = Static<typeof Listener>;

/** A microphone, or the sound of a camera, that runs in a flow. */
export const MicrophoneSummary = Type.Object({
  site: Type.String({ description: 'Id of the site.' }),
  siteName: Type.String({ description: 'Name of the site for people.' }),
  area: Type.String(),
  source: Type.String({ description: 'Name of the microphone or camera.' }),
  status: Type.Optional(
    Type.Enum(streamStatuses, {
      description: 'Of its stream; absent where sound comes from elsewhere than our nodes.',
    }),
  ),
  detail: Type.Optional(Type.String({ description: 'The status in words for people.' })),
  since: Type.Optional(Type.Number({ description: 'Epoch ms of the last change of the status.' })),
  listeners: Type.Array(Listener, { description: 'One of each audio-classify that gets its sound.' }),
});
export type MicrophoneSummary = Static<typeof MicrophoneSummary>;

/** In the order of sites, areas and names. */
export const MicrophoneList = Type.Object({ microphones: Type.Array(MicrophoneSummary), ...listPaging });
export type MicrophoneList = Static<typeof MicrophoneList>;

/** What runs a sound model. */
export interface ModelRun {
  backend: string;
  /** Milliseconds from sound to scores, of the newest run: of one window, or of several that waited together. */
  windowMs: number;
}

/** What the running audio-classify nodes hear, for the editor. */
export interface ListeningAnswer {
  nodes: readonly {
    /** Id of the node. */
    id: string;
    model: string;
    /** Why nothing is recognised. */
    fault?: string;
    /** Absent before the first sound. */
    runs?: ModelRun;
    sources: readonly (Listener & { site: string; source: string; area: string })[];
  }[];
}
