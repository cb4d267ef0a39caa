"""
Says what a student is worth beside its teacher, by whole clips of folds that it has not learnt from.

    python3 judge.py --audio DIR --teacher FILE.tflite --classes FILE.csv --windows DIR --student FILE.pt [--json FILE]

A clip's score is that of its best window. Average precision; and at the recall that the teacher has at its usual threshold, the
clips called "other" that each takes for danger. An explosion is neither a shot nor none, and is left out.
"""
import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

import clips
import teacher
from front_end import WINDOW, log_mel
from student import Student
from tags import EVENTS, HEADED, TAGS, mapped, places

_HOP = 7680
_MOST_WINDOWS = 12
# Where the teacher's own scores are cut.
TEACHER_THRESHOLDS = {"glass_break": 0.3, "gunshot": 0.5, "scream": 0.25, "forced_entry": 0.5}


def windows_of(samples: np.ndarray) -> np.ndarray:
    """[n, 15600], overlapping by half; a short clip is one window, silence behind it."""
    padded = np.pad(samples, (0, max(0, WINDOW - len(samples))))
    starts = list(range(0, len(padded) - WINDOW + 1, _HOP))[:_MOST_WINDOWS]
    return np.stack([padded[start : start + WINDOW] for start in starts])


def average_precision(positive: np.ndarray, scores: np.ndarray) -> float:
    hits = positive[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits == 1].mean()) if hits.any() else float("nan")


def logit(probability: np.ndarray) -> np.ndarray:
    safe = np.clip(probability, 1e-5, 1 - 1e-5)
    return np.log(safe / (1 - safe))


def blended(tags: np.ndarray, events: np.ndarray, name: str) -> np.ndarray:
    """Logits of an event: by the tags [n, 75], and for some averaged with the head that learnt our labels [n, 5]."""
    by_tags = logit(mapped(lambda tag: tags[:, TAGS.index(tag)])[name])
    return (by_tags + logit(events[:, EVENTS.index(name)])) / 2 if name in HEADED else by_tags


@dataclass
class Judged:
    """Clips of the folds that were left out, as windows."""

    clips: list[clips.Clip]
    patches: np.ndarray
    starts: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        return np.array([clip.label for clip in self.clips])

    def best(self, of_windows: np.ndarray) -> np.ndarray:
        return np.maximum.reduceat(of_windows, self.starts)

    def through(self, network) -> list[np.ndarray]:
        """Its outputs for every window."""
        with torch.no_grad():
            parts = [network(torch.from_numpy(self.patches[at : at + 128])) for at in range(0, len(self.patches), 128)]
        return [torch.cat(each).numpy() for each in zip(*parts)]


def left_out(audio: Path, cache: Path, folds: list[int]) -> Judged:
    loaded, _ = clips.load(audio, cache)
    chosen = [clip for clip in loaded if clip.fold in folds and clip.label != "explosion"]
    cut = [windows_of(clip.samples) for clip in chosen]
    return Judged(chosen, np.concatenate([log_mel(windows) for windows in cut]), np.cumsum([0, *map(len, cut)])[:-1])


def load(path: Path) -> tuple[Student, dict]:
    """The averaged weights of a run, and what else is noted of it."""
    kept = torch.load(path, map_location="cpu")
    network = Student(kept["width"])
    network.load_state_dict(kept["average"])
    return network.eval(), kept


def student_scores(network: Student, judged: Judged, classes: Path) -> dict[str, np.ndarray]:
    """Logits of clips for each of our events."""
    all_classes, events, _ = judged.through(network)
    known = places(classes)
    tags = 1 / (1 + np.exp(-all_classes[:, [known[tag] for tag in TAGS]]))
    events = torch.softmax(torch.from_numpy(events), 1).numpy()
    return {name: judged.best(blended(tags, events, name)) for name in EVENTS[:4]}


def teacher_scores(model: Path, judged: Judged, classes: Path) -> dict[str, np.ndarray]:
    scores, _ = judged.through(teacher.load(model))
    known = places(classes)
    return {name: judged.best(of) for name, of in mapped(lambda tag: scores[:, known[tag]]).items()}


def false_at(labels: np.ndarray, scores: np.ndarray, name: str, recall: float) -> int:
    """Clips called "other" at or above the highest threshold that still finds this share."""
    own = np.sort(scores[labels == name])[::-1]
    wanted = int(np.ceil(recall * len(own) - 1e-9))
    return int((scores[labels == "other"] >= own[wanted - 1]).sum()) if wanted > 0 else 0


def report(labels: np.ndarray, students: dict[str, np.ndarray], teachers: dict[str, np.ndarray]) -> dict[str, dict]:
    rows = {}
    for name in EVENTS[:4]:
        positive = labels == name
        if not positive.any():
            continue
        recall = float((teachers[name][positive] >= TEACHER_THRESHOLDS[name]).mean())
        rows[name] = {
            "clips": int(positive.sum()),
            "ap": round(average_precision(positive.astype(int), students[name]), 3),
            "teacher_ap": round(average_precision(positive.astype(int), teachers[name]), 3),
            "recall": round(recall, 3),
            "false": false_at(labels, students[name], name, recall),
            "teacher_false": false_at(labels, teachers[name], name, recall),
        }
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--audio", type=Path, required=True)
    options.add_argument("--teacher", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--windows", type=Path, required=True)
    options.add_argument("--student", type=Path, required=True)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    torch.set_num_threads(asked.threads)
    network, kept = load(asked.student)
    if not kept["leave_out"]:
        raise SystemExit("This student has learnt from all folds: nothing is left to judge it by.")
    judged = left_out(asked.audio, asked.windows, kept["leave_out"])
    rows = report(judged.labels, student_scores(network, judged, asked.classes), teacher_scores(asked.teacher, judged, asked.classes))
    found = {"folds": kept["leave_out"], "views": kept["views"], "others": int((judged.labels == "other").sum()), "classes": rows}
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
