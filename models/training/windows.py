"""
Makes what the student learns from: windows of sound as a camera would hear them, with what the teacher says of each. Once
on disk, many epochs and all folds share them.

    python3 windows.py --audio DIR --teacher FILE.tflite --classes FILE.csv --soundfonts DIR --out DIR
                       [--windows 80000] [--processes 2] [--seed 1]

Every fourth part is of voices, most of which the teacher takes for a scream or nearly, every eighth of panes, every eighth of
bangs, and what sounds like them: left to chance, few windows of a hundred are.
"""
import argparse
import itertools
import multiprocessing
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

import augment
import clip_scores
import clips
import soundfont
import synthesis
import tags
import teacher
import voices
from front_end import BANDS, FRAMES, SAMPLE_RATE, log_mel
from tags import EVENTS, NONE

_PART, _BATCH = 2048, 64
# Of windows without a recording in them.
NO_FOLD, NO_CLIP = -1, -1
# From this on the teacher hears danger in an "other", or confirms a computed sound.
_NOT_OTHER, _CONFIRMED = 0.4, 0.2
# Of what it hears of a class in the best window of a recording: with less, that class is hardly in this window.
_AUDIBLE = 0.25
# Voices whose other melodies are nearly screams: how much more often than others in general, and among voices.
_THROATS = {"scream": (1.0, 6.0), "baby_cry": (3.0, 2.0), "rooster": (2.0, 1.0), "voice": (3.0, 1.0), "laugh": (3.0, 2.0)}
# Of the parts of voices: how many are computed, and how many the scream of the bank of effects.
_SHARE_CRY, _SHARE_SCREAM = 0.5, 0.08
# Of the parts of panes and bangs: how many are computed; how often a recording is drawn in which the teacher hears none.
_SHARE_ALIKE, _UNLIKE = 0.4, 0.003
# A window of all these parts in which the teacher hears less of any of what they are of is kept so often.
_HARDLY, _KEPT = 0.05, 0.35
# How much more often than others.
_WEIGHTS = {"glass_break": 14.0, "gunshot": 8.0, "scream": 20.0, "forced_entry": 8.0, "explosion": 4.0, "other": 1.0}
_SHARE_SYNTHETIC, _SHARE_VOICE, _SHARE_BANK, _SHARE_BEHIND, _SHARE_AAC, _SHARE_SPEED, _SHARE_MORPHED = 0.28, 0.05, 0.05, 0.55, 0.25, 0.45, 0.6
# Fewest clips, most variety: another speed is another throat, or another pane.
_SPEEDS = {"scream": (0.65, 1.6), "glass_break": (0.7, 1.5)}
# Of windows of danger: two clips of one class over each other, since there are few.
_SHARE_LAYERED = 0.25

FIELDS = {
    "log_mel": (np.float16, (FRAMES, BANDS)),
    "scores": (np.float16, (521,)),
    "embedding": (np.float16, (1024,)),
    "clip": (np.int16, ()),
    "event": (np.int8, ()),
    "fold": (np.int8, ()),
}


@dataclass(frozen=True)
class Theme:
    """What a part is of: by names of the teacher, and computed."""

    names: list[str]
    computed: list


# By the number of a part, of every eight.
_VOICES = Theme(["Screaming"], [])
_PANES = Theme(["Shatter", "Glass", "Breaking"], [synthesis.pane, synthesis.clink, synthesis.jingle])
_BANGS = Theme(["Gunshot, gunfire", "Machine gun", "Fusillade", "Explosion"], [synthesis.shots, synthesis.blows, synthesis.splinter])
_THEMES = {1: _PANES, 3: _VOICES, 5: _BANGS, 7: _VOICES}


@dataclass
class Window:
    samples: np.ndarray
    # What they claim to be.
    label: str | None
    clip: int
    fold: int


