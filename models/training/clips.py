"""The labelled recordings: which may be used, which belong to which fold, and their samples."""
import csv
import hashlib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from front_end import SAMPLE_RATE

# Clips whose own credit line is share-alike, sampling-plus, or contradicts itself.
_UNCLEAR_LICENCE = re.compile(
    r"sounds_sounds_(duck_quack_01|ghost|giraffe_hum|lava_cool|loon_|toucan|trumpeter_swan|node_dig_crumbly|node_dug\.|node_place"
    r"|node_step_(dirt|glass|grass|gravel|wood))|_close_door_metal\.|(close|open)_curtain"
)
# A heart monitor that is called a death.
_WRONG_LABEL = re.compile(r"clean_up_at_end_death")
_SHORTEST = 1600
FOLDS = 4


@dataclass
class Clip:
    file: str
    label: str
    fine: str
    source: str
    fold: int
    samples: np.ndarray


def folds_of(rows: list[dict]) -> dict[str, int]:
    """
    Each source in one fold, so that no model is judged by a source that it learnt from: the sources with most danger first,
    each to the fold that has least of it.
    """
    danger: dict[str, int] = {}
    for row in rows:
        danger[row["source"]] = danger.get(row["source"], 0) + (row["class"] not in ("other", "explosion"))
    loads = [0] * FOLDS
    folds = {}
    for source in sorted(danger, key=lambda name: (-danger[name], name)):
        fold = loads.index(min(loads))
        loads[fold] += danger[source] + 1
        folds[source] = fold
    return folds


def read_manifest(audio: Path) -> list[dict]:
    with open(audio / "manifest.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if not (_UNCLEAR_LICENCE.search(row["file"]) or _WRONG_LABEL.search(row["file"]))]


def decoded(path: Path, codec: tuple[str, ...] = ()) -> np.ndarray:
    """Samples at 16 kHz, through a codec if one is named (encoder and its format), by ffmpeg."""
    source = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(SAMPLE_RATE)]
    if codec:
        encoded = subprocess.run([*source, *codec, "pipe:1"], check=True, capture_output=True).stdout
        source = ["ffmpeg", "-v", "error", "-f", codec[-1], "-i", "pipe:0", "-ac", "1", "-ar", str(SAMPLE_RATE)]
        raw = subprocess.run([*source, "-f", "s16le", "pipe:1"], check=True, capture_output=True, input=encoded).stdout
    else:
        raw = subprocess.run([*source, "-f", "s16le", "pipe:1"], check=True, capture_output=True).stdout
    return np.frombuffer(raw, "<i2").astype(np.float32) / 32768


_AAC = ("-c:a", "aac", "-b:a", "24k", "-f", "adts")


def load(audio: Path, cache: Path) -> tuple[list[Clip], list[np.ndarray]]:
    """The clips, and the same through AAC at 16 kHz, as cameras send it; decoded once and kept in a folder."""
    rows = read_manifest(audio)
    folds = folds_of(rows)
    key = hashlib.sha256("".join(row["file"] for row in rows).encode()).hexdigest()[:16]
    kept = cache / f"clips-{key}.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        plain = [decoded(audio / row["file"]) for row in rows]
        aac = [decoded(audio / row["file"], _AAC) for row in rows]
        np.savez(kept, lengths=[len(x) for x in plain], plain=np.concatenate(plain), aac_lengths=[len(x) for x in aac], aac=np.concatenate(aac))
    with np.load(kept) as file:
        plain = np.split(file["plain"], np.cumsum(file["lengths"])[:-1])
        aac = np.split(file["aac"], np.cumsum(file["aac_lengths"])[:-1])
    usable = [index for index, samples in enumerate(plain) if len(samples) >= _SHORTEST]
    clips = [
        Clip(row["file"], row["class"], row["fine"], row["source"], folds[row["source"]], plain[index])
        for index, row in ((index, rows[index]) for index in usable)
    ]
    return clips, [aac[index] if len(aac[index]) >= _SHORTEST else plain[index] for index in usable]
