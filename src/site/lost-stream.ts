import type { SentinelError } from '../contracts/errors.ts';
import { topicOf } from '../contracts/guards.ts';
import type { StreamStatus } from '../contracts/messages.ts';
import type { CameraState, CameraWatchOptions } from './camera-watch.ts';
import { LastingWords } from './lasting-words.ts';

/** A stream of the store that cannot be tried at all before somebody changes it: that is told as of a camera that is away. */
export class LostStream {
  readonly source: string;
  readonly close: () => Promise<void>;

  constructor(options: CameraWatchOptions, error: SentinelError) {
    const { site, watcher, camera, view, emit, show, fail } = options;
    const { name: source, area } = camera.config;
    this.source = source;
    const lasting = new LastingWords(site, (payload) => {
      emit(2, payload);
    });
    this.close = () => {
      lasting.close();
      site.health.forgetSource(watcher);
      return Promise.resolve();
    };
    const payload: StreamStatus = {
      ...{ v: 1, kind: 'stream-status', site: site.id, area, source, capturedAt: site.clock.now() },
      ...{ status: 'unauthorised', detail: [error.message, error.hint ?? ''].join(' ').trim(), attempt: 0 },
    };
    site.health.source(watcher, 'camera', payload, true);
    const state: CameraState = {
      ...view,
      status: payload.status,
      detail: payload.detail,
      connections: 1,
      isChanged: false,
    };
    show(state);
    lasting.note(payload);
    emit(2, payload);
    fail(error, { topic: topicOf(payload), payload });
  }
}
