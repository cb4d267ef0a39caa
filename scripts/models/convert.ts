import { Emitter } from './emitter.ts';
import { operators } from './operators.ts';
import type { TfModel } from './tfjs-model.ts';
import { asValue, at, identityOrder, type Result } from './values.ts';

/**
 * Turns a TensorFlow.js graph into an ONNX file: starting from the outputs, every node is written once, after its
 * inputs. What no output needs never comes up. The same source always gives the same bytes.
 */
export function convert(model: TfModel, name: string, metadata: Readonly<Record<string, string>>): Uint8Array {
  const emitter = new Emitter();
  const converted = new Map<string, readonly Result[]>();
  for (const { name: input, shape } of model.inputs) {
    emitter.graph.input(input, shape);
    converted.set(input, [{ type: 'value', name: input, shape, order: identityOrder(shape.length) }]);
  }

  const resultOf = (reference: string): Result => {
    const [source = '', output = '0'] = reference.split(':');
    let results = converted.get(source);
    if (results === undefined) {
      results = convertNode(source);
      converted.set(source, results);
    }
    return at(results, Number(output));
  };
  const convertNode = (source: string): readonly Result[] => {
    const constant = model.constants.get(source);
    if (constant !== undefined) return [constant];
    const node = model.nodes.get(source);
    if (node === undefined) throw new Error(`the graph has no node ${source}`);
    const operator = operators[node.operator];
    if (operator === undefined) throw new Error(`${source}: the operator ${node.operator} is not supported`);
    return operator(node, node.inputs.map(resultOf), emitter);
  };

  for (const output of model.outputs) {
    const value = asValue(resultOf(output));
    emitter.graph.node('Identity', [emitter.tensor(value, identityOrder(value.shape.length))], [output]);
    emitter.graph.output(output, value.shape);
  }
  return emitter.graph.serialise(name, metadata);
}
