"""
Distils the teacher into the student.

    python3 train.py --windows DIR --classes FILE.csv --out FILE.pt [--leave-out 0] [--views 400000] [--seed 1] [--threads 2]

With `--leave-out` it learns from the other folds, so that `judge.py` can say what the recipe is worth on sources that it never
heard; without, from all of them. Every few minutes everything is written to FILE.pt: the same command goes on from there.
"""
import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from student import Student, head
from tags import DECISIVE, TAGS, places

_BATCH = 32
_PEAK_RATE, _WARM_UP, _WEIGHT_DECAY = 2e-3, 200, 2e-3
# Of the parts of the loss: scores of the teacher, its embedding, our labels.
_SCORES, _EMBEDDING, _EVENTS = 10.0, 2.0, 0.3
# Of a class that decides, of one that ships, of one that is learnt from alone.
_DECISIVE, _SHIPPED, _ELSE = 3.0, 1.0, 0.25
_AVERAGE = 0.998
_SAVE_SECONDS = 240


class Parts:
    """Windows on disk, part by part."""

    def __init__(self, folder: Path, leave_out: list[int]):
        self._folder = folder
        self._leave_out = leave_out

    def order(self, seed: int, epoch: int) -> list[str]:
        """Parts that there are now, in an order of chance; more may be made while it learns."""
        numbers = sorted(path.name[:5] for path in self._folder.glob("?????-fold.npy"))
        return np.random.default_rng([seed, epoch]).permutation(numbers).tolist()

    def batches(self, number: str, *seed: int):
        random = np.random.default_rng([*seed, int(number)])
        used = random.permutation(self._used(number))
        patches, scores, embedding, event = (np.load(self._folder / f"{number}-{name}.npy") for name in ("log_mel", "scores", "embedding", "event"))
        for start in range(0, len(used) - _BATCH + 1, _BATCH):
            chosen = used[start : start + _BATCH]
            yield (
                torch.from_numpy(spotted(random, patches[chosen].astype(np.float32))),
                torch.from_numpy(scores[chosen].astype(np.float32)),
                torch.from_numpy(embedding[chosen].astype(np.float32)),
                torch.from_numpy(event[chosen].astype(np.int64)),
            )

    def _used(self, number: str) -> np.ndarray:
        return np.flatnonzero(~np.isin(np.load(self._folder / f"{number}-fold.npy"), self._leave_out))


def spotted(random: np.random.Generator, patches: np.ndarray) -> np.ndarray:
    """Some bands and moments are hidden (SpecAugment, https://arxiv.org/abs/1904.08779), so that windows can be seen more than once."""
    patches += random.normal(0, 0.2, (len(patches), 1, 1)).astype(np.float32)
    for patch in patches:
        drawn = random.random(2)
        if drawn[0] < 0.35:
            start, width = random.integers(0, 58), random.integers(2, 7)
            patch[:, start : start + width] = patch.mean()
        if drawn[1] < 0.35:
            start, width = random.integers(0, 86), random.integers(2, 11)
            patch[start : start + width] = patch.mean()
    return patches


def class_weights(classes: Path) -> torch.Tensor:
    weights = torch.full((521,), _ELSE)
    known = places(classes)
    weights[[known[name] for name in TAGS]] = _SHIPPED
    weights[[known[name] for name in DECISIVE]] = _DECISIVE
    return weights / weights.sum()


def loss_of(network: Student, weights: torch.Tensor, patches, scores, embedding, event) -> torch.Tensor:
    classes, events, own = network(patches)
    against_scores = F.binary_cross_entropy_with_logits(classes, scores, reduction="none") * (1 + 4 * scores)
    loss = _SCORES * (against_scores * weights).sum(1).mean() + _EMBEDDING * F.mse_loss(head(network.projection, own), embedding)
    labelled = event >= 0
    return loss + _EVENTS * F.cross_entropy(events[labelled], event[labelled], label_smoothing=0.05) if labelled.any() else loss


class Average:
    """Mean of the weights of the last steps: it judges better than any of them."""

    def __init__(self, network: Student):
        self.state = {name: value.clone() for name, value in network.state_dict().items()}

    def follow(self, network: Student, step: int) -> None:
        share = min(_AVERAGE, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            mean = self.state[name]
            mean.lerp_(value, 1 - share) if mean.is_floating_point() else mean.copy_(value)


def rate_at(step: int, total: int) -> float:
    return _PEAK_RATE * min(1.0, (step + 1) / _WARM_UP) * max(0.005, 0.5 * (1 + np.cos(np.pi * min(1, step / total))))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--windows", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--leave-out", type=int, nargs="*", default=[])
    options.add_argument("--views", type=int, default=400_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--device", default="cpu")
    asked = options.parse_args()
    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    parts = Parts(asked.windows, asked.leave_out)
    network = Student().to(asked.device, memory_format=torch.channels_last)
    average = Average(network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_PEAK_RATE, weight_decay=_WEIGHT_DECAY)
    weights = class_weights(asked.classes).to(asked.device)
    total = asked.views // _BATCH
    at = {"step": 0, "epoch": 0, "parts": parts.order(asked.seed, 0)}
    run = {"leave_out": asked.leave_out, "seed": asked.seed}
    if asked.out.exists():
        kept = torch.load(asked.out, map_location=asked.device)
        if any(kept[name] != value for name, value in run.items()):
            raise SystemExit(f"{asked.out} is of another run.")
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        average.state, at = kept["average"], kept["at"]
    print(f"{network.shipped_parameters()} parameters, step {at['step']} of {total}", flush=True)

    def save() -> None:
        state = {"network": network.state_dict(), "average": average.state, "optimizer": optimizer.state_dict()}
        beside = asked.out.with_suffix(".part")
        torch.save({**state, "at": at, "views": at["step"] * _BATCH, **run}, beside)
        beside.rename(asked.out)

    def learn(batch) -> float:
        for group in optimizer.param_groups:
            group["lr"] = rate_at(at["step"], total)
        loss = loss_of(network, weights, *(each.to(asked.device) for each in batch))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        at["step"] += 1
        average.follow(network, at["step"])
        return loss.item()

    network.train()
    saved = time.monotonic()
    while at["step"] < total:
        if not at["parts"]:
            at["epoch"] += 1
            at["parts"] = parts.order(asked.seed, at["epoch"])
        number = at["parts"].pop()
        losses = [learn(batch) for batch in parts.batches(number, asked.seed, at["epoch"]) if at["step"] < total]
        print(f"{time.strftime('%H:%M:%S')} {at['step']}/{total} epoch {at['epoch']} loss {np.mean(losses):.4f}", flush=True)
        if time.monotonic() - saved > _SAVE_SECONDS:
            save()
            saved = time.monotonic()
    save()


if __name__ == "__main__":
    main()