class Source:
    """Draws windows. A sound behind another one is of the same fold, so that a window belongs to one fold."""

    def __init__(self, recordings: tuple[list[clips.Clip], list[np.ndarray]], spoken: list[np.ndarray], bank: soundfont.Bank):
        self._random = np.random.default_rng()
        self._clips, self._aac = recordings
        self._voices, self._bank = spoken, bank
        self._throats = np.array([_THROATS.get(clip.fine, (1.0, 0.0))[1] for clip in self._clips])
        self._throats /= self._throats.sum()
        weights = np.array([_WEIGHTS[clip.label] * _THROATS.get(clip.fine, (1.0, 0.0))[0] for clip in self._clips])
        # A long clip has more to tell than a short one, but not in proportion.
        weights *= np.array([np.sqrt(np.clip(len(clip.samples) / SAMPLE_RATE, 1, 6)) for clip in self._clips])
        self._weights = weights / weights.sum()
        others = [i for i, clip in enumerate(self._clips) if clip.label == "other"]
        self._twins: dict[tuple[str, int], list[int]] = {}
        for index, clip in enumerate(self._clips):
            if clip.label != "other":
                self._twins.setdefault((clip.label, clip.fold), []).append(index)
        self._others = [[i for i in others if self._clips[i].fold == fold] for fold in range(clips.FOLDS)]

    def begin(self, *seed: int) -> None:
        """What follows is the same for the same seed."""
        self._random = np.random.default_rng(seed)

    def chances(self, count: int, share: float) -> np.ndarray:
        return self._random.random(count) < share

    def window(self) -> "Window":
        """Of any kind."""
        random = self._random
        drawn = random.random() - _SHARE_SYNTHETIC
        if drawn < 0:
            sound, label = synthesis.draw(random)
            return self._heard(augment.placed(random, sound) if random.random() < 0.5 else sound, label)
        if drawn < _SHARE_VOICE:
            return self._heard(self._voice(), "other")
        if drawn < _SHARE_VOICE + _SHARE_BANK:
            return self._heard(*self._banked())
        return self._of_clip(int(random.choice(len(self._clips), p=self._weights)))

    def voice(self) -> "Window":
        """A scream, or what could become one."""
        random = self._random
        drawn = random.random()
        if drawn >= _SHARE_CRY + _SHARE_SCREAM:
            return self._of_clip(int(random.choice(len(self._clips), p=self._throats)))
        if drawn < _SHARE_CRY:
            sound = synthesis.cry(random)
            return self._heard(augment.morphed(random, sound) if random.random() < 0.3 else sound, "scream")
        sound = self._bank.effects["Scream"]
        return self._heard(augment.morphed(random, sound) if random.random() < 0.5 else self._at_some_speed(sound), "scream")

    def like(self, theme: Theme, heard: np.ndarray) -> "Window":
        """`heard`: how much of the theme the teacher hears in each recording, 0..1."""
        random = self._random
        if random.random() >= _SHARE_ALIKE:
            clip = int(random.choice(len(self._clips), p=(heard + _UNLIKE) / (heard + _UNLIKE).sum()))
            return self._heard(self._at_some_speed(self._clips[clip].samples), self._clips[clip].label, clip, self._clips[clip].fold)
        sound, label = synthesis.draw(random, theme.computed)
        return self._heard(self._at_some_speed(sound), label)

    def _of_clip(self, clip: int) -> "Window":
        random = self._random
        of = self._clips[clip]
        if of.fine not in _THROATS or random.random() >= _SHARE_MORPHED:
            return self._heard(self._recorded(clip), of.label, clip, of.fold)
        # What it has become, only the teacher knows.
        return self._heard(augment.morphed(random, of.samples), of.label if of.label == "scream" else None, clip, of.fold)

    def _banked(self) -> tuple[np.ndarray, str | None]:
        random = self._random
        if random.random() < 0.5:
            return self._bank.tune(random), "other"
        name = random.choice(list(self._bank.effects))
        return self._at_some_speed(self._bank.effects[name]), soundfont.CLAIMS.get(name)

    def _at_some_speed(self, sound: np.ndarray) -> np.ndarray:
        return augment.placed(self._random, sound, np.exp(self._random.uniform(np.log(0.5), np.log(1.8))))

    def _heard(self, samples: np.ndarray, label: str | None, clip: int = NO_CLIP, fold: int = NO_FOLD) -> "Window":
        random = self._random
        behind = None
        if random.random() < _SHARE_BEHIND:
            drawn = random.random()
            if drawn < 0.12:
                behind = synthesis.draw(random)[0]
            elif drawn < 0.22:
                behind = self._bank.tune(random)
            elif drawn < 0.37:
                behind = self._voice()
            else:
                fold = int(random.integers(clips.FOLDS)) if fold == NO_FOLD else fold
                behind = self._placed(int(random.choice(self._others[fold])))
        return Window(augment.heard(random, samples, behind), label, clip, fold)

    def _recorded(self, clip: int) -> np.ndarray:
        random = self._random
        twins = self._twins.get((self._clips[clip].label, self._clips[clip].fold), [])
        samples = self._placed(clip)
        if len(twins) < 2 or random.random() >= _SHARE_LAYERED:
            return samples
        return samples + random.uniform(0.2, 1) * self._placed(int(random.choice(twins)))

    def _placed(self, clip: int) -> np.ndarray:
        random = self._random
        sound = self._aac[clip] if random.random() < _SHARE_AAC else self._clips[clip].samples
        lowest, highest = _SPEEDS.get(self._clips[clip].label, (0.75, 1.35))
        return augment.placed(random, sound, random.uniform(lowest, highest) if random.random() < _SHARE_SPEED else 1.0)

    def _voice(self) -> np.ndarray:
        random = self._random
        return augment.placed(random, self._voices[random.integers(len(self._voices))], random.uniform(0.85, 1.2))


