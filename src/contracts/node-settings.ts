import { Type, type Static } from 'typebox';
import { listPaging } from './list-paging.ts';

/** A node of the running flow, without its secrets. */
export const NodeSettings = Type.Object({
  id: Type.String({ description: 'Id of the node in the flow.' }),
  type: Type.String({ description: 'Type in the palette.' }),
  name: Type.String(),
  settings: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description:
        'As they count: defaults filled in. Of addresses only protocol, host and port are shown, of people the last digits.',
    }),
  ),
  secrets: Type.Array(
    Type.Object({ field: Type.String(), set: Type.Boolean({ description: 'Whether it holds anything.' }) }),
    { description: 'Its credentials. They themselves are never shown.' },
  ),
  fault: Type.Optional(Type.String({ description: 'Stable name of why it does not run: then it has no settings.' })),
});
export type NodeSettings = Static<typeof NodeSettings>;

export const NodeSettingsList = Type.Object({ nodes: Type.Array(NodeSettings), ...listPaging });
export type NodeSettingsList = Static<typeof NodeSettingsList>;
