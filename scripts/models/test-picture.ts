/**
 * Draws `models/test-picture.jpg`, on which the dialog of detectron-infer tries a model: the room of the demo with its
 * figure.
 *
 *   node scripts/models/test-picture.ts
 */
import sharp from 'sharp';
import { modelFile } from '../../src/process/package-files.ts';
import { actionSvg, roomSvg } from '../demo/scene.ts';

const figure = actionSvg({ x: 330, step: 1 }, undefined) ?? '';
const { size } = await sharp(Buffer.from(roomSvg()))
  .composite([{ input: Buffer.from(figure) }])
  .flatten()
  .jpeg({ quality: 82 })
  .toFile(modelFile('test-picture.jpg'));
console.log(`models/test-picture.jpg: ${size} bytes`);
