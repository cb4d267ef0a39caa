"""YAMNet (Google, Apache-2.0), rebuilt from its official int8 TensorFlow Lite file: it labels what the student learns from."""
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

import tflite

# Stride and channels of the depthwise-separable layers: MobileNet v1.
_LAYERS = [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5, (2, 1024), (1, 1024)]


class _Separable(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.stride = stride
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, 0 if stride == 2 else 1, groups=inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        # TensorFlow's SAME on even sizes pads right and bottom only.
        x = F.pad(x, (0, 1, 0, 1)) if self.stride == 2 else x
        return F.relu6(self.pointwise(F.relu6(self.depthwise(x))))


class Yamnet(nn.Module):
    """Log-mel patches [n, 96, 64] -> scores [n, 521] and embeddings [n, 1024]."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 32, 3, 2, 0)
        channels = [32, *(outputs for _, outputs in _LAYERS)]
        self.body = nn.Sequential(*(_Separable(channels[i], outputs, stride) for i, (stride, outputs) in enumerate(_LAYERS)))
        self.classes = nn.Linear(1024, 521)

    def forward(self, patches):
        x = F.relu6(self.first(F.pad(patches.unsqueeze(1), (0, 1, 0, 1))))
        embedding = self.body(x).mean((2, 3))
        return torch.sigmoid(self.classes(embedding)), embedding


def load(path: Path) -> Yamnet:
    tensors, operators = tflite.read(path)
    network = Yamnet()
    convolutions = [each for each in operators if each.code in (tflite.CONV_2D, tflite.DEPTHWISE_CONV_2D)]
    layers = [network.first, *(layer for block in network.body for layer in (block.depthwise, block.pointwise))]
    dense = [each for each in operators if each.code == tflite.FULLY_CONNECTED][-1]
    with torch.no_grad():
        for operator, layer in zip(convolutions, layers):
            weights = tensors[operator.inputs[1]].dequantised()
            # Depthwise [1, 3, 3, C] -> [C, 1, 3, 3]; OHWI -> OIHW.
            order = (3, 0, 1, 2) if operator.code == tflite.DEPTHWISE_CONV_2D else (0, 3, 1, 2)
            layer.weight.copy_(torch.from_numpy(weights.transpose(order).copy()))
            layer.bias.copy_(torch.from_numpy(tensors[operator.inputs[2]].dequantised()))
        network.classes.weight.copy_(torch.from_numpy(tensors[dense.inputs[1]].dequantised()))
        network.classes.bias.copy_(torch.from_numpy(tensors[dense.inputs[2]].dequantised()))
    return network.eval().to(memory_format=torch.channels_last)
