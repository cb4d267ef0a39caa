/** A second or more of a camera, from key frame to key frame, as a file. */
export interface Segment {
  /** Absolute path. */
  file: string;
  /** When the lens saw the first picture, in ms of the monotonic clock. */
  from: number;
  /** When it saw the first picture after it. */
  to: number;
  bytes: number;
  /** Codec of the picture, in ffmpeg's words. */
  video: string;
  /** Of the picture, such as 1280x720; empty where nobody said. */
  size: string;
  sound: boolean;
  /** What hides its privacy areas, as a chain of filters of ffmpeg; undefined where nothing is hidden. The file itself hides nothing. */
  mask: string | undefined;
  /** It still grows: a copy of it may end in the middle of a picture. */
  open: boolean;
}
