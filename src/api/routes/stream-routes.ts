import {
  Stream,
  StreamChange,
  StreamList,
  StreamListQuery,
  StreamQuery,
  StreamRequest,
} from '../../contracts/streams.ts';
import { NamedId } from './parts.ts';
import type { Route } from './route.ts';

const one = { parts: { stream: NamedId }, query: StreamQuery, group: 'Streams' } as const;
const reading = [413, 415, 422] as const;

/** Cameras as ViolenceSense knows them: those of the flow to read, those of the store to change, too. */
export const streamRoutes = {
  listStreams: {
    ...{ method: 'GET', path: '/api/v1/streams', group: 'Streams', needs: 'viewer' },
    summary: 'Streams of the store and cameras of the flow; secrets in addresses are masked.',
    query: StreamListQuery,
    answers: { 200: { description: 'In the order of sites and names.', schema: StreamList } },
  },
  readStream: {
    ...{ method: 'GET', path: '/api/v1/streams/{stream}', ...one, needs: 'viewer' },
    summary: 'One stream.',
    answers: { 200: { description: 'As it stands now.', schema: Stream } },
    problems: [409],
  },
  addStream: {
    ...{ method: 'POST', path: '/api/v1/streams', group: 'Streams', needs: 'admin' },
    summary: 'Adds a stream to the store; an rtsp-in that is set to the streams of the store runs it at once.',
    body: { schema: StreamRequest },
    answers: { 201: { description: 'As it stands now.', schema: Stream } },
    problems: [...reading, 404, 409],
  },
  changeStream: {
    ...{ method: 'PUT', path: '/api/v1/streams/{stream}', ...one, needs: 'admin' },
    summary:
      'Changes a stream of the store; what is not named stays. A camera of the flow is changed in the editor (409).',
    body: { schema: StreamChange },
    answers: { 200: { description: 'As it stands now.', schema: Stream } },
    problems: [...reading, 409],
    guarded: true,
  },
  removeStream: {
    ...{ method: 'DELETE', path: '/api/v1/streams/{stream}', ...one, needs: 'admin' },
    summary: 'Ends a stream of the store and removes it; its incidents, pictures and clips stay.',
    answers: { 204: { description: 'Done.' } },
    problems: [409],
    guarded: true,
  },
  startStream: {
    ...{ method: 'POST', path: '/api/v1/streams/{stream}/start', ...one, needs: 'operator' },
    summary: 'Runs a stream of the store, also after a restart; saying it again changes nothing.',
    answers: { 200: { description: 'As it stands now.', schema: Stream } },
    problems: [409],
    guarded: true,
  },
  stopStream: {
    ...{ method: 'POST', path: '/api/v1/streams/{stream}/stop', ...one, needs: 'operator' },
    summary: 'Ends the connection to a stream of the store, also after a restart; saying it again changes nothing.',
    answers: { 200: { description: 'As it stands now.', schema: Stream } },
    problems: [409],
    guarded: true,
  },
  addDemoStream: {
    ...{ method: 'POST', path: '/api/v1/test/add-demo-stream', group: 'ViolenceSense', needs: 'admin' },
    summary: 'Adds a stream that shows a clip of the package. Not there (404) unless ECHOSIGHT_TEST_ROUTES is 1.',
    query: StreamQuery,
    answers: {
      200: { description: 'It was there already, and is to run.', schema: Stream },
      201: { description: 'The stream.', schema: Stream },
    },
    problems: [404, 409],
  },
} as const satisfies Record<string, Route>;
