"""
Says how far an exported student agrees with its teacher on sounds that it has never heard and nobody labelled, and finds the
curves that make the shipped thresholds its operating points there (see calibrate.py for the rule).

    python3 unheard.py --sounds DIR --teacher FILE.tflite --classes FILE.csv --model FILE.onnx [--json FILE]

DIR: any sound files that ffmpeg reads; music (by its path) is left out, of each file six seconds are heard.
"""
import argparse
import json
import subprocess
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
import onnx
import torch

import calibrate
import judge
import teacher
from front_end import SAMPLE_RATE, log_mel
from graph import Graph
from held import divergence
from tags import HEADED, TAGS, mapped, places

_ENDINGS = {".wav", ".ogg", ".mp3", ".flac", ".opus"}
_SECONDS, _SHORTEST, _SOFTEST = 6, 0.1, 0.003
# From this on the teacher hears something of a class.
_HEARD = 0.2


def samples_of(path: Path) -> np.ndarray:
    words = ["ffmpeg", "-v", "quiet", "-t", str(_SECONDS), "-i", str(path), "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "pipe:1"]
    return np.frombuffer(subprocess.run(words, capture_output=True).stdout, "<i2").astype(np.float32) / 32768


def load(folder: Path) -> judge.Judged:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS and "music" not in str(path.relative_to(folder)).lower())
    with ThreadPool(2) as pool:
        sounds = pool.map(samples_of, paths)
    cut = [judge.windows_of(sound) for sound in sounds if len(sound) > _SHORTEST * SAMPLE_RATE and np.abs(sound).max() > _SOFTEST]
    return judge.Judged([], np.concatenate([log_mel(windows) for windows in cut]), np.cumsum([0, *map(len, cut)])[:-1])


def outputs(graph: Graph, patches: np.ndarray) -> list[np.ndarray]:
    """Tags and events of every window."""
    runs = [graph.run(patches[at : at + 128]) for at in range(0, len(patches), 128)]
    return [np.concatenate([run[name].numpy() for run in runs]) for name in ("tags", "events")]


def student_scores(judged: judge.Judged, tags: np.ndarray, events: np.ndarray) -> dict[str, np.ndarray]:
    """Logits of clips, as judge.py has them of a student that is not exported."""
    by_names = mapped(lambda tag: tags[:, TAGS.index(tag)])
    logits = {name: judge.logit(of) for name, of in by_names.items()}
    for place, name in enumerate(HEADED):
        logits[name] = (logits[name] + judge.logit(events[:, place])) / 2
    return {name: judged.best(of) for name, of in logits.items()}


def report(students: dict[str, np.ndarray], teachers: dict[str, np.ndarray]) -> dict[str, dict]:
    rows = {}
    for name, points in calibrate.calibration(np.full(len(teachers["scream"]), "other"), students, teachers).items():
        is_heard = students[name] >= judge.logit(np.float64(points[1][0]))
        by_teacher = teachers[name] >= judge.TEACHER_THRESHOLDS[name]
        is_positive = (teachers[name] >= _HEARD).astype(int)
        rows[name] = {
            "calibration": points,
            "teacher_hears": int(by_teacher.sum()),
            "hears": int(is_heard.sum()),
            "both": int((is_heard & by_teacher).sum()),
            "clips": int(is_positive.sum()),
            "ap": round(judge.average_precision(is_positive, students[name]), 3),
        }
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sounds", type=Path, required=True)
    options.add_argument("--teacher", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--model", type=Path, required=True)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    torch.set_num_threads(2)
    judged = load(asked.sounds)
    scores, _ = judged.through(teacher.load(asked.teacher))
    known = places(asked.classes)
    teachers = {name: judged.best(of) for name, of in mapped(lambda tag: scores[:, known[tag]]).items()}
    tags, events = outputs(Graph(onnx.load(str(asked.model))), judged.patches)
    followed = divergence(tags, scores[:, [known[tag] for tag in TAGS]])
    found = {"sounds": len(judged.starts), "divergence": round(followed, 5), "classes": report(student_scores(judged, tags, events), teachers)}
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
