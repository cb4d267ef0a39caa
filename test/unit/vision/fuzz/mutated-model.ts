import { fieldsOf, wireType } from '../../../../src/onnx-format/protobuf-reader.ts';
import {
  attributeFields,
  functionFields,
  graphFields,
  modelFields,
  nodeFields,
  shapeFields,
  sparseTensorFields,
  tensorTypeFields,
  trainingFields,
  typeFields,
  valueFields,
} from '../../../../src/onnx-format/schema.ts';
import { attribute, graph, model, node, tensor } from '../../onnx-format/model-bytes.ts';
import { familyModels } from '../family-models.ts';
import { writeModel } from '../written-model.ts';
import { damage, Dice } from './dice.ts';

/** A field whose content can be changed, and that can be written with lies. */
interface Part {
  number: number;
  wire: number;
  /** Of a message; otherwise `payload` counts. */
  parts?: Part[];
  payload: Uint8Array;
  /** Added to the length that is written. */
  lie?: number;
  /** Bytes that its numbers take more than they have to. */
  padding?: number;
}

/** Which fields of which messages are messages. */
const messages: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: {
    [modelFields.graph]: 'graph',
    [modelFields.opset]: 'plain',
    [modelFields.metadata]: 'plain',
    [modelFields.training]: 'training',
    [modelFields.function]: 'function',
  },
  graph: {
    [graphFields.node]: 'node',
    [graphFields.initializer]: 'plain',
    [graphFields.sparseInitializer]: 'sparse',
    [graphFields.input]: 'value',
    [graphFields.output]: 'value',
  },
  node: { [nodeFields.attribute]: 'attribute' },
  attribute: {
    [attributeFields.tensor]: 'plain',
    [attributeFields.tensors]: 'plain',
    [attributeFields.graph]: 'graph',
    [attributeFields.graphs]: 'graph',
  },
  sparse: { [sparseTensorFields.values]: 'plain', [sparseTensorFields.indices]: 'plain' },
  function: { [functionFields.node]: 'node', [functionFields.attribute]: 'attribute' },
  training: { [trainingFields.initialization]: 'graph', [trainingFields.algorithm]: 'graph' },
  value: { [valueFields.type]: 'type' },
  type: { [typeFields.tensor]: 'tensorType' },
  tensorType: { [tensorTypeFields.shape]: 'shape' },
  shape: { [shapeFields.dimension]: 'plain' },
  plain: {},
};

const small = graph([node('Relu')], [tensor('weights')]);
const nested = graph([
  node('If', '', attribute('graph', small)),
  node('Constant', '', attribute('tensors', tensor('c'))),
]);
/** Models of every family, as long as they are small enough to be changed thousands of times, and what only other models have. */
const originals: readonly Uint8Array[] = [
  model(small),
  model(nested),
  ...familyModels.map(writeModel).filter((bytes) => bytes.length < 60_000),
];

