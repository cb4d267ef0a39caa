import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { mostSteps, readHeader, Steps } from '../../../src/onnx-format/header-file.ts';
import { inspectModel } from '../../../src/onnx-format/inspect.ts';
import { headerOf } from '../../../src/onnx-format/known-headers.ts';
import { ProtobufWriter } from '../../../src/onnx-format/protobuf-writer.ts';
import {
  entryFields,
  functionFields,
  graphFields,
  modelFields,
  sparseTensorFields,
  tensorFields,
  trainingFields,
} from '../../../src/onnx-format/schema.ts';
import { modelFile } from '../../../src/process/package-files.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { attribute, graph, model, node, tensor, value } from './model-bytes.ts';

const plain = graph([node('Relu')], [tensor('weights')]);

function refused(bytes: Uint8Array, message: RegExp): void {
  assert.throws(() => inspectModel(bytes), { name: 'ES_MODEL_INVALID', message });
}

describe('the header of an ONNX file', () => {
  test('gives versions, inputs and outputs', () => {
    assert.deepEqual(inspectModel(model(plain)), {
      irVersion: 8,
      opsets: [{ domain: '', version: 17 }],
      inputs: [{ name: 'x', type: 'float32', shape: ['n', 2, '?'] }],
      outputs: [{ name: 'y', type: 'float32', shape: [-1, 2] }],
      metadata: {},
    });
  });

  test('gives what the exporter noted, whatever its keys are called', () => {
    const entry = (key: string, text: string) =>
      new ProtobufWriter().text(entryFields.key, key).text(entryFields.value, text);
    const bytes = model(plain, (written) => {
      for (const key of ['names', '__proto__', 'constructor'])
        written.message(modelFields.metadata, entry(key, 'Ärger'));
    });
    const { metadata } = inspectModel(bytes);
    assert.deepEqual(Object.entries(metadata), [
      ['names', 'Ärger'],
      ['constructor', 'Ärger'],
    ]);
    assert.equal(Object.getPrototypeOf(metadata), Object.prototype);
  });

  test('is the same when it is read from the file in pieces', (t) => {
    const old = graph([node('Relu')], [tensor('weights')]).message(graphFields.input, value('weights', [2]));
    const padded = graph([node('Relu')], [tensor('w').bytes(tensorFields.raw, new Uint8Array(5_000_000))]);
    const file = join(temporaryFolder(t), 'model.onnx');
    for (const content of [plain, old, padded]) {
      writeFileSync(file, model(content));
      assert.deepEqual(readHeader(file), inspectModel(model(content)));
    }
    const shipped = modelFile('nanodet-g-416.onnx');
    assert.deepEqual(readHeader(shipped), inspectModel(readFileSync(shipped)));
  });

  test('costs the main thread little, whatever is in the file', (t) => {
    const file = join(temporaryFolder(t), 'model.onnx');
    const cost = (bytes: Uint8Array): { steps: number; isRead: boolean } => {
      writeFileSync(file, bytes);
      const steps = new Steps();
      let isRead = false;
      try {
        readHeader(file, steps);
        isRead = true;
      } catch {
        // Refused, as most of these are.
      }
      return { steps: steps.taken, isRead };
    };
    const tiny = new Uint8Array(4_000_000).map((_, at) => (at % 2 === 0 ? 8 : 1));
    const spread = Array.from({ length: 10_000 }, () => tensor('w').bytes(tensorFields.raw, new Uint8Array(5000)));
    const many = (part: (written: ProtobufWriter, n: number) => void, count = 50_000): ProtobufWriter => {
      const written = graph([], []);
      for (let n = 0; n < count; n += 1) part(written, n);
      return written;
    };
    const hostile: Record<string, Uint8Array> = {
      'fields of the model': tiny,
      'fields of the graph': model(plain, (written) => written.bytes(modelFields.graph, tiny)),
      'fields of an operator set': model(plain, (written) =>
        written.bytes(modelFields.opset, tiny.subarray(0, 400_000)),
      ),
      weights: model(graph([], spread)),
      nodes: model(many((written) => written.bytes(graphFields.node, new Uint8Array(300)))),
      inputs: model(many((written, n) => written.message(graphFields.input, value(`${n}`, [1, 2, 3])), 10_000)),
      notes: model(plain, (written) => {
        for (let n = 0; n < 19_000; n += 1)
          written.message(modelFields.metadata, new ProtobufWriter().text(entryFields.key, `${n}`));
      }),
    };
    for (const [what, bytes] of Object.entries(hostile)) {
      const { steps, isRead } = cost(bytes);
      assert.ok(!isRead && steps <= mostSteps + 10, `${what}: ${steps} steps`);
    }
    const shipped = readFileSync(modelFile('nanodet-g-416.onnx'));
    const { steps, isRead } = cost(shipped);
    assert.ok(isRead && steps < mostSteps / 20, `${steps} steps`);
  });

  test('is read again only when its file has changed', (t) => {
    const file = join(temporaryFolder(t), 'model.onnx');
    assert.throws(() => headerOf(file), { name: 'ES_MODEL_MISSING' });
    writeFileSync(file, model(plain));
    const first = headerOf(file);
    assert.equal(headerOf(file), first);
    writeFileSync(file, 'no model');
    const fault = (): unknown => {
      try {
        return headerOf(file);
      } catch (error) {
        return error;
      }
    };
    assert.ok(fault() instanceof SentinelError);
    assert.equal(fault(), fault());
    for (let n = 0; n < 8; n += 1) {
      writeFileSync(`${file}.${n}`, model(plain));
      headerOf(`${file}.${n}`);
    }
    writeFileSync(file, model(plain));
    assert.deepEqual(headerOf(file), first);
  });

  test('a file that is cut off, no model or absent has its name, also when it is read in pieces', (t) => {
    const whole = model(graph([node('Relu')], [tensor('weights')]));
    const file = join(temporaryFolder(t), 'model.onnx');
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length));
      assert.throws(() => readHeader(file), { name: 'ES_MODEL_INVALID' });
    }
    writeFileSync(file, new Uint8Array(3_000_000).fill(8));
    assert.throws(() => readHeader(file), { name: 'ES_MODEL_INVALID' });
    assert.throws(() => readHeader(`${file}.none`), { name: 'ES_MODEL_MISSING' });
  });

  test('weights that old models list as inputs are no inputs', () => {
    const old = graph([node('Relu')], [tensor('weights')]).message(graphFields.input, value('weights', [2]));
    assert.deepEqual(
      inspectModel(model(old)).inputs.map((input) => input.name),
      ['x'],
    );
  });
});

