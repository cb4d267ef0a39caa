import type { StreamStatusName } from '../contracts/messages.ts';
import type { Look } from './node-context.ts';

/** How the state of a camera or microphone looks under its node. */
export const streamLooks: Readonly<Record<StreamStatusName, Look>> = {
  idle: 'idle',
  probing: 'connecting',
  connecting: 'connecting',
  connected: 'running',
  stalled: 'down',
  'backing-off': 'down',
  unauthorised: 'down',
  'not-found': 'down',
  paused: 'idle',
  stopped: 'idle',
};
