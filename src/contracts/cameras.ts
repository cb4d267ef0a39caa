import { Type, type Static } from 'typebox';
import { listPaging, listQuery } from './list-paging.ts';
import { streamStatuses } from './messages.ts';

/**
 * The cameras and their live pictures, below `<httpNodeRoot>/echosight/api/v1`.
 *
 * | route                | answers                                                                                     |
 * | -------------------- | ------------------------------------------------------------------------------------------- |
 * | `GET /cameras`       | 200 `CameraList`                                                                            |
 * | `GET /previews/<id>` | 200 a JPEG with an `ETag`, 204 none yet, 304 still the one of `If-None-Match`, 404 no such  |
 *
 * Pictures of a source are made for as long as somebody asks for them again within 15 s, from the next frame on. Privacy
 * masks are burnt in before anything of ours sees a frame. Who asks more than 30 times a second is refused (429).
 */

/** What one detectron-infer node sees of a camera. */
export const LivePreview = Type.Object({
  id: Type.String({ description: 'Opaque; stays the same when Node-RED starts anew.' }),
  model: Type.String({ description: 'Id of the model.' }),
  rate: Type.Number({ description: 'Pictures a second at most; 0: the node makes none.' }),
  capturedAt: Type.Number({ description: 'Epoch ms of the newest frame that the node got.' }),
  detects: Type.Boolean({ description: 'False: its model does not work, so that the picture shows no objects.' }),
});
export type LivePreview = Static<typeof LivePreview>;

/** A camera that runs in a flow. */
export const CameraSummary = Type.Object({
  site: Type.String({ description: 'Id of the site.' }),
  siteName: Type.String({ description: 'Name of the site for people.' }),
  area: Type.String(),
  source: Type.String({ description: 'Name of the camera.' }),
  status: Type.Optional(
    Type.Enum(streamStatuses, { description: 'Of its stream; absent where frames come from elsewhere than rtsp-in.' }),
  ),
  detail: Type.Optional(Type.String({ description: 'The status in words for people.' })),
  since: Type.Optional(Type.Number({ description: 'Epoch ms of the last change of the status.' })),
  goneAt: Type.Optional(
    Type.Number({ description: 'Epoch ms: it was renamed or removed then. Absent while it is part of the flow.' }),
  ),
  previews: Type.Array(LivePreview, { description: 'One of each detectron-infer that gets its frames.' }),
});
export type CameraSummary = Static<typeof CameraSummary>;

export const CameraQuery = Type.Object({
  gone: Type.Optional(
    Type.Enum(['true', 'false'], { description: 'true: with those that are gone; `/sources` tells more of them.' }),
  ),
  ...listQuery,
});

/** In the order of sites, areas and names. */
export const CameraList = Type.Object({ cameras: Type.Array(CameraSummary), ...listPaging });
export type CameraList = Static<typeof CameraList>;
