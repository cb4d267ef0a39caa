"""
The network that ships: plain convolutions with few channels where the picture is large, depthwise-separable ones where it is
small. That learns fastest on a processor. Weights are random at first.
"""
import torch
from torch import nn
from torch.nn import functional as F

from tags import EVENTS

# Channels at width 1; strides after the first layer (stride 2). With integers width 1 takes 0.15 ms a window, 1.25 (950,000
# weights, what ships) 0.19, 1.5 (1.3 million) 0.25, 2 (2.2 million) 0.39.
_FIRST = 16
_PLAIN = [(2, 32), (1, 32), (2, 64), (1, 64), (1, 64), (2, 128), (1, 128), (1, 128)]
_SEPARABLE = 256
EMBEDDING = 384
_TEACHER_CLASSES, _TEACHER_EMBEDDING = 521, 1024


class _Plain(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.convolution, self.norm = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.is_residual = stride == 1

    def forward(self, x):
        y = F.relu(self.norm(self.convolution(x)))
        return x + y if self.is_residual else y


class _Separable(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.depthwise, self.norm1 = nn.Conv2d(inputs, inputs, 3, 1, 1, groups=inputs, bias=False), nn.BatchNorm2d(inputs)
        self.pointwise, self.norm2 = nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.norm2(self.pointwise(F.relu(self.norm1(self.depthwise(x))))))


class Student(nn.Module):
    """Log-mel patches [n, 96, 64] -> logits of the teacher's classes [n, 521], of our events [n, 5], embedding [n, 384]."""

    def __init__(self, width: float = 1.0):
        super().__init__()
        wide = lambda channels: 8 * round(channels * width / 8)
        inputs = [wide(_FIRST), *(wide(outputs) for _, outputs in _PLAIN)]
        self.first, self.norm = nn.Conv2d(1, inputs[0], 3, 2, 1, bias=False), nn.BatchNorm2d(inputs[0])
        plain = [_Plain(inputs[i], inputs[i + 1], stride) for i, (stride, _) in enumerate(_PLAIN)]
        separable = [_Separable(inputs[-1], wide(_SEPARABLE)), _Separable(wide(_SEPARABLE), EMBEDDING)]
        self.body = nn.Sequential(*plain, *separable)
        # Of all the classes that it learns, those in tags.py ship. Convolutions of one point, since Debian's PyTorch has a
        # quick one of those and only a slow product of matrices.
        self.classes, self.events = nn.Conv2d(EMBEDDING, _TEACHER_CLASSES, 1), nn.Conv2d(EMBEDDING, len(EVENTS), 1)
        # Only while it learns.
        self.projection = nn.Conv2d(EMBEDDING, _TEACHER_EMBEDDING, 1)

    def embed(self, patches):
        # Log-mel lies in -7..4.
        x = F.relu(self.norm(self.first((patches.unsqueeze(1) + 4) / 3)))
        # A shot is one moment, rain is all of it: the loudest frame counts beside the mean.
        over_bands = self.body(x).mean(3)
        return 0.5 * (over_bands.mean(2) + over_bands.amax(2))

    def forward(self, patches):
        embedding = self.embed(patches)
        return head(self.classes, embedding), head(self.events, embedding), embedding

    def shipped_parameters(self) -> int:
        return sum(value.numel() for name, value in self.named_parameters() if not name.startswith(("projection", "classes")))


def head(layer: nn.Conv2d, embedding):
    return layer(embedding[:, :, None, None]).flatten(1)
