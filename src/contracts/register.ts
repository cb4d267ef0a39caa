import { Type, type Static } from 'typebox';
import { pageLimits } from './api.ts';
import { epochMs, nameLimit } from './messages/fields.ts';

/** A camera or microphone of the flow. No address and no secret is part of it. */
export interface FlowSource {
  name: string;
  kind: 'camera' | 'microphone';
  /** Type of the node that brings it. */
  nodeType: string;
  area: string;
  /** Name for people. */
  title: string;
}

/** What the flow of a site has now. */
export interface FlowNow {
  site: { id: string; name: string; timeZone: string };
  sources: readonly FlowSource[];
}

export const modelKinds = ['objects', 'pose', 'sound', 'sound-head'] as const;
export type ModelKind = (typeof modelKinds)[number];

/** A model that judged something: by its digest, so that a file that was exchanged is another one. */
export interface UsedModel {
  /** As signals name it. */
  id: string;
  /** Hex SHA-256 of its file. */
  sha256: string;
  kind: ModelKind;
  /** Of a head that users taught. */
  version?: number;
}

/** Told with every picture and window which model judged which source; returns at once. */
export type NoteModel = (model: UsedModel, source: string) => void;

/** `current`: part of the flow now. */
export const registerStates = ['current', 'gone'] as const;
export const sourceKinds = ['camera', 'microphone', 'unknown'] as const;

const nameQuery = Type.Optional(Type.String({ minLength: 1, maxLength: nameLimit, description: 'Id of a site.' }));
/** Far above what is kept. */
export const mostRegistered = 1_000_000;
const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.most, default: pageLimits.usual })),
  after: Type.Optional(
    Type.Integer({ minimum: 0, maximum: mostRegistered, description: '`next` of the page before.' }),
  ),
};
const state = Type.Optional(Type.Enum(registerStates, { description: 'Default: both.' }));
export const RegisterQuery = Type.Object({ ...pageQuery, site: nameQuery, state });
export const SourceQuery = Type.Object({
  ...RegisterQuery.properties,
  kind: Type.Optional(Type.Enum(sourceKinds)),
});
export const ModelQuery = Type.Object({ ...pageQuery, site: nameQuery, kind: Type.Optional(Type.Enum(modelKinds)) });

const seen = {
  firstSeen: Type.Number({ ...epochMs, description: 'Epoch ms: since when it is known, be it by an incident.' }),
  lastSeen: Type.Number({ ...epochMs, description: 'Epoch ms, to the hour: when it was last known to be there.' }),
  goneAt: Type.Optional(Type.Number({ ...epochMs, description: 'Epoch ms. Absent while it is part of the flow.' })),
};
const ofSite = {
  site: Type.String({ description: 'Id of the site.' }),
  siteName: Type.String({ description: 'Name of the site for people.' }),
};

export const RegisteredSite = Type.Object({
  ...ofSite,
  timeZone: Type.String({ description: 'Empty: that of the machine.' }),
  ...seen,
});
export type RegisteredSite = Static<typeof RegisteredSite>;

export const RegisteredArea = Type.Object({ ...ofSite, area: Type.String(), ...seen });
export type RegisteredArea = Static<typeof RegisteredArea>;

export const RegisteredSource = Type.Object({
  ...ofSite,
  source: Type.String({ description: 'As incidents name it.' }),
  kind: Type.Enum(sourceKinds, {
    description: 'unknown: only incidents name it, and goneAt is when the last of them did.',
  }),
  nodeType: Type.Optional(Type.String({ description: 'Type of the node that brought it.' })),
  area: Type.String({ description: 'Where it stood last; empty where nobody knows.' }),
  title: Type.String({ description: 'Name for people.' }),
  ...seen,
});
export type RegisteredSource = Static<typeof RegisteredSource>;

export const RegisteredModel = Type.Object({
  ...ofSite,
  model: Type.String({ description: 'As signals name it.' }),
  sha256: Type.String({ description: 'Hex SHA-256 of its file. One that was exchanged is another model.' }),
  kind: Type.Enum(modelKinds, { description: 'sound-head: what users taught a sound model.' }),
  version: Type.Optional(Type.Integer({ description: 'Of a head.' })),
  firstUsed: epochMs,
  lastUsed: Type.Number({ ...epochMs, description: 'Epoch ms, to the hour.' }),
  sources: Type.Array(Type.Object({ source: Type.String(), firstUsed: epochMs, lastUsed: epochMs }), {
    description: 'What it judged, by name; the 200 that it judged last.',
  }),
});
export type RegisteredModel = Static<typeof RegisteredModel>;

const page = {
  total: Type.Integer({ minimum: 0 }),
  next: Type.Optional(Type.Integer({ minimum: 1, description: '`after` of the next page; absent on the last one.' })),
  unavailable: Type.Optional(
    Type.Array(Type.String(), { description: 'Names of sites of which nothing can be read now.' }),
  ),
};
export const SiteRegister = Type.Object({ items: Type.Array(RegisteredSite), ...page });
export const AreaRegister = Type.Object({ items: Type.Array(RegisteredArea), ...page });
export const SourceRegister = Type.Object({ items: Type.Array(RegisteredSource), ...page });
export type SourceRegister = Static<typeof SourceRegister>;
export const ModelRegister = Type.Object({ items: Type.Array(RegisteredModel), ...page });
export type ModelRegister = Static<typeof ModelRegister>;
