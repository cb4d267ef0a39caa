"""
Lets a student calculate with whole numbers of eight bits, in less than half the time and a third of the room.

    python3 quantise.py --model FILE.onnx --windows DIR --out FILE.onnx

Writes `QuantizeLinear` and `DequantizeLinear` around its convolutions and sums, which runtimes join into convolutions of
integers. The first convolution, with its one channel, and the heads stay as they are. Nothing is learnt anew: how large numbers
become is seen on windows that the student learnt from.
"""
import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper

from graph import Graph

_WINDOWS_OF_A_PART, _PARTS = 256, 8
# Weights have seven bits: x64 processors without VNNI add two products in 16 bits, and 2 * 255 * 63 fits while 2 * 255 * 127 does
# not (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html).
_MOST_OF_WEIGHT, _MOST = 63, 255
# Of the largest number seen: where the rest is cut off, if that costs less than coarser steps.
_CUTS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)


def scale_of(values: torch.Tensor) -> float:
    """Size of a step from 0 on, the one that loses least."""
    most = float(values.max())
    lost = lambda scale: float((torch.clamp(torch.round(values / scale), 0, _MOST) * scale - values).square().mean())
    return min((most * cut / _MOST for cut in _CUTS), key=lost)


class Quantised:
    """The nodes and constants of a student that calculates with integers."""

    def __init__(self, graph: Graph, scales: dict[str, float]):
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}
        self._scales, self._of, self._done = scales, graph.constants, set()
        for node in graph.nodes:
            self._take(node)

    def _take(self, node: onnx.NodeProto) -> None:
        if not is_quantised(node, self._scales):
            self.constants |= {name: self._of[name] for name in node.input if name in self._of}
            self.nodes.append(node)
            return
        inputs = [self._rounded(name) for name in node.input if name in self._scales]
        if node.op_type == "Conv":
            inputs += self._weights(*node.input)
        rounded = onnx.NodeProto()
        rounded.CopyFrom(node)
        rounded.input[:] = inputs
        self.nodes.append(rounded)

    def _rounded(self, name: str) -> str:
        if name not in self._done:
            self._done.add(name)
            self.constants |= {f"{name}_scale": np.float32(self._scales[name]), f"{name}_zero": np.uint8(0)}
            steps = [f"{name}_scale", f"{name}_zero"]
            self.nodes.append(helper.make_node("QuantizeLinear", [name, *steps], [f"{name}_8"]))
            self.nodes.append(helper.make_node("DequantizeLinear", [f"{name}_8", *steps], [f"{name}_rounded"]))
        return f"{name}_rounded"

    def _weights(self, name: str, weight_name: str, bias_name: str) -> list[str]:
        weight, bias = self._of[weight_name], self._of[bias_name]
        scale = np.maximum(np.abs(weight).reshape(len(weight), -1).max(1) / _MOST_OF_WEIGHT, 1e-8).astype(np.float32)
        whole = np.round(weight / scale.reshape(-1, 1, 1, 1)).astype(np.int8)
        of_sum = scale * np.float32(self._scales[name])
        return [self._constant(weight_name, whole, scale), self._constant(bias_name, np.round(bias / of_sum).astype(np.int32), of_sum)]

    def _constant(self, name: str, whole: np.ndarray, scale: np.ndarray) -> str:
        self.constants |= {f"{name}_whole": whole, f"{name}_scale": scale, f"{name}_zero": np.zeros(len(scale), whole.dtype)}
        self.nodes.append(helper.make_node("DequantizeLinear", [f"{name}_whole", f"{name}_scale", f"{name}_zero"], [name], axis=0))
        return name


def is_quantised(node: onnx.NodeProto, scales: dict[str, float]) -> bool:
    return node.op_type in ("Conv", "Add", "ReduceMean") and node.input[0] in scales


def inner_tensors(graph: Graph) -> list[str]:
    """What flows into convolutions behind the first, into sums of branches, and into the mean at the end: 0 or more, all of it."""
    convolutions = [node for node in graph.nodes if node.op_type == "Conv"]
    sums = [node for node in graph.nodes if node.op_type == "Add" and not set(node.input) & set(graph.constants)]
    mean = next(node for node in graph.nodes if node.op_type == "ReduceMean")
    # The sum of mean and maximum belongs to the heads.
    inside = graph.nodes[: graph.nodes.index(mean)]
    taken = [name for node in [*convolutions[1:], *(each for each in sums if each in inside)] for name in node.input]
    return list(dict.fromkeys([*(name for name in taken if name not in graph.constants), mean.input[0]]))


def quantised(model: onnx.ModelProto, patches: np.ndarray) -> onnx.ModelProto:
    graph = Graph(model)
    seen = graph.run(patches)
    made = Quantised(graph, {name: scale_of(seen[name]) for name in inner_tensors(graph)})
    result = onnx.ModelProto()
    result.CopyFrom(model)
    del result.graph.node[:], result.graph.initializer[:]
    result.graph.node.extend(made.nodes)
    result.graph.initializer.extend(numpy_helper.from_array(np.asarray(value), name) for name, value in made.constants.items())
    onnx.checker.check_model(result)
    return result


def patches_of(windows: Path) -> np.ndarray:
    parts = sorted(windows.glob("?????-log_mel.npy"))[:_PARTS]
    return np.concatenate([np.load(part, mmap_mode="r")[:_WINDOWS_OF_A_PART].astype(np.float32) for part in parts])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", type=Path, required=True)
    options.add_argument("--windows", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    asked = options.parse_args()
    torch.set_num_threads(1)
    onnx.save(quantised(onnx.load(str(asked.model)), patches_of(asked.windows)), str(asked.out))
    print(f"{asked.out}: {asked.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
