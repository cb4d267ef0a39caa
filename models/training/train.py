"""
Distils the teacher into the student.

    python3 train.py --windows DIR --teacher FILE.tflite --classes FILE.csv --out FILE.pt [--from FILE.pt] [--leave-out 0] [--views 400000]
                     [--width 1.25] [--workers 2] [--batch 64] [--rate 0.02] [--seed 1] [--varied 0.5] [--device cpu] [--bfloat16]

With `--leave-out` it learns from the other folds, so that `judge.py` can say what the recipe is worth on sources that it never
heard, and ends early where it follows the teacher no better there; without, from all of them. Every few minutes everything is
written to FILE.pt: the same command goes on from there. `--from` begins with the weights of another run. Workers learn each by
itself and meet every few steps to take the mean of their weights: that uses processors that others use, too, better than threads
that wait for each other in every layer.
"""
import argparse
import itertools
import math
import signal
import sys
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing
from torch.nn import functional as F

import teacher
from clips import FOLDS
from held import Best, Held
from muon import Muon
from student import Student, head
from tags import COSTS, TAGS, mapped, places
from varied import still_heard, varied

_WARM_UP, _WEIGHT_DECAY = 200, 2e-3
# Of the rate: what is no matrix, and the heads, whose matrices are large, learn by Adam.
_ADAM = 0.25
# Of the parts of the loss: scores of the teacher, their logits, its embedding, our labels.
_SCORES, _LOGITS, _EMBEDDING, _EVENTS = 10.0, 0.15, 2.0, 0.3
# What the teacher scores lower than this is silence to it: how much lower is noise.
_LEAST, _MOST = 0.0025, 0.98
# Of a class that ships, of one that is learnt from alone.
_SHIPPED, _ELSE = 1.0, 0.25
# Steps until workers meet; share of the mean weights that stays at each meeting.
_MEETING, _STAYS = 32, 0.94
_SAVE_SECONDS = 120
# What makes two runs different, beside their windows.
_RUN = ["leave_out", "seed", "width", "workers", "batch", "rate", "varied"]


# So many parts are mixed, since some are of one kind of sound.
_AT_ONCE = 4


class Parts:
    """Windows on disk, some parts at a time."""

    def __init__(self, folder: Path, leave_out: list[int], batch: int):
        self._folder, self._leave_out, self._batch = folder, leave_out, batch

    def batches(self, *seed: int):
        """For ever, in an order of chance; parts that are made while it learns join in the next round."""
        random = np.random.default_rng(seed)
        while True:
            numbers = random.permutation(sorted(path.name[:5] for path in self._folder.glob("?????-fold.npy")))
            for start in range(0, len(numbers), _AT_ONCE):
                yield from self._of_parts(random, numbers[start : start + _AT_ONCE])

    def _of_parts(self, random: np.random.Generator, numbers: np.ndarray):
        together = lambda name: np.concatenate([np.load(self._folder / f"{number}-{name}.npy") for number in numbers])
        used = random.permutation(np.flatnonzero(~np.isin(together("fold"), self._leave_out)))
        patches, scores, embedding, event = (together(name) for name in ("log_mel", "scores", "embedding", "event"))
        for start in range(0, len(used) - self._batch + 1, self._batch):
            chosen = used[start : start + self._batch]
            yield (
                torch.from_numpy(patches[chosen].astype(np.float32)),
                torch.from_numpy(scores[chosen].astype(np.float32)),
                torch.from_numpy(embedding[chosen].astype(np.float32)),
                torch.from_numpy(event[chosen].astype(np.int64)),
            )


def class_weights(classes: Path) -> torch.Tensor:
    weights = torch.full((521,), _ELSE)
    known = places(classes)
    weights[[known[name] for name in TAGS]] = _SHIPPED
    for name, cost in COSTS.items():
        weights[known[name]] = cost
    return weights / weights.sum()


def events_of(scores: torch.Tensor, known: dict[str, int]) -> dict[str, torch.Tensor]:
    """What scores [n, 521] say of our events [n]."""
    return mapped(lambda tag: scores[:, known[tag]], lambda rows: torch.stack(rows).amax(0))


