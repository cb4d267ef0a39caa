"""
Writes a student as ONNX: `log_mel` [n, 96, 64] -> `tags`, `events` (probabilities), `embedding`. Norms are folded into the weights.

    python3 export.py --student FILE.pt --classes FILE.csv --out FILE.onnx [--example FILE.json]

`--example`: what PyTorch makes of a computed sound, for tests that run the file elsewhere.
"""
import argparse
import inspect
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

import judge
from front_end import BANDS, FRAMES, SAMPLE_RATE, WINDOW, log_mel
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


def example(network: nn.Module) -> dict:
    """Some rows of the log-mel of a sound that any language can compute, and the outputs."""
    time = np.arange(WINDOW) / SAMPLE_RATE
    # Four falling bursts of a tone that rises.
    samples = np.round(12_000 * np.sin(2 * np.pi * (300 * time + 1800 * time**2)) * np.exp(-3 * (4 * time % 1))).astype(np.int16)
    patch = log_mel(samples[None].astype(np.float32) / 32768)
    with torch.no_grad():
        tags, events, embedding = (each[0].numpy().astype(float).round(6).tolist() for each in network(torch.from_numpy(patch)))
    rows = {str(row): patch[0, row].astype(float).round(5).tolist() for row in (0, 31, 95)}
    return {"log_mel": rows, "tags": tags, "events": events, "embedding": embedding}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--student", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--example", type=Path)
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
    if asked.example:
        asked.example.write_text(json.dumps(example(network)))
    print(f"{asked.out}: {asked.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
