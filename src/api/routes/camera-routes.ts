import { CameraList, CameraQuery } from '../../contracts/cameras.ts';
import { ListQuery } from '../../contracts/list-paging.ts';
import { MicrophoneList } from '../../contracts/listening.ts';
import { OpaqueId } from './parts.ts';
import type { Route } from './route.ts';

export const cameraRoutes = {
  listCameras: {
    ...{ method: 'GET', path: '/api/v1/cameras', group: 'Cameras', needs: 'viewer' },
    summary: 'Cameras of all sites, their status and live pictures.',
    query: CameraQuery,
    answers: { 200: { description: 'In the order of sites, areas and names.', schema: CameraList } },
  },
  listMicrophones: {
    ...{ method: 'GET', path: '/api/v1/microphones', group: 'Cameras', needs: 'viewer' },
    summary: 'What microphones and sounds of cameras give, in numbers.',
    query: ListQuery,
    answers: { 200: { description: 'In the order of sites, areas and names.', schema: MicrophoneList } },
  },
  readPreview: {
    ...{ method: 'GET', path: '/api/v1/previews/{preview}', group: 'Cameras', needs: 'viewer' },
    summary: 'The live picture of a camera, with what is seen in it.',
    parts: { preview: OpaqueId },
    answers: {
      200: { description: 'A picture.', type: 'image/jpeg' },
      204: { description: 'None yet: ask again in a second.' },
      304: { description: 'Still the one of If-None-Match.' },
    },
    problems: [503],
  },
} as const satisfies Record<string, Route>;
