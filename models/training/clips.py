"""The labelled recordings: which may be used, which belong to which fold, and their samples."""
import csv
import hashlib
import re
import subprocess
from collections import Counter
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
_ESC_FOLD = re.compile(r"esc10_.*_([1-5])-\d+-[A-Z]\.flac$")
_SHORTEST = 1600
# Silence before each clip on its way through AAC, since frames of 1,024 samples overlap; and how late an encoder's first frame is.
_GAP, _AAC_DELAY = 4096, 1024
FOLDS = 4


@dataclass
class Clip:
    file: str
    label: str
    fine: str
    source: str
    fold: int
    samples: np.ndarray


def source_of(row: dict) -> str:
    """Collection of a recording; ESC-10 is five, since its makers keep the recordings of one origin in one fold of theirs."""
    fold = _ESC_FOLD.search(row["file"])
    return f"{row['source']}/{fold[1]}" if fold else row["source"]


def folds_of(rows: list[dict]) -> dict[str, int]:
    """
    Each source in one fold, so that no model is judged by a source that it learnt from. The sources with most danger first,
    each to the fold that has least of it; then those without, each to the fold that has the fewest clips. The evaluation in
    test/eval/source-folds.ts does the same.
    """
    clips, danger = Counter(), Counter()
    for row in rows:
        clips[source_of(row)] += 1
        danger[source_of(row)] += row["class"] not in ("other", "explosion")
    folds: dict[str, int] = {}
    for counted, sources in ((danger, [name for name in clips if danger[name]]), (clips, [name for name in clips if not danger[name]])):
        loads = [sum(counted[name] for name, own in folds.items() if own == fold) for fold in range(FOLDS)]
        for source in sorted(sources, key=lambda name: (-counted[name], name)):
            folds[source] = loads.index(min(loads))
            loads[folds[source]] += counted[source]
    return folds


def read_manifest(audio: Path) -> tuple[list[dict], dict[str, int]]:
    """The usable rows, and the folds of all sources."""
    with open(audio / "manifest.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if not (_UNCLEAR_LICENCE.search(row["file"]) or _WRONG_LABEL.search(row["file"]))], folds_of(rows)


def _length(flac: Path) -> int:
    """Samples of a FLAC file of 16 kHz, mono, as its first block says (RFC 9639, section 8.2)."""
    with open(flac, "rb") as file:
        head = file.read(42)
    fields = int.from_bytes(head[18:26], "big")
    rate, channels = fields >> 44, (fields >> 41 & 7) + 1
    if head[:4] != b"fLaC" or rate != SAMPLE_RATE or channels != 1:
        raise ValueError(f"{flac} is no FLAC file of {SAMPLE_RATE} Hz, mono.")
    return fields & (1 << 36) - 1


def _run(*arguments: str, given: bytes | None = None) -> bytes:
    return subprocess.run(["ffmpeg", "-v", "error", *arguments], check=True, capture_output=True, input=given).stdout


_RAW = ("-f", "s16le", "-ac", "1", "-ar", str(SAMPLE_RATE))


_AT_ONCE = 100


def _joined(files: list[Path]) -> bytes:
    """Samples of some files, one after the other."""
    inputs = [word for file in files for word in ("-i", str(file))]
    return _run(*inputs, "-filter_complex", f"concat=n={len(files)}:v=0:a=1", *_RAW, "pipe:1")


def _decoded(files: list[Path]) -> tuple[list[np.ndarray], ...]:
    """Samples of all of them, and the same through AAC; many at once, since a process for each takes longer than the work."""
    lengths = [_length(file) for file in files]
    plain = b"".join(_joined(files[start : start + _AT_ONCE]) for start in range(0, len(files), _AT_ONCE))
    if len(plain) != 2 * sum(lengths):
        raise ValueError("The decoded clips are not as long as their files say.")
    clips = np.split(np.frombuffer(plain, "<i2"), np.cumsum(lengths)[:-1])
    return clips, _through_aac(clips)


def _through_aac(sounds: list[np.ndarray]) -> list[np.ndarray]:
    stream = np.concatenate([part for sound in sounds for part in (np.zeros(_GAP, "<i2"), sound)] + [np.zeros(_GAP, "<i2")])
    coded = _run(*_RAW, "-i", "pipe:0", "-c:a", "aac", "-b:a", "24k", "-f", "adts", "pipe:1", given=stream.tobytes())
    decoded = np.frombuffer(_run("-f", "aac", "-i", "pipe:0", *_RAW, "pipe:1", given=coded), "<i2")[_AAC_DELAY:]
    ends = np.cumsum([_GAP + len(sound) for sound in sounds])
    return [decoded[end - len(sound) : end] for sound, end in zip(sounds, ends)]


def _clip(row: dict, folds: dict[str, int], samples: np.ndarray) -> Clip:
    source = source_of(row)
    return Clip(row["file"], row["class"], row["fine"], source, folds[source], samples)


def load(audio: Path, cache: Path) -> tuple[list[Clip], list[np.ndarray]]:
    """The clips, and the same through AAC at 16 kHz, as cameras send it; decoded once and kept in a folder."""
    rows, folds = read_manifest(audio)
    # What is kept was made by this very file.
    key = hashlib.sha256(Path(__file__).read_bytes() + "".join(row["file"] for row in rows).encode()).hexdigest()[:16]
    kept = cache / f"clips-{key}.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        plain, aac = _decoded([audio / row["file"] for row in rows])
        np.savez(kept, lengths=[len(x) for x in plain], plain=np.concatenate(plain), aac=np.concatenate(aac))
    with np.load(kept) as file:
        bounds = np.cumsum(file["lengths"])[:-1]
        plain, aac = (np.split(file[name].astype(np.float32) / 32768, bounds) for name in ("plain", "aac"))
    usable = [index for index, samples in enumerate(plain) if len(samples) >= _SHORTEST]
    clips = [_clip(rows[index], folds, plain[index]) for index in usable]
    return clips, [aac[index] for index in usable]
