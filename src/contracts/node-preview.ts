/** Why the dialog of detectron-infer shows a picture, or none. */
export type NodePreviewState =
  /** No running node has this id: it was never deployed, or is disabled, or its settings are not usable. */
  | 'absent'
  /** It makes no pictures. */
  | 'off'
  /** No frame of a camera has come to it yet. */
  | 'waiting'
  /** Frames come; the next one is shown. */
  | 'coming'
  /** Frames came, and have stopped. */
  | 'silent'
  | 'live';

/** What a running detectron-infer sees. */
export interface NodePreviewAnswer {
  state: NodePreviewState;
  /** Whose frames it gets. */
  sources: readonly string[];
  /** The one that is shown. */
  source?: string;
  /** JPEG as a data: address; absent while it is the one that the dialog has. */
  picture?: string;
  /** Of the picture: a question with `has` of it is answered without. */
  tag?: string;
  /** Epoch ms of the newest frame. */
  capturedAt?: number;
  /** What cameras say that are not connected. */
  streams: readonly string[];
  /** Why nothing is detected. */
  fault?: string;
}
