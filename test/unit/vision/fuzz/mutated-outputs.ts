import type { OutputTensor } from '../../../../src/inference/session.ts';
import { chooseModel, type ChosenModel } from '../../../../src/vision/detection-model.ts';
import type { Outputs } from '../../../../src/vision/decoders/family.ts';
import { familyModels, type FamilyModel } from '../family-models.ts';
import { writeModel } from '../written-model.ts';
import { Dice } from './dice.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MutatedOutputs {
  model: ChosenModel['description'];
  outputs: Outputs;
  told: string;
}

interface Original {
  model: ChosenModel['description'];
  outputs: Outputs;
}

const originals = familyModels.map(originalOf);

const specials = [NaN, Infinity, -Infinity, 0, -0, -1, 1, 1e-40, 3.4e38, -3.4e38, 1e9, 0.5, 65_504, 2 ** 31];

/** What a model of some family might give: the right outputs, spoilt; the numbers of a tensor are always as many as its sizes say. */
export function mutatedOutputs(seed: number, index: number): MutatedOutputs {
  const dice = new Dice(seed, index);
  const which = dice.below(originals.length);
  const original = originals[which];
  if (original === undefined) throw new Error('no families');
  const { model, outputs } = original;
  const spoilt = Object.entries(outputs).map(([name, tensor]): [string, OutputTensor] => [name, { ...tensor }]);
  const told = [`${familyModels[which]?.name}`];
  for (let round = 1 + dice.below(4); round > 0; round--) {
    const at = dice.below(spoilt.length);
    const entry = spoilt[at];
    if (entry !== undefined) told.push(`${entry[0]} ${spoil(entry, at, spoilt, dice)}`);
  }
  return { model, outputs: Object.fromEntries(spoilt), told: told.join('; ') };
}

function spoil(entry: [string, OutputTensor], at: number, all: [string, OutputTensor][], dice: Dice): string {
  const [, tensor] = entry;
  switch (dice.below(8)) {
    case 0:
      all.splice(at, 1);
      return 'left out';
    case 1:
      all.splice(dice.below(all.length + 1), 0, [`more ${all.length}`, tensor]);
      return 'is there twice';
    case 2: {
      const dims = dice.chance(0.2) ? [] : tensor.dims.map((size) => (dice.chance(0.5) ? size : dice.below(40)));
      if (dice.chance(0.2)) dims.push(1 + dice.below(3));
      entry[1] = filled(dims, dice, tensor.type);
      return `has the sizes ${dims.join(' ')}`;
    }
    case 3:
      entry[1] = { ...tensor, type: dice.pick(['float32', 'int64', 'uint8', 'bool', 'float16']) ?? '' };
      return `is of ${entry[1].type}`;
    case 4: {
      const value = dice.pick(specials) ?? NaN;
      entry[1] = { ...tensor, data: new Float32Array(tensor.data.length).fill(value) };
      return `is ${value} all over`;
    }
    case 5:
      entry[1] = filled([...tensor.dims], dice, tensor.type);
      return 'is noise';
    default: {
      const data = Float32Array.from(tensor.data);
      const times = 1 + dice.below(40);
      for (let time = 0; time < times; time++) data[dice.below(data.length)] = dice.pick(specials) ?? NaN;
      entry[1] = { ...tensor, data };
      return `${times} strange numbers`;
    }
  }
}

/** Numbers of all magnitudes. */
function filled(dims: number[], dice: Dice, type: string): OutputTensor {
  const count = dims.reduce((product, size) => product * size, 1);
  const scale = dice.pick([1, 100, 1e6, 3e38]) ?? 1;
  const share = dice.chance(0.5) ? 0.01 : 0;
  const data = Float32Array.from({ length: count }, () => {
    return dice.chance(share)
      ? (dice.pick(specials) ?? NaN)
      : (dice.below(2001) / 1000 - (dice.chance(0.5) ? 1 : 0)) * scale;
  });
  return { data, dims, type };
}

/** What the written model of a family gives. */
function originalOf(written: FamilyModel): Original {
  const folder = mkdtempSync(join(tmpdir(), 'outputs-'));
  const file = join(folder, 'model.onnx');
  writeFileSync(file, writeModel(written));
  const { description } = chooseModel({ model: file, classNames: written.labels?.join() ?? '' });
  rmSync(folder, { recursive: true });
  const outputs = written.outputs.map(({ name, type = 'float32', value, shape = [] }): [string, OutputTensor] => {
    const dims = value?.dims ?? shape.map((size) => (typeof size === 'number' ? size : 1));
    const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
    for (const [place, one] of Object.entries(value?.at ?? {})) data[Number(place)] = one;
    return [name, { data, dims, type }];
  });
  return { model: description, outputs: Object.fromEntries(outputs) };
}