def loss_of(network: Student, weights: torch.Tensor, halved: bool, patches, scores, embedding, event) -> torch.Tensor:
    # Half the digits take two thirds of the time on a processor that computes with them; weights and losses keep all.
    with torch.autocast(patches.device.type, torch.bfloat16, halved):
        classes, events, own = network(patches)
        projected = head(network.projection, own)
    classes, events, projected = classes.float(), events.float(), projected.float()
    against_scores = F.binary_cross_entropy_with_logits(classes, scores, reduction="none") * (1 + 4 * scores)
    taught = torch.logit(scores.clamp(_LEAST, _MOST))
    against_logits = F.smooth_l1_loss(classes.clamp(-8, 6), taught, reduction="none")
    against_logits = against_logits * ~((scores <= _LEAST) & (classes <= math.log(_LEAST / (1 - _LEAST))))
    loss = (_SCORES * against_scores + _LOGITS * against_logits).mul(weights).sum(1).mean() + _EMBEDDING * F.mse_loss(projected, embedding)
    labelled = event >= 0
    return loss + _EVENTS * F.cross_entropy(events[labelled], event[labelled], label_smoothing=0.05) if labelled.any() else loss


class Steps:
    """What moves the weights."""

    def __init__(self, network: Student, rate: float):
        body = [weight for name, weight in network.named_parameters() if is_matrix(name, weight)]
        rest = [weight for name, weight in network.named_parameters() if not is_matrix(name, weight)]
        self._rate, self._network = rate, network
        self._parts = [
            (1.0, Muon(body, lr=rate, weight_decay=_WEIGHT_DECAY)),
            (_ADAM, torch.optim.AdamW(rest, lr=rate, weight_decay=_WEIGHT_DECAY)),
        ]

    def step(self, share: float) -> None:
        """`share`: of the rate."""
        for of_rate, part in self._parts:
            for group in part.param_groups:
                group["lr"] = self._rate * of_rate * share
            part.step()
        self._network.zero_grad(set_to_none=True)

    def state(self) -> list[dict]:
        return [part.state_dict() for _, part in self._parts]

    def restore(self, states: list[dict]) -> None:
        for (_, part), state in zip(self._parts, states):
            part.load_state_dict(state)


def is_matrix(name: str, weight: torch.Tensor) -> bool:
    return weight.ndim == 4 and weight.shape[1] > 1 and not name.startswith(("classes", "events", "projection"))


class Lessons:
    """Batches of which a share has become other sounds: so it sees no sound twice, and learns what the teacher hears, not these clips."""

    def __init__(self, batches, taught: torch.nn.Module, asked: argparse.Namespace, seed: int):
        self._batches, self._taught, self._asked = batches, taught.to(asked.device), asked
        self._random = torch.Generator().manual_seed(seed)
        self._known = places(asked.classes)

    def __iter__(self):
        return self

    def __next__(self) -> list[torch.Tensor]:
        patches, scores, embedding, event = next(self._batches)
        count = int(self._asked.varied * len(patches))
        if count == 0:
            return [patches, scores, embedding, event]
        others, theirs = varied(self._random, patches, event)
        with torch.no_grad(), torch.autocast(self._asked.device, torch.bfloat16, self._asked.bfloat16):
            again = [each.float().cpu() for each in self._taught(others[:count].to(self._asked.device))]
        theirs[:count] = still_heard(theirs[:count], *(events_of(each, self._known) for each in (scores[:count], again[0])))
        return [torch.cat([new[:count], old[count:]]) for new, old in zip([others, *again, theirs], [patches, scores, embedding, event])]


class Meeting:
    """Where workers leave their weights and take the mean of all."""

    def __init__(self, workers: int, network: Student):
        context = torch.multiprocessing.get_context("spawn")
        self._table = torch.zeros(workers, sum(value.numel() for value in _numbers(network))).share_memory_()
        self._barrier: Barrier = context.Barrier(workers)

    def meet(self, rank: int, network: Student) -> None:
        if len(self._table) == 1:
            return
        values = _numbers(network)
        self._table[rank] = torch.cat([value.flatten() for value in values]).cpu()
        self._barrier.wait()
        mean = self._table.mean(0).to(values[0].device)
        self._barrier.wait()
        with torch.no_grad():
            for value, new in zip(values, mean.split([value.numel() for value in values])):
                value.copy_(new.view(value.shape))


def _numbers(network: Student) -> list[torch.Tensor]:
    return [value for value in network.state_dict().values() if value.is_floating_point()]


