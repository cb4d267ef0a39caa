"""
Writes a student as ONNX: `log_mel` [n, 96, 64] -> `tags`, `events` (probabilities), `embedding`. Norms are folded into the weights.

    python3 export.py --student FILE.pt --classes FILE.csv --out FILE.onnx
"""
import argparse
import inspect
from pathlib import Path

import torch
from torch import nn

import judge
from front_end import BANDS, FRAMES
from student import EMBEDDING
from tags import EVENTS, HEADED, TAGS, places


class Shipped(nn.Module):
    def __init__(self, student: nn.Module, chosen: list[int]):
        super().__init__()
        self.student = student
        self.headed = [EVENTS.index(name) for name in HEADED]
        self.tags = nn.Linear(EMBEDDING, len(chosen))
        self.events = nn.Linear(EMBEDDING, len(EVENTS))
        with torch.no_grad():
            for mine, learnt, rows in ((self.tags, student.classes, chosen), (self.events, student.events, slice(None))):
                mine.weight.copy_(learnt.weight[rows, :, 0, 0])
                mine.bias.copy_(learnt.bias[rows])

    def forward(self, patches):
        embedding = self.student.embed(patches)
        return torch.sigmoid(self.tags(embedding)), torch.softmax(self.events(embedding), 1)[:, self.headed], embedding


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--student", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    asked = options.parse_args()
    known = places(asked.classes)
    network = Shipped(judge.load(asked.student)[0], [known[tag] for tag in TAGS]).eval()
    names = ["tags", "events", "embedding"]
    # Newer exporters need another package and fold less.
    older = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(
        network, torch.zeros(2, FRAMES, BANDS), str(asked.out), opset_version=13,
        input_names=["log_mel"], output_names=names, dynamic_axes={name: {0: "n"} for name in ["log_mel", *names]}, **older,
    )
    print(f"{asked.out}: {asked.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