/** Doubled fields within doubled fields could take all memory of the test. */
const heaviest = 1_000_000;
const limits = [
  0n,
  1n,
  2n,
  127n,
  128n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const texts = [
  '',
  '__proto__',
  'constructor',
  '\0',
  '\ud83d',
  'a'.repeat(5000),
  "['",
  `{${"0:'\\\\".repeat(400)}`,
  'ai.onnx',
  'evil.example',
  '-1',
  '9'.repeat(400),
];
const keys = ['names', 'task', 'imgsz', 'description', 'end2end', '__proto__', 'id2label'];

/** The changed model of a number, and what was done to it. */
export function mutatedModel(seed: number, index: number): { bytes: Uint8Array; told: string } {
  const dice = new Dice(seed, index);
  const original = dice.below(originals.length);
  const root = partsOf('model', originals[original] ?? new Uint8Array());
  const told = [`model ${original}`];
  for (let round = dice.chance(0.15) ? 0 : 1 + dice.below(4); round > 0; round--) told.push(change(root, dice));
  if (weight(root) > heaviest) return { bytes: originals[original] ?? new Uint8Array(), told: 'nothing: too heavy' };
  let bytes: Uint8Array = written(root);
  if (dice.chance(0.3) && bytes.length > 0) {
    const damaged = damage(bytes, dice);
    bytes = damaged.bytes;
    told.push(damaged.told);
  }
  return { bytes, told: told.join('; ') };
}

function partsOf(kind: string, bytes: Uint8Array): Part[] {
  return Array.from(fieldsOf(bytes), ({ number, wire, payload }) => {
    const inside = wire === wireType.bytes ? messages[kind]?.[number] : undefined;
    return { number, wire, payload, ...(inside === undefined ? {} : { parts: partsOf(inside, payload) }) };
  });
}

/** Bytes of fields as they will be written, about; stops counting where it is too much. */
function weight(parts: readonly Part[]): number {
  let sum = 0;
  for (const { parts: inside, payload } of parts) {
    sum += 2 + (inside === undefined ? payload.length : weight(inside));
    if (sum > heaviest) break;
  }
  return sum;
}

/** All lists of fields of a model, the outer ones first. */
function listsIn(parts: Part[]): Part[][] {
  return [parts, ...parts.flatMap((part) => (part.parts === undefined ? [] : listsIn(part.parts)))];
}

type Change = (part: Part, list: Part[], at: number, dice: Dice, all: Part[][]) => string;

const changes: readonly Change[] = [
  (_, list, at) => {
    list.splice(at, 1);
    return 'left out';
  },
  (part, list, at, dice) => {
    const times = dice.chance(0.1) ? 1 + dice.below(500) : 1 + dice.below(3);
    list.splice(at, 0, ...Array<Part>(times).fill(part));
    return `${times} times more`;
  },
  (part, list, at, dice, all) => {
    list.splice(at, 1);
    // Nothing can lie in itself.
    const own = new Set(part.parts === undefined ? [] : listsIn(part.parts));
    (dice.pick(all.filter((other) => !own.has(other))) ?? list).push(part);
    return 'moved elsewhere';
  },
  (part, _list, _at, dice) => {
    part.number = dice.chance(0.2) ? 2 ** dice.below(30) : dice.below(30);
    return `is number ${part.number}`;
  },
  (part, _list, _at, dice) => {
    part.wire = dice.below(8);
    return `has wire type ${part.wire}`;
  },
  (part, _list, _at, dice) => {
    part.lie = dice.pick([1, -1, 7, -7, 1000, 2 ** 31, 2 ** 40, 2 ** 62]) ?? 1;
    return `lies by ${part.lie}`;
  },
  (part, _list, _at, dice) => {
    part.padding = 1 + dice.below(12);
    return `has numbers that are ${part.padding} too long`;
  },
  numbered,
  (part, _list, _at, dice) => {
    delete part.parts;
    part.wire = wireType.bytes;
    part.payload = Buffer.concat(Array.from({ length: 1 + dice.below(4000) }, () => varint(dice.pick(limits) ?? 0n)));
    return `is a packed array of ${part.payload.length} bytes`;
  },
  (part, _list, _at, dice) => {
    delete part.parts;
    part.wire = wireType.bytes;
    const text = dice.pick(texts) ?? '';
    part.payload = dice.chance(0.2) ? dice.bytes(dice.below(100)) : Buffer.from(text);
    return `is the text ${JSON.stringify(text.slice(0, 20))}`;
  },
  (part, _list, _at, dice) => {
    const levels = dice.below(150);
    for (let level = 0; level < levels; level++) {
      const { payload, parts, number, wire } = part;
      part.parts = [{ number, wire, payload, ...(parts === undefined ? {} : { parts }) }];
      part.wire = wireType.bytes;
    }
    return `lies ${levels} levels deep`;
  },
  (_part, list, _at, dice) => {
    const entry = (number: number, text: string): Part => ({
      number,
      wire: wireType.bytes,
      payload: Buffer.from(text),
    });
    const [key, text] = [dice.pick(keys) ?? '', dice.pick(texts) ?? ''];
    list.push({
      number: modelFields.metadata,
      wire: wireType.bytes,
      payload: new Uint8Array(),
      parts: [entry(1, key), entry(2, text)],
    });
    return `a note "${key}"`;
  },
];

/** A size, a type, a version. */
function numbered(part: Part, _list: Part[], _at: number, dice: Dice): string {
  delete part.parts;
  part.wire = wireType.varint;
  const value = dice.chance(0.5) ? (dice.pick(limits) ?? 0n) : BigInt(dice.below(10_000));
  part.payload = varint(value);
  return `is ${value}`;
}

function change(root: Part[], dice: Dice): string {
  const all = listsIn(root);
  const list = dice.pick(all.filter(({ length }) => length > 0)) ?? root;
  const at = dice.below(list.length);
  const part = list[at];
  if (part === undefined) return 'nothing left';
  // Numbers say most: sizes, types, versions.
  const how = part.wire === wireType.varint && dice.chance(0.5) ? numbered : (dice.pick(changes) ?? numbered);
  const { number } = part;
  const shared = { ...part };
  list[at] = shared;
  return `field ${number} ${how(shared, list, at, dice, all)}`;
}

function written(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.flatMap(({ number, wire, parts: inside, payload, lie = 0, padding = 0 }) => {
      const content = inside === undefined ? payload : written(inside);
      const tag = varint(BigInt(number) * 8n + BigInt(wire), padding);
      if (wire !== wireType.bytes) return [tag, content];
      const length = BigInt(content.length) + BigInt(lie);
      return [tag, varint(BigInt.asUintN(64, length), padding), content];
    }),
  );
}

/** @param padding Bytes that it takes more than it has to. */
function varint(value: bigint, padding = 0): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  if (padding === 0) return Buffer.from([...bytes, Number(rest)]);
  return Buffer.from([...bytes, Number(rest) | 0x80, ...Array<number>(padding - 1).fill(0x80), 0]);
}
