"""
Distils the teacher into the student.

    python3 train.py --windows DIR --classes yamnet_class_map.csv --out FILE.pt [--fold N] [--epochs 6] [--seed 1] [--threads 2]

With `--fold` it learns from the other folds, is judged after every epoch by the clips of that one (average precision of clips,
never by what the teacher says), and keeps the best epoch. Without, it learns from all of them for the epochs given.
"""
import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from judge import Judge
from student import EVENTS, Student
from tags import TAGS
from windows import NO_FOLD

_BATCH = 64
_PEAK_RATE, _WARM_UP, _WEIGHT_DECAY = 2e-3, 200, 2e-3
# Of the parts of the loss: scores of the teacher, its embedding, our labels.
_SCORES, _EMBEDDING, _EVENTS = 10.0, 2.0, 0.3


class Parts:
    """Windows on disk, part by part in an order of chance; all of a part fit into memory."""

    def __init__(self, folder: Path, leave_out: int | None):
        self._folder = folder
        self._numbers = sorted(path.name[:5] for path in folder.glob("*-fold.npy"))
        self._leave_out = leave_out
        self.clips = json.loads((folder / "clips.json").read_text())
        self._events = np.array([EVENTS.index(clip["class"]) if clip["class"] in EVENTS else len(EVENTS) - 1 for clip in self.clips])

    @property
    def count(self) -> int:
        return sum(int(self._used(number).sum()) for number in self._numbers)

    def batches(self, random: np.random.Generator, tags: np.ndarray):
        for number in random.permutation(self._numbers):
            used = np.flatnonzero(self._used(number))
            patches, scores, embedding, clip = (np.load(self._folder / f"{number}-{name}.npy", mmap_mode="r") for name in ("log_mel", "scores", "embedding", "clip"))
            patches, scores, embedding, clip = patches[used], scores[used][:, tags], embedding[used], clip[used]
            for chosen in np.array_split(random.permutation(len(used)), max(1, len(used) // _BATCH)):
                own = clip[chosen]
                event = np.where(own >= 0, self._events[np.maximum(own, 0)], -1)
                yield (
                    torch.from_numpy(spotted(random, patches[chosen].astype(np.float32))),
                    torch.from_numpy(scores[chosen].astype(np.float32)),
                    torch.from_numpy(embedding[chosen].astype(np.float32)),
                    torch.from_numpy(event),
                )

    def _used(self, number: str) -> np.ndarray:
        fold = np.load(self._folder / f"{number}-fold.npy")
        return fold != self._leave_out if self._leave_out is not None else fold >= NO_FOLD


def spotted(random: np.random.Generator, patches: np.ndarray) -> np.ndarray:
    """Some bands and moments are hidden (SpecAugment, https://arxiv.org/abs/1904.08779), so that windows can be seen more than once."""
    for patch in patches:
        patch += random.normal(0, 0.25)
        if random.random() < 0.4:
            start, width = random.integers(0, 56), random.integers(2, 9)
            patch[:, start : start + width] = patch.mean()
        if random.random() < 0.4:
            start, width = random.integers(0, 84), random.integers(2, 13)
            patch[start : start + width] = patch.mean()
    return patches


def loss_of(network: Student, patches, scores, embedding, event):
    tags, events, own = network(patches)
    against_scores = (F.binary_cross_entropy_with_logits(tags, scores, reduction="none") * (1 + 4 * scores)).mean()
    loss = _SCORES * against_scores + _EMBEDDING * F.mse_loss(network.projection(own), embedding)
    real = event >= 0
    return loss + _EVENTS * F.cross_entropy(events[real], event[real], label_smoothing=0.05) if real.any() else loss


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--windows", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--audio", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--fold", type=int)
    options.add_argument("--epochs", type=float, default=6)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=2)
    asked = options.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    random = np.random.default_rng(asked.seed)
    with open(asked.classes, newline="") as file:
        names = [row["display_name"] for row in csv.DictReader(file)]
    tags = np.array([names.index(tag) for tag in TAGS])
    parts = Parts(asked.windows, asked.fold)
    judge = None if asked.fold is None else Judge(asked.audio, asked.windows, asked.fold)
    network = Student(len(TAGS))
    print(f"{parts.count} windows, {sum(p.numel() for n, p in network.named_parameters() if not n.startswith('projection'))} parameters")
    optimizer = torch.optim.AdamW(network.parameters(), lr=_PEAK_RATE, weight_decay=_WEIGHT_DECAY)
    total = int(asked.epochs * parts.count / _BATCH)
    step, begun, best = 0, time.monotonic(), -1.0
    while step < total:
        network.train()
        for batch in parts.batches(random, tags):
            rate = _PEAK_RATE * min(1, (step + 1) / _WARM_UP) * max(0.01, 0.5 * (1 + np.cos(np.pi * step / total)))
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = loss_of(network, *batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            if step % 200 == 0:
                print(f"{step}/{total} loss {loss.item():.4f} {step * _BATCH / (time.monotonic() - begun):.0f} windows/s", flush=True)
            if step >= total:
                break
        figures = {} if judge is None else judge.judge(network)
        mean = float(np.mean([figures[name] for name in EVENTS[:3]])) if figures else step
        print(json.dumps({"step": step, **figures}), flush=True)
        if mean > best:
            best = mean
            torch.save({"weights": network.state_dict(), "tags": TAGS, "figures": figures}, asked.out)


if __name__ == "__main__":
    main()