describe('a model that reaches outside itself is refused', () => {
  const external = tensor('weights', true);
  const inSubgraph = graph([node('Relu')], [external]);
  const sparse = new ProtobufWriter().message(sparseTensorFields.indices, external);
  const located = new ProtobufWriter().integer(tensorFields.dataLocation, 1);
  const hidden: Record<string, Uint8Array> = {
    'an initialiser': model(graph([], [external])),
    'an initialiser that only says "external"': model(graph([], [located])),
    'a sparse initialiser': model(graph([]).message(graphFields.sparseInitializer, sparse)),
    'a tensor attribute': model(graph([node('Constant', '', attribute('tensor', external))])),
    'a list of tensors': model(graph([node('Constant', '', attribute('tensors', external))])),
    'a sparse attribute': model(graph([node('Constant', '', attribute('sparseTensor', sparse))])),
    'a list of sparse tensors': model(graph([node('Constant', '', attribute('sparseTensors', sparse))])),
    'a subgraph': model(graph([node('If', '', attribute('graph', inSubgraph))])),
    'a list of subgraphs': model(graph([node('If', '', attribute('graphs', inSubgraph))])),
    'a second graph field': model(plain, (written) => written.message(modelFields.graph, inSubgraph)),
    'a function': model(plain, (written) =>
      written.message(
        modelFields.function,
        new ProtobufWriter().message(functionFields.node, node('Constant', '', attribute('tensor', external))),
      ),
    ),
    'a default of a function attribute': model(plain, (written) =>
      written.message(
        modelFields.function,
        new ProtobufWriter().message(functionFields.attribute, attribute('tensor', external)),
      ),
    ),
    'a training graph': model(plain, (written) =>
      written.message(modelFields.training, new ProtobufWriter().message(trainingFields.initialization, inSubgraph)),
    ),
  };
  for (const [place, bytes] of Object.entries(hidden)) {
    test(`external data in ${place}`, () => {
      refused(bytes, /external data/);
    });
  }

  test('operators of a foreign domain, also in a subgraph', () => {
    refused(model(graph([node('Evil', 'com.example')])), /foreign domain "com\.example"/);
    const subgraph = graph([node('Evil', 'com.example')]);
    refused(model(graph([node('If', '', attribute('graph', subgraph))])), /foreign domain/);
  });

  test('functions that the model brings itself are fine', () => {
    const own = new ProtobufWriter().text(functionFields.domain, 'local').message(functionFields.node, node('Relu'));
    const bytes = model(graph([node('Mine', 'local')]), (written) => written.message(modelFields.function, own));
    assert.equal(inspectModel(bytes).outputs.length, 1);
  });
});

