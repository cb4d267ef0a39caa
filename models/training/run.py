"""
Makes echosight-audio-v1 from beginning to end. What is done stays done: after an interruption the same command goes on.

    python3 run.py --audio DIR --models DIR --work DIR [--soundfonts DIR] [--unheard DIR] [--folds 0 1 2 3] [--seeds 1] [--windows 165888]
                   [--views 1200000] [--last-views 2300000] [--last-rounds 1] [--width 1.25] [--workers 2] [--device cpu] [--bfloat16]

`--audio`: labelled clips with manifest.csv; `--models`: YAMNet's official TensorFlow Lite file and list of classes; `--work`:
everything that is made on the way, some 16 kB a window. The result lies in WORK/result: the ONNX file, calibration and figures,
and a window with its outputs for tests.
"""
import argparse
import hashlib
import itertools
import json
import statistics
import subprocess
import sys
from pathlib import Path

from clips import FOLDS

_COMPUTED_VIEWS = 183_000
_HERE = Path(__file__).parent


def step(script: str, **options) -> None:
    words = [sys.executable, str(_HERE / script)]
    for name, value in options.items():
        values = value if isinstance(value, list) else [] if value is True else [value]
        words += [f"--{name.replace('_', '-')}", *map(str, values)]
    print(" ".join(words), flush=True)
    subprocess.run(words, check=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--audio", type=Path, required=True)
    options.add_argument("--models", type=Path, required=True)
    options.add_argument("--work", type=Path, required=True)
    options.add_argument("--soundfonts", type=Path, default=Path("/usr/share/sounds/sf2"), help="folder of Debian's Fluid R3")
    options.add_argument("--unheard", type=Path, help="sounds that it never learns from: agreement with the teacher, and curves")
    options.add_argument("--folds", type=int, nargs="*", default=[0, 1, 2, 3])
    options.add_argument("--windows", type=int, default=165_888)
    options.add_argument("--views", type=int, default=1_200_000, help="of each student of a fold, which ends earlier where it gains nothing")
    options.add_argument("--last-views", type=int, default=2_300_000, help="of each round of the one that learns from all and ships")
    options.add_argument("--last-rounds", type=int, default=1, help="each begins with a high rate again (https://arxiv.org/abs/1608.03983)")
    options.add_argument("--seeds", type=int, nargs="+", default=[1])
    options.add_argument("--width", type=float, default=1.25)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--rate", type=float, default=2e-2)
    options.add_argument("--device", default="cpu")
    options.add_argument("--bfloat16", action="store_true", help="for processors that compute with half the digits")
    asked = options.parse_args()
    windows, result = asked.work / "windows", asked.work / "result"
    result.mkdir(parents=True, exist_ok=True)
    classes = asked.models / "yamnet_class_map.csv"
    taught = {"audio": asked.audio, "teacher": asked.models / "yamnet_classification_tflite_1.tflite", "classes": classes}
    learning = {
        "windows": windows, "teacher": taught["teacher"], "classes": classes, "workers": asked.workers, "batch": asked.batch,
        "rate": asked.rate, "device": asked.device, "width": asked.width, **({"bfloat16": True} if asked.bfloat16 else {}),
    }
    step("windows.py", **taught, soundfonts=asked.soundfonts, out=windows, windows=asked.windows, processes=asked.processes)
    # What is computed belongs to no fold: all begin with it. There is no end of it, so it needs not be varied.
    computed, students, lasted = asked.work / "computed.pt", [], []
    step("train.py", **learning, out=computed, leave_out=list(range(FOLDS)), views=_COMPUTED_VIEWS, varied=0)
    for fold, seed in itertools.product(asked.folds, asked.seeds):
        student = asked.work / f"fold{fold}-seed{seed}.pt"
        step("train.py", **learning, out=student, **{"from": computed}, leave_out=[fold], views=asked.views, seed=seed)
        judged = result / f"fold{fold}-seed{seed}.json"
        step("judge.py", **taught, windows=windows, student=student, json=judged)
        students.append(student)
        lasted.append(json.loads(judged.read_text())["views"] / asked.views)
        step("export.py", student=student, classes=classes, out=asked.work / "floats.onnx")
        # So that eval:audio can judge what ships, on the folds.
        step("quantise.py", model=asked.work / "floats.onnx", windows=windows, out=result / f"seed{seed}-fold{fold}.onnx")
    if students:
        step("calibrate.py", **taught, windows=windows, students=students, json=result / "calibration.json")
    # Where students of the folds got no better before their end, the last ends as early.
    last_views = int(asked.last_views * min(1.0, statistics.median(lasted or [1.0])))
    final = computed
    for number in range(1, asked.last_rounds + 1):
        begin, final = final, asked.work / f"all-{number}.pt"
        step("train.py", **learning, out=final, **{"from": begin}, views=last_views, seed=asked.seeds[0] + number - 1)
    floats, model = asked.work / "floats.onnx", result / "echosight-audio-v1.onnx"
    step("export.py", student=final, classes=classes, out=floats)
    step("quantise.py", model=floats, windows=windows, out=model)
    step("example.py", model=model, out=result / "example.json")
    if asked.unheard:
        judged_by = {"teacher": taught["teacher"], "classes": classes}
        step("unheard.py", **judged_by, sounds=asked.unheard, model=model, json=result / "unheard.json")
    print(f"sha256 {hashlib.sha256(model.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
