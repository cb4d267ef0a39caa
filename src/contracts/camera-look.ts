import { Type, type Static } from 'typebox';

/** What the dialog of a camera asks of `POST echosight/sentinel-camera/look`: its fields as they stand, deployed or not. */
export const CameraLookRequest = Type.Object(
  {
    id: Type.String({ maxLength: 64, description: 'Id of the camera node.' }),
    address: Type.String({ maxLength: 2000 }),
    transport: Type.String({ maxLength: 200 }),
    username: Type.String({ maxLength: 200 }),
    password: Type.Optional(
      Type.String({ maxLength: 200, description: 'Absent: the one that is stored, if the address is still its own.' }),
    ),
    fresh: Type.Boolean({ description: 'A connection of its own, even where the camera is running.' }),
  },
  { additionalProperties: false },
);
export type CameraLookRequest = Static<typeof CameraLookRequest>;

/** What one look at a camera shows. */
export interface CameraLookAnswer {
  /** Own connection, or the newest picture of the running flow: masked where it has privacy zones. */
  from: 'camera' | 'running' | 'running-masked';
  /** JPEG as a data: address, without any mask unless `from` says so. */
  picture: string;
  width: number;
  height: number;
  /** Absent when the picture comes from the running flow. */
  stream?: {
    /** Codec in the words of people, such as H.264. */
    video: string;
    size?: { width: number; height: number };
    /** Pictures a second. */
    rate?: number;
    /** Likewise of the sound; absent without any. */
    audio?: string;
    /** Seconds until the first picture. */
    latency: number;
  };
}
