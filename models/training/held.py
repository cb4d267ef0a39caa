"""
How far a student follows its teacher where it has not learnt: so it is seen when it has learnt enough.

    python3 held.py --windows DIR --classes FILE.csv --student FILE.pt...
"""
import argparse
from pathlib import Path

import numpy as np
import torch

import judge
from student import Student
from tags import TAGS, places

_WINDOWS = 2048
_LEAST = 1e-5
# How often in a run, and after how many of these without gain it ends: in the middle, while the rate is high, it gains little.
_LOOKS, _PATIENCE = 20, 6


def divergence(own: np.ndarray, taught: np.ndarray) -> float:
    """Of scores 0..1 [n, classes]: the mean of each one's relative entropy, as of a coin (https://doi.org/10.1214/aoms/1177729694)."""
    own, taught = (scores.clip(_LEAST, 1 - _LEAST) for scores in (own, taught))
    return float((taught * np.log(taught / own) + (1 - taught) * np.log((1 - taught) / (1 - own))).mean())


class Held:
    """Windows of the folds that were left out, as many from every part."""

    def __init__(self, folder: Path, folds: list[int], classes: Path):
        known = places(classes)
        self._tags = [known[tag] for tag in TAGS]
        parts = sorted(path.name[:5] for path in folder.glob("?????-fold.npy"))
        own = {number: np.flatnonzero(np.isin(np.load(folder / f"{number}-fold.npy"), folds)) for number in parts}
        own = {number: of[: -(-_WINDOWS // len(parts))] for number, of in own.items() if len(of) > 0}
        if not own:
            raise SystemExit(f"No window of the folds {folds}: nothing is left to hold a student against.")
        of_all = lambda name: np.concatenate([np.load(folder / f"{number}-{name}.npy", mmap_mode="r")[of] for number, of in own.items()])
        self._patches = torch.from_numpy(of_all("log_mel").astype(np.float32))
        self._taught = of_all("scores")[:, self._tags].astype(np.float32)

    def divergence(self, network: torch.nn.Module) -> float:
        """Of the scores that ship, nats."""
        device = next(network.parameters()).device
        with torch.no_grad():
            runs = [network(part.to(device))[0][:, self._tags].sigmoid().cpu() for part in self._patches.split(128)]
        return divergence(torch.cat(runs).numpy(), self._taught)


class Best:
    """
    The weights of a run that followed the teacher best on windows that it does not learn from. Workers that have met have the same
    weights, so each of them finds the same, and they end together.
    """

    def __init__(self, held: Held, width: float, total: int):
        """`total`: steps of the run."""
        self._held, self._width, self._total = held, width, total
        self._every = max(1, total // _LOOKS)
        self._next = self._every
        self.found: dict = {}

    def look(self, step: int, average: dict[str, torch.Tensor]) -> None:
        if step < min(self._next, self._total):
            return
        self._next = (step // self._every + 1) * self._every
        network = Student(self._width).to(next(iter(average.values())).device).eval()
        network.load_state_dict(average)
        found = self._held.divergence(network)
        if not self.found or found < self.found["divergence"]:
            self.found = {"average": {name: value.clone() for name, value in average.items()}, "step": step, "divergence": found}

    def is_past(self, step: int) -> bool:
        return bool(self.found) and step - self.found["step"] > _PATIENCE * self._every


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--windows", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--student", type=Path, nargs="+", required=True)
    asked = options.parse_args()
    torch.set_num_threads(1)
    for path in asked.student:
        network, kept = judge.load(path)
        found = Held(asked.windows, kept["leave_out"], asked.classes).divergence(network)
        print(f"{path.name} views {kept['views']} divergence {found:.5f}", flush=True)


if __name__ == "__main__":
    main()
