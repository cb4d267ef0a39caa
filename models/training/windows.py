"""
Makes what the student learns from: windows of sound as a camera would hear them, with what the teacher says of each. Once
on disk, many epochs and all folds share them.

    python3 windows.py --audio DIR --teacher FILE.tflite --out DIR [--windows 300000] [--processes 2] [--seed 1]
"""
import argparse
import json
import multiprocessing
import time
from pathlib import Path

import numpy as np
import torch

import augment
import clips
import synthesis
import teacher
import voices
from front_end import BANDS, FRAMES, SAMPLE_RATE, log_mel

_PART = 2048
# Of windows without a recording in them.
NO_FOLD = -1
SYNTHETIC = -1
# How much more often than others.
_WEIGHTS = {"glass_break": 14.0, "gunshot": 8.0, "scream": 14.0, "forced_entry": 8.0, "explosion": 4.0, "other": 1.0}
_SHARE_SYNTHETIC, _SHARE_BEHIND, _SHARE_AAC, _SHARE_SPEED = 0.22, 0.55, 0.25, 0.45

FIELDS = {
    "log_mel": (np.float16, (FRAMES, BANDS)),
    "scores": (np.float16, (521,)),
    "embedding": (np.float16, (1024,)),
    "clip": (np.int32, ()),
    "fold": (np.int8, ()),
}


class Source:
    """Draws windows. A sound behind another one is of the same fold, so that a window belongs to one fold."""

    def __init__(self, audio: Path, cache: Path, spoken: list[np.ndarray]):
        self._random = np.random.default_rng()
        self._clips, self._aac = clips.load(audio, cache)
        self._voices = spoken
        weights = np.array([_WEIGHTS[clip.label] for clip in self._clips])
        # A long clip has more to tell than a short one, but not in proportion.
        weights *= np.array([np.sqrt(max(1.0, len(clip.samples) / SAMPLE_RATE)) for clip in self._clips])
        self._weights = weights / weights.sum()
        self._of_fold = [[i for i, clip in enumerate(self._clips) if clip.fold == fold] for fold in range(clips.FOLDS)]

    def begin(self, *seed: int) -> None:
        """What follows is the same for the same seed."""
        self._random = np.random.default_rng(seed)

    def window(self) -> tuple[np.ndarray, int, int]:
        """Samples, index of the clip, fold."""
        random = self._random
        if random.random() < _SHARE_SYNTHETIC:
            sound, clip, fold = synthesis.draw(random), SYNTHETIC, NO_FOLD
        elif random.random() < 0.05:
            sound, clip, fold = self._voice(), SYNTHETIC, NO_FOLD
        else:
            clip = int(random.choice(len(self._clips), p=self._weights))
            sound, fold = self._samples(clip), self._clips[clip].fold
        behind = None
        if random.random() < _SHARE_BEHIND:
            drawn = random.random()
            if drawn < 0.2:
                behind = synthesis.draw(random)
            elif drawn < 0.35:
                behind = self._voice()
            else:
                fold = int(random.integers(clips.FOLDS)) if fold == NO_FOLD else fold
                behind = self._samples(int(random.choice(self._of_fold[fold])))
            behind = augment.placed(random, behind)
        return augment.heard(random, augment.placed(random, sound), behind), clip, fold

    def _samples(self, clip: int) -> np.ndarray:
        random = self._random
        sound = self._aac[clip] if random.random() < _SHARE_AAC else self._clips[clip].samples
        return augment.speed(sound, random.uniform(0.8, 1.25)) if random.random() < _SHARE_SPEED else sound

    def _voice(self) -> np.ndarray:
        return augment.speed(self._voices[self._random.integers(len(self._voices))], self._random.uniform(0.85, 1.2))


def _make_part(task: tuple) -> int:
    number, seed, audio, cache, spoken, model, out = task
    torch.set_num_threads(1)
    source, network = _shared(audio, cache, spoken, model)
    source.begin(seed, number)
    part = {name: np.zeros((_PART, *shape), kind) for name, (kind, shape) in FIELDS.items()}
    for start in range(0, _PART, 64):
        drawn = [source.window() for _ in range(64)]
        patches = log_mel(np.stack([window for window, _, _ in drawn]))
        with torch.no_grad():
            scores, embedding = network(torch.from_numpy(patches))
        rows = slice(start, start + 64)
        part["log_mel"][rows], part["scores"][rows], part["embedding"][rows] = patches, scores.numpy(), embedding.numpy()
        part["clip"][rows], part["fold"][rows] = [clip for _, clip, _ in drawn], [fold for _, _, fold in drawn]
    for name, values in part.items():
        np.save(out / f"{number:05d}-{name}.npy", values)
    return number


_made = {}


def _shared(audio: Path, cache: Path, spoken: Path, model: Path):
    if not _made:
        with np.load(spoken) as file:
            samples = np.split(file["samples"], np.cumsum(file["lengths"])[:-1])
        _made["source"], _made["network"] = Source(audio, cache, samples), teacher.load(model)
    return _made["source"], _made["network"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--audio", type=Path, required=True)
    options.add_argument("--teacher", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--windows", type=int, default=300_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    spoken = voices.kept(asked.out)
    loaded, _ = clips.load(asked.audio, asked.out)
    listed = [{"file": clip.file, "class": clip.label, "fine": clip.fine, "source": clip.source, "fold": clip.fold} for clip in loaded]
    (asked.out / "clips.json").write_text(json.dumps(listed))
    numbers = [n for n in range(-(-asked.windows // _PART)) if not (asked.out / f"{n:05d}-fold.npy").exists()]
    tasks = [(n, asked.seed, asked.audio, asked.out, spoken, asked.teacher, asked.out) for n in numbers]
    begun = time.monotonic()
    with multiprocessing.Pool(asked.processes) as pool:
        for done, number in enumerate(pool.imap_unordered(_make_part, tasks), 1):
            print(f"part {number}, {done * _PART / (time.monotonic() - begun):.0f} windows/s", flush=True)


if __name__ == "__main__":
    main()
