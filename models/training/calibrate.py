"""
Finds the rising curve of every class that makes the shipped thresholds its operating points, from students that are judged by
sources they have not learnt from.

    python3 calibrate.py --audio DIR --teacher FILE.tflite --classes FILE.csv --windows DIR --students FILE.pt... [--json FILE]

At its threshold a class may be heard in as many clips called "other" as the teacher hears it in at its own usual threshold, and in
eight of a thousand where the teacher is that shy. Half as far, it is heard in every twentieth of them.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

import judge
from tags import EVENTS

# What `audio-classify` asks for.
THRESHOLDS = {"glass_break": 0.6, "gunshot": 0.7, "scream": 0.6, "forced_entry": 0.65}
_OFTEN, _SELDOM = 0.05, 0.008


def probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def curve(others: np.ndarray, allowed: int, threshold: float) -> list[list[float]]:
    """Points [raw, calibrated]. `others`: logits of clips that are not of the class."""
    falling = np.sort(others)[::-1]
    at_threshold = (falling[allowed - 1] + falling[allowed]) / 2
    often = min(falling[int(_OFTEN * len(falling))], at_threshold - 0.2)
    return [[round(probability(often), 5), round(threshold / 2, 3)], [round(probability(at_threshold), 5), threshold]]


def calibration(labels: np.ndarray, students: dict[str, np.ndarray], teachers: dict[str, np.ndarray]) -> dict[str, list[list[float]]]:
    other = labels == "other"
    found = {}
    for name, threshold in THRESHOLDS.items():
        allowed = max(1, int(_SELDOM * other.sum()), int((teachers[name][other] >= judge.TEACHER_THRESHOLDS[name]).sum()))
        found[name] = curve(students[name][other], allowed, threshold)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--audio", type=Path, required=True)
    options.add_argument("--teacher", type=Path, required=True)
    options.add_argument("--classes", type=Path, required=True)
    options.add_argument("--windows", type=Path, required=True)
    options.add_argument("--students", type=Path, nargs="+", required=True)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    torch.set_num_threads(1)
    labels, students, teachers = [], [], []
    for path in asked.students:
        network, kept = judge.load(path)
        judged = judge.left_out(asked.audio, asked.windows, kept["leave_out"])
        labels.append(judged.labels)
        students.append(judge.student_scores(network, judged, asked.classes))
        teachers.append(judge.teacher_scores(asked.teacher, judged, asked.classes))
    joined = lambda rows: {name: np.concatenate([row[name] for row in rows]) for name in EVENTS[:4]}
    every, learnt, taught = np.concatenate(labels), joined(students), joined(teachers)
    found = {"calibration": calibration(every, learnt, taught), "classes": judge.report(every, learnt, taught)}
    for name, points in found["calibration"].items():
        positive, other = every == name, every == "other"
        heard = learnt[name] >= np.log(points[1][0] / (1 - points[1][0]))
        found["classes"][name] |= {"recall_at_threshold": round(float(heard[positive].mean()), 3), "false_at_threshold": int(heard[other].sum())}
    found["others"] = int((every == "other").sum())
    print(json.dumps(found, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