def follow(average: dict[str, torch.Tensor], network: Student, meetings: int) -> None:
    """The mean of the weights of the last meetings judges better than any of them."""
    stays = min(_STAYS, (1 + meetings) / (10 + meetings))
    for name, value in network.state_dict().items():
        average[name].lerp_(value, 1 - stays) if value.is_floating_point() else average[name].copy_(value)


def share_at(step: int, total: int) -> float:
    """Of the rate: rising at first, then falling like a cosine."""
    return min(1.0, (step + 1) / _WARM_UP) * max(0.005, 0.5 * (1 + np.cos(np.pi * min(1, step / total))))


def work(rank: int, asked: argparse.Namespace, meeting: Meeting) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(asked.seed)
    run = {name: getattr(asked, name) for name in _RUN} | {"planned": asked.views}
    total = asked.views // asked.batch // asked.workers
    kept = torch.load(asked.out, map_location=asked.device) if asked.out.exists() else None
    if kept is not None and any(kept.get(name) != value for name, value in run.items()):
        raise SystemExit(f"{asked.out} is of another run: " + ", ".join(f"{name} {kept.get(name)}" for name in run))
    if kept is not None and "network" not in kept:
        return
    network = Student(asked.width).to(asked.device, memory_format=torch.channels_last)
    steps = Steps(network, asked.rate)
    weights = class_weights(asked.classes).to(asked.device)
    if asked.begin:
        network.load_state_dict(torch.load(asked.begin, map_location=asked.device)["average"])
    average, step = {name: value.clone() for name, value in network.state_dict().items()}, 0
    # One that sees computed sounds alone must not be chosen by any fold, since students of all folds begin with it.
    is_judged = 0 < len(asked.leave_out) < FOLDS
    best = Best(Held(asked.windows, asked.leave_out, asked.classes), asked.width, total) if is_judged else None
    if kept is not None:
        network.load_state_dict(kept["network"])
        steps.restore(kept["steps"])
        average, step = kept["running"], kept["step"] // asked.workers
        if best:
            best.found = kept["best"]

    def save(is_over: bool) -> None:
        used = best.found if best and best.found else {"average": average, "step": step}
        # One that has learnt enough keeps what is used of it alone.
        rest = {"network": network.state_dict(), "steps": steps.state(), "running": average, "best": best and best.found}
        beside = asked.out.with_suffix(".part")
        views = used["step"] * asked.workers * asked.batch
        torch.save({**used, "step": step * asked.workers, "views": views, **run, **({} if is_over else rest)}, beside)
        beside.rename(asked.out)

    def learn(batch) -> float:
        loss = loss_of(network, weights, asked.bfloat16, *(each.to(asked.device) for each in batch))
        loss.backward()
        steps.step(share_at(step, total))
        return loss.item()

    network.train()
    saved = time.monotonic()
    windows = Parts(asked.windows, asked.leave_out, asked.batch).batches(asked.seed, rank, step)
    batches = Lessons(windows, teacher.load(asked.teacher), asked, 1000 * asked.seed + 10 * step + rank)
    is_over = False
    while not is_over:
        losses = [learn(batch) for batch in itertools.islice(batches, min(_MEETING, total - step))]
        step += len(losses)
        meeting.meet(rank, network)
        follow(average, network, step // _MEETING)
        if best:
            best.look(step, average)
        is_over = step >= total or (best is not None and best.is_past(step))
        if rank == 0 and (time.monotonic() - saved > _SAVE_SECONDS or is_over):
            save(is_over)
            saved = time.monotonic()
        if rank == 0:
            print(f"{time.strftime('%H:%M:%S')} {step * asked.workers * asked.batch}/{asked.views} loss {np.mean(losses):.4f}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--windows", type=Path, required=True)
    options.add_argument("--teacher", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--from", type=Path, dest="begin")
    options.add_argument("--leave-out", type=int, nargs="*", default=[])
    options.add_argument("--views", type=int, default=400_000)
    options.add_argument("--width", type=float, default=1.25)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--rate", type=float, default=2e-2)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--varied", type=float, default=0.5, help="share of a batch that becomes other sounds")
    options.add_argument("--device", default="cpu")
    options.add_argument("--bfloat16", action="store_true")
    asked = options.parse_args()
    network = Student(asked.width)
    print(f"{network.shipped_parameters()} parameters", flush=True)
    # Told to end, it takes its workers along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    torch.multiprocessing.spawn(work, (asked, Meeting(asked.workers, network)), asked.workers, daemon=True)


if __name__ == "__main__":
    main()