describe('a broken file is refused by name', () => {
  const broken: Record<string, Uint8Array> = {
    nothing: new Uint8Array(),
    text: Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:1234\n'),
    'a page of HTML': Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>'),
    'field number 0': Uint8Array.of(0x00, 0x01),
    'an endless number': new Uint8Array(64).fill(0xff),
    'a length beyond the end': Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f),
    'a length of 2^63': Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
    'the old group type': Uint8Array.of(0x3b, 0x3c),
    'a graph that is a number': Uint8Array.of(0x38, 0x01),
    'a header without graph': new ProtobufWriter().integer(modelFields.irVersion, 8).finish(),
  };
  for (const [what, bytes] of Object.entries(broken)) {
    test(what, () => {
      refused(bytes, /damaged or no ONNX file/);
    });
  }

  test('a model cut off anywhere', () => {
    const whole = model(plain);
    const graphEnd = whole.length - 30; // behind the graph only optional fields remain
    for (let length = 0; length < graphEnd; length++) refused(whole.subarray(0, length), /damaged|no operator set/);
  });

  const greedy: Record<string, { bytes: () => Uint8Array; message: RegExp }> = {
    'weights without number': {
      bytes: () => model(graph([node('Relu')], Array<ProtobufWriter>(20_001).fill(tensor('w')))),
      message: /more than 20000/,
    },
    'notes without number': {
      bytes: () =>
        model(plain, (written) => {
          for (let count = 0; count <= 20_000; count++) written.message(modelFields.metadata, new ProtobufWriter());
        }),
      message: /more than 20000/,
    },
    'a shape of 1,001 sizes': {
      bytes: () => model(graph([node('Relu')]).message(graphFields.input, value('z', Array<number>(1001).fill(1)))),
      message: /too many sizes/,
    },
    'a name of 17 MB': {
      bytes: () => model(graph([node('Relu', 'x'.repeat(17_000_000))])),
      message: /longer than any that makes sense/,
    },
    'domains without number': {
      bytes: () => model(graph(Array.from({ length: 10_001 }, (_, index) => node('Relu', `domain ${index}`)))),
      message: /too many domains/,
    },
  };
  for (const [what, { bytes, message }] of Object.entries(greedy)) {
    test(`${what}, which would take far more memory than the file`, () => {
      refused(bytes(), message);
    });
  }

  test('graphs nested without end', () => {
    let deep = graph([node('Relu')]);
    for (let level = 0; level < 200; level++) deep = graph([node('If', '', attribute('graph', deep))]);
    refused(model(deep), /nested too deeply/);
  });
});

test('1,000 damaged files: each is read or refused by name, quickly', () => {
  const whole = model(graph([node('If', '', attribute('graph', plain))], [tensor('a'), tensor('b')]));
  const random = seededRandom(20_240_607);
  const below = (end: number) => Math.floor(random() * end);
  const started = performance.now();
  let read = 0;
  for (let round = 0; round < 1000; round++) {
    const bytes = Uint8Array.from(whole);
    for (let change = 0; change <= below(6); change++) bytes[below(bytes.length)] = below(256);
    const cut = random() < 0.3 ? bytes.subarray(0, below(bytes.length)) : bytes;
    try {
      inspectModel(cut);
      read += 1;
    } catch (error) {
      assert.ok(error instanceof SentinelError && error.name === 'ES_MODEL_INVALID', String(error));
    }
  }
  assert.ok(read > 0 && read < 1000, `${read} were readable`);
  assert.ok(performance.now() - started < 5000);
});

describe('a file of another kind is named, however it is read', () => {
  const others: Record<string, string | Uint8Array> = {
    empty: '',
    'Git LFS': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
    'page of the web': '<!DOCTYPE html><html></html>',
    JSON: '{ "format": "graph-model" }',
    'ZIP archive': 'PK\u0003\u0004yolov8n/data.pkl',
    pickle: Uint8Array.of(0x80, 2, 0x8a, 10),
    HDF5: Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10),
    'TensorFlow Lite': Uint8Array.of(28, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33, 0),
  };
  for (const [kind, bytes] of Object.entries(others)) {
    test(kind, (t) => {
      const file = join(temporaryFolder(t), 'model.onnx');
      writeFileSync(file, bytes);
      const expected = { name: 'ES_MODEL_INVALID', message: new RegExp(kind) };
      assert.throws(() => readHeader(file), expected);
      assert.throws(() => inspectModel(readFileSync(file)), expected);
    });
  }
});
