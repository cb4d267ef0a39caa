"""Runs an exported student with PyTorch, node by node, so that one can look at every tensor in it."""
import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch.nn import functional as F


class Graph:
    """A student, as floats or with integers; zero points are taken for 0."""

    def __init__(self, model: onnx.ModelProto):
        constants = [(node.output[0], _attributes(node)["value"]) for node in model.graph.node if node.op_type == "Constant"]
        constants += [(each.name, each) for each in model.graph.initializer]
        self.constants = {name: numpy_helper.to_array(value) for name, value in constants}
        self.nodes = [node for node in model.graph.node if node.op_type != "Constant"]

    def run(self, patches: np.ndarray) -> dict[str, torch.Tensor]:
        """Every tensor by its name."""
        tensors = {name: torch.tensor(value) for name, value in self.constants.items()} | {"log_mel": torch.from_numpy(patches)}
        with torch.no_grad():
            for node in self.nodes:
                tensors[node.output[0]] = _result(node, [tensors[name] for name in node.input])
        return tensors


def _attributes(node: onnx.NodeProto) -> dict:
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def _result(node: onnx.NodeProto, inputs: list[torch.Tensor]) -> torch.Tensor:
    x, given = inputs[0], _attributes(node)
    match node.op_type:
        case "QuantizeLinear":
            return torch.clamp(torch.round(x / inputs[1]), 0, 255)
        case "DequantizeLinear":
            scale = inputs[1].reshape(-1, *[1] * (x.dim() - 1)) if inputs[1].dim() > 0 else inputs[1]
            return x.float() * scale
        case "Conv":
            return F.conv2d(*inputs, given["strides"], given["pads"][:2], given["dilations"], given["group"])
        case "ReduceMean":
            return x.mean(given["axes"], keepdim=bool(given["keepdims"]))
        case "ReduceMax":
            return x.amax(given["axes"], keepdim=bool(given["keepdims"]))
        case "Gemm":
            return x @ inputs[1].T + inputs[2]
        case "Unsqueeze":
            return x.unsqueeze(int(inputs[1]))
        case "Gather":
            return x[:, inputs[1]]
    return {
        "Add": torch.add, "Div": torch.div, "Mul": torch.mul, "Relu": torch.relu, "Sigmoid": torch.sigmoid,
        "Softmax": lambda x: torch.softmax(x, 1),
    }[node.op_type](*inputs)
