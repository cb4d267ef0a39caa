/**
 * A camera in a process of its own, which can be killed and frozen as a real one: an RTSP server and what publishes to it.
 * Started by `CameraProcess`; says `published` when players find a stream.
 */
import { startDemoCamera } from '../integration/demo-camera.ts';
import { startClockCamera } from './clock-camera.ts';

const [kind = 'clip', port = '0', host] = process.argv.slice(2);
const options = { port: Number(port), ...(host === undefined ? {} : { host }) };
const camera = await (kind === 'clock' ? startClockCamera(options) : startDemoCamera(options));
process.once('disconnect', () => void camera.stop());
process.send?.({ published: camera.url });
