"""Average precision of whole clips: how well a network ranks the recordings of one fold, which it has not learnt from."""
from pathlib import Path

import numpy as np
import torch

import clips
from front_end import WINDOW, log_mel
from student import EVENTS
from tags import TAGS, mapped

_HOP = 7680
_MOST_WINDOWS = 12


def windows_of(samples: np.ndarray) -> np.ndarray:
    """[n, 15600], overlapping by half; a short clip is one window, silence behind it."""
    padded = np.pad(samples, (0, max(0, WINDOW - len(samples))))
    starts = list(range(0, len(padded) - WINDOW + 1, _HOP))[:_MOST_WINDOWS]
    return np.stack([padded[start : start + WINDOW] for start in starts])


def average_precision(positive: np.ndarray, scores: np.ndarray) -> float:
    hits = positive[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits == 1].mean()) if hits.any() else float("nan")


def blended(score, events: np.ndarray, name: str) -> np.ndarray:
    """Mean of the logits of both ways to an event: by the tags, and by the head that learnt our labels."""
    logit = lambda p: np.log(np.clip(p, 1e-5, 1 - 1e-5) / (1 - np.clip(p, 1e-5, 1 - 1e-5)))
    return (logit(mapped(score)[name]) + logit(events[:, EVENTS.index(name)])) / 2


class Judge:
    def __init__(self, audio: Path, cache: Path, fold: int):
        loaded, _ = clips.load(audio, cache)
        # An explosion is neither a shot nor none.
        chosen = [clip for clip in loaded if clip.fold == fold and clip.label != "explosion"]
        self._labels = np.array([clip.label for clip in chosen])
        cut = [windows_of(clip.samples) for clip in chosen]
        self._patches = np.concatenate([log_mel(windows) for windows in cut])
        self._starts = np.cumsum([0, *(len(windows) for windows in cut)])[:-1]

    def judge(self, network) -> dict[str, float]:
        network.eval()
        tags, events = [], []
        with torch.no_grad():
            for start in range(0, len(self._patches), 128):
                tag, event, _ = network(torch.from_numpy(self._patches[start : start + 128]))
                tags.append(torch.sigmoid(tag).numpy())
                events.append(torch.softmax(event, 1).numpy())
        scores, heads = np.concatenate(tags), np.concatenate(events)
        score = lambda name: scores[:, TAGS.index(name)]
        return {name: average_precision((self._labels == name).astype(int), np.maximum.reduceat(blended(score, heads, name), self._starts)) for name in EVENTS[:4]}