def believed(window: Window, heard: dict[str, float], at_best: dict[str, np.ndarray]) -> int:
    """
    The event of a window, or NONE where label and teacher contradict each other: many clips called "other" are unsorted and
    hold bangs, a computed pane may sound like none, and of a recorded one the window may hold the last clinks alone. `heard`:
    what the teacher's scores say of our events; `at_best`: what they say of the recordings at their best.
    """
    if window.label not in EVENTS:
        return NONE
    if window.label == "other":
        is_believed = max(heard["glass_break"], heard["gunshot"], heard["scream"]) < _NOT_OTHER
    else:
        is_believed = heard[window.label] >= (_CONFIRMED if window.clip == NO_CLIP else _AUDIBLE * at_best[window.label][window.clip])
    return EVENTS.index(window.label) if is_believed else NONE


_made = {}


def _begin(audio: Path, cache: Path, model: Path, classes: Path, soundfonts: Path) -> None:
    """Once in every process."""
    torch.set_num_threads(1)
    places = tags.places(classes)
    recordings = clips.load(audio, cache)
    at_best = clip_scores.load(recordings[0], model, cache)
    source = Source(recordings, voices.load(cache), soundfont.load(soundfonts))
    _made.update(source=source, network=teacher.load(model), places=places, at_best=at_best)


def _taught(draw) -> tuple[list[Window], np.ndarray, np.ndarray, np.ndarray]:
    """Windows, their patches, and what the teacher says of them."""
    windows = [draw() for _ in range(_BATCH)]
    patches = log_mel(np.stack([window.samples for window in windows]))
    with torch.no_grad():
        scores, embedding = (each.numpy() for each in _made["network"](torch.from_numpy(patches)))
    return windows, patches, scores, embedding


def _taught_mostly(source: Source, draw, names: list[str]):
    """The same; of those in which the teacher hears nothing of these names only some."""
    columns, kept = [_made["places"][name] for name in names], []
    while sum(len(windows) for windows, *_ in kept) < _BATCH:
        windows, patches, scores, embedding = _taught(draw)
        chosen = np.flatnonzero((scores[:, columns].max(1) > _HARDLY) | source.chances(_BATCH, _KEPT))
        kept.append(([windows[index] for index in chosen], patches[chosen], scores[chosen], embedding[chosen]))
    windows, *numbers = zip(*kept)
    return [list(itertools.chain(*windows))[:_BATCH], *(np.concatenate(each)[:_BATCH] for each in numbers)]


def _drawn(number: int):
    """A batch of the part with this number."""
    source, theme = _made["source"], _THEMES.get(number % 8)
    if theme is None:
        return _taught(source.window)
    if theme is _VOICES:
        return _taught_mostly(source, source.voice, theme.names)
    heard = _made["at_best"][:, [_made["places"][name] for name in theme.names]].max(1)
    return _taught_mostly(source, lambda: source.like(theme, heard), theme.names)


def _make_part(task: tuple[int, int, Path]) -> int:
    number, seed, out = task
    source, places = _made["source"], _made["places"]
    source.begin(seed, number)
    part = {name: np.zeros((_PART, *shape), kind) for name, (kind, shape) in FIELDS.items()}
    for start in range(0, _PART, _BATCH):
        windows, patches, scores, embedding = _drawn(number)
        heard, at_best = (tags.mapped(lambda name: of[:, places[name]]) for of in (scores, _made["at_best"]))
        made = {
            "log_mel": patches,
            "scores": scores,
            "embedding": embedding,
            "clip": [window.clip for window in windows],
            "event": [believed(window, {name: of[index] for name, of in heard.items()}, at_best) for index, window in enumerate(windows)],
            "fold": [window.fold for window in windows],
        }
        for name, values in made.items():
            part[name][start : start + _BATCH] = values
    for name, values in part.items():
        # Whole or not there: an interrupted run goes on with the part that it was at.
        np.save(out / f"{number:05d}-{name}.part.npy", values)
        (out / f"{number:05d}-{name}.part.npy").rename(out / f"{number:05d}-{name}.npy")
    return number


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--audio", type=Path, required=True)
    options.add_argument("--teacher", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--soundfonts", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--windows", type=int, default=80_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    # What is missing is told here once, not by every process again and again.
    voices.load(asked.out)
    clip_scores.load(clips.load(asked.audio, asked.out)[0], asked.teacher, asked.out)
    soundfont.load(asked.soundfonts)
    # The fold is written last.
    numbers = [n for n in range(-(-asked.windows // _PART)) if not (asked.out / f"{n:05d}-fold.npy").exists()]
    begun = time.monotonic()
    with multiprocessing.Pool(asked.processes, _begin, (asked.audio, asked.out, asked.teacher, asked.classes, asked.soundfonts)) as pool:
        for done, number in enumerate(pool.imap_unordered(_make_part, [(n, asked.seed, asked.out) for n in numbers]), 1):
            print(f"part {number}, {done * _PART / (time.monotonic() - begun):.0f} windows/s", flush=True)


if __name__ == "__main__":
    main()
