"""The network that ships: depthwise-separable, with squeeze-and-excitation; weights are random at first."""
import torch
from torch import nn
from torch.nn import functional as F

# Stride and channels after the first layer (32, stride 2): some 30 million multiplications a window.
_LAYERS = [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 384), (1, 384), (1, 384)]
EMBEDDING = _LAYERS[-1][1]
EVENTS = ["glass_break", "gunshot", "scream", "forced_entry", "other"]


class _Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False)
        self.norm1 = nn.BatchNorm2d(inputs)
        self.squeeze, self.excite = nn.Linear(inputs, max(16, inputs // 8)), nn.Linear(max(16, inputs // 8), inputs)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = F.relu(self.norm1(self.depthwise(x)))
        gate = torch.sigmoid(self.excite(F.relu(self.squeeze(y.mean((2, 3))))))
        y = self.norm2(self.pointwise(y * gate[:, :, None, None]))
        return F.relu(x + y if self.is_residual else y)


class Student(nn.Module):
    """Log-mel patches [n, 96, 64] -> logits of the teacher's tags [n, tags], of our events [n, 5], embedding [n, 384]."""

    def __init__(self, tags: int, teacher_embedding: int = 1024):
        super().__init__()
        self.first, self.norm = nn.Conv2d(1, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32)
        channels = [32, *(outputs for _, outputs in _LAYERS)]
        self.body = nn.Sequential(*(_Block(channels[i], outputs, stride) for i, (stride, outputs) in enumerate(_LAYERS)))
        self.tags, self.events = nn.Linear(EMBEDDING, tags), nn.Linear(EMBEDDING, len(EVENTS))
        # Only while it learns.
        self.projection = nn.Linear(EMBEDDING, teacher_embedding)

    def embed(self, patches):
        # Log-mel lies in -7..4.
        x = F.relu(self.norm(self.first((patches.unsqueeze(1) + 4) / 3)))
        x = self.body(x)
        # A shot is one moment, rain is all of it: the loudest frame counts beside the mean.
        over_bands = x.mean(3)
        return 0.5 * (over_bands.mean(2) + over_bands.amax(2))

    def forward(self, patches):
        embedding = self.embed(patches)
        return self.tags(embedding), self.events(embedding), embedding
