"""
Recorded sounds and notes out of SoundFont 2 banks (https://www.synthfont.com/sfspec24.pdf, chapters 5 to 7): Fluid R3 by Frank
Wen and others, MIT, as Debian's fluid-soundfont-gs (effects, one scream among them) and fluid-soundfont-gm (instruments) hold it.
"""
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from front_end import SAMPLE_RATE, WINDOW

EFFECTS, INSTRUMENTS = "FluidR3_GS.sf2", "FluidR3_GM.sf2"
# What some of the effects claim to be.
CLAIMS = {"Scream": "scream", "Gun": "gunshot", "MachineGun": "gunshot"}
_SHORTEST = 0.08
# A header of a sample: name, start and end in the samples of all, loop, rate, pitch and links.
_HEADER = struct.Struct("<20sIIIII6x")


@dataclass
class Bank:
    effects: dict[str, np.ndarray]
    notes: list[np.ndarray]

    def tune(self, random: np.random.Generator) -> np.ndarray:
        """One to five notes of one to three instruments, in a window."""
        sound = np.zeros(WINDOW, np.float32)
        near = random.integers(len(self.notes))
        for _ in range(random.integers(1, 6)):
            # Neighbours in the bank are notes of one instrument.
            chosen = near if random.random() < 0.7 else random.integers(len(self.notes))
            note = self.notes[min(len(self.notes) - 1, chosen + random.integers(0, 8))]
            start, speed = random.integers(0, WINDOW // 2), 2 ** random.uniform(-0.7, 0.7)
            played = np.interp(np.arange(min(WINDOW - start, int((len(note) - 1) / speed))) * speed, np.arange(len(note)), note)
            sound[start : start + len(played)] += random.uniform(0.2, 1) * played
        return sound


def load(folder: Path) -> Bank:
    return Bank(_sounds(folder / EFFECTS), list(_sounds(folder / INSTRUMENTS).values()))


def _sounds(path: Path) -> dict[str, np.ndarray]:
    """Every sample of a bank at 16 kHz, by its name; the very short ones are of no use."""
    parts = dict(_parts(path.read_bytes()))
    samples = np.frombuffer(parts[b"smpl"], "<i2")
    sounds = {}
    # The last header only says that it is the last.
    for name, start, end, _, _, rate in list(_HEADER.iter_unpack(parts[b"shdr"]))[:-1]:
        if end - start < _SHORTEST * rate:
            continue
        moments = np.arange(0, end - start - 1, rate / SAMPLE_RATE)
        sound = np.interp(moments, np.arange(end - start), samples[start:end]) / 32768
        sounds[name.split(b"\0")[0].decode("latin1")] = sound.astype(np.float32)
    return sounds


def _parts(data: bytes, start: int = 12):
    """The innermost chunks of a RIFF file, by their names."""
    while start + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, start)
        content = data[start + 8 : start + 8 + size]
        if name == b"LIST":
            yield from _parts(content, 4)
        else:
            yield name, content
        start += 8 + size + size % 2
