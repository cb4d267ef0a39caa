/**
 * Builds `models/nanodet-g-416.onnx` from the published TensorFlow.js form of NanoDet-g, byte for byte the same
 * on every machine.
 *
 *   node scripts/models/nanodet.ts           writes the file
 *   node scripts/models/nanodet.ts --check   fails unless the committed file equals a rebuild
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findModel } from '../../src/inference/catalog.ts';
import { convert } from './convert.ts';
import { readNanodetSource } from './nanodet-source.ts';
import { readTfjsModel } from './tfjs-model.ts';

const { values: options } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const model = findModel('nanodet-g-416', 'detection');
const built = build();
const digest = createHash('sha256').update(built).digest('hex');

if (options.check) {
  const same = readFileSync(model.file).equals(built);
  console.log(`${model.file} ${same ? 'equals a rebuild' : 'differs from a rebuild'} (sha256 ${digest})`);
  process.exitCode = same ? 0 : 1;
} else {
  writeFileSync(model.file, built);
  console.log(`${model.file}: ${built.length} bytes, sha256 ${digest}`);
  if (digest !== model.sha256) console.log('The digest in models/catalog.json is another one: change it there.');
}

function build(): Uint8Array {
  const { graph, weights } = readNanodetSource();
  return convert(readTfjsModel(graph, weights), model.id, {
    family: model.family,
    license: model.license,
    source: 'https://github.com/RangiLyu/nanodet',
    input: 'BGR, (x - [103.53, 116.28, 123.675]) / [57.375, 57.12, 58.395]',
    labels: JSON.stringify(model.labels),
  });
}
