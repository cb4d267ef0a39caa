"""
What PyTorch makes of a computed sound with an ONNX file, for tests that run the file elsewhere.

    python3 example.py --model FILE.onnx --out FILE.json
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnx

from front_end import SAMPLE_RATE, WINDOW, log_mel
from graph import Graph


def example(graph: Graph) -> dict:
    """Some rows of the log-mel of a sound that any language can compute, and the outputs."""
    time = np.arange(WINDOW) / SAMPLE_RATE
    # Four falling bursts of a tone that rises.
    samples = np.round(12_000 * np.sin(2 * np.pi * (300 * time + 1800 * time**2)) * np.exp(-3 * (4 * time % 1))).astype(np.int16)
    patch = log_mel(samples[None].astype(np.float32) / 32768)
    said = graph.run(patch)
    rows = {str(row): patch[0, row].astype(float).round(5).tolist() for row in (0, 31, 95)}
    return {"log_mel": rows, **{name: said[name][0].numpy().astype(float).round(6).tolist() for name in ("tags", "events", "embedding")}}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--model", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    asked = options.parse_args()
    asked.out.write_text(json.dumps(example(Graph(onnx.load(str(asked.model))))))


if __name__ == "__main__":
    main()
