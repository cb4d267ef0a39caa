/** The bytes that go with an incident message. */
export interface IncidentMedia {
  /** JPEG with boxes: the picture of the area that shows the reason best. */
  image?: Buffer;
  /** The same picture as the camera gave it; absent where nothing is drawn on `image`. */
  cleanImage?: Buffer;
  /** 16 kHz mono, with phase `evidence`: from five seconds before the start, or the ten seconds that are remembered. */
  samples?: Float32Array;
  /** MP4, with a message of phase `evidence` of its own, whose `source` is the camera and whose `capturedAt` the clip's start. */
  clip?: Buffer;
}
