import { defineNode } from '../../src/engine.ts';

/** Holds the settings of one camera; rtsp-in does the work. */
export default defineNode({ type: 'sentinel-camera', create: () => undefined });
