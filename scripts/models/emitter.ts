import { OnnxGraph } from './onnx-graph.ts';
import type { Weights } from './tfjs-model.ts';
import { inverse, permute, transposeWeights, type Value } from './values.ts';

/** The growing ONNX graph as the operators see it: they ask for tensors in the order of axes that they need. */
export class Emitter {
  readonly graph = new OnnxGraph();
  readonly #written = new Set<string>();

  /** Name of the tensor of a value with its axes in the given order; transposes what is stored otherwise. */
  tensor(value: Value, order: readonly number[]): string {
    if (value.rim !== undefined) throw new Error(`${value.name} is padded, but no convolution or pooling follows`);
    if (String(value.order) === String(order)) return value.name;
    const name = `${value.name}/${order.join('')}`;
    this.#once(name, () => {
      this.graph.node('Transpose', [value.name], [name], { perm: permute(value.order, inverse(order)) });
    });
    return name;
  }

  /** Name of the tensor of weights whose axis i is axis `axes[i]` of the given ones. */
  weights(weights: Weights, axes: readonly number[]): string {
    const name = `${weights.name}/${axes.join('')}`;
    this.#once(name, () => {
      const { shape, data } = transposeWeights(weights, axes);
      this.graph.halves(name, shape, data);
    });
    return name;
  }

  #once(name: string, write: () => void): void {
    if (this.#written.has(name)) return;
    this.#written.add(name);
    write();
  }
}
