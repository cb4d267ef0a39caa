"""Speech that no licence binds: sentences of our own, spoken by espeak-ng in many voices and by flite in recorded ones."""
import itertools
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from front_end import SAMPLE_RATE

_SENTENCES = [
    "Good morning, did you sleep well?", "The parcel is at the door.", "Can somebody feed the cat, please?",
    "I will be home by seven.", "Turn the radio down a little.", "Watch out, the floor is wet!", "No, no, no, not like that!",
    "One two three four five six seven.", "Where are the keys of the car?", "Come here! Come here now!",
    "It has been raining since noon.", "Yes, tomorrow at half past nine.",
]
_VOICES = ["en", "en-us", "en+f3", "en-us+m5", "de", "de+f2", "fr+f4", "es", "it+f1", "pl"]
_SPEEDS = ["130", "175", "230"]
# Made of recordings of people (CMU, https://github.com/festvox/flite, a licence like BSD's).
_RECORDED_VOICES = ["awb", "kal16", "rms", "slt"]


def load(folder: Path) -> list[np.ndarray]:
    """All of them, spoken once and kept in a folder."""
    path = folder / "spoken.npz"
    if not path.exists():
        spoken = [
            _espeak(sentence, voice, _SPEEDS[number % len(_SPEEDS)])
            for number, (sentence, voice) in enumerate(itertools.product(_SENTENCES, _VOICES))
        ]
        spoken += [_flite(sentence, voice) for sentence, voice in itertools.product(_SENTENCES, _RECORDED_VOICES)]
        np.savez(path, lengths=[len(samples) for samples in spoken], samples=np.concatenate(spoken))
    with np.load(path) as file:
        return np.split(file["samples"], np.cumsum(file["lengths"])[:-1])


def _espeak(sentence: str, voice: str, speed: str) -> np.ndarray:
    return _samples(_run("espeak-ng", "-v", voice, "-s", speed, "--stdout", sentence))


def _flite(sentence: str, voice: str) -> np.ndarray:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        _run("flite", "-voice", voice, "-t", sentence, "-o", file.name)
        return _samples(Path(file.name).read_bytes())


def _samples(wave: bytes) -> np.ndarray:
    raw = _run("ffmpeg", "-v", "error", "-i", "pipe:0", "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "pipe:1", given=wave)
    return np.frombuffer(raw, "<i2").astype(np.float32) / 32768


def _run(*words: str, given: bytes | None = None) -> bytes:
    return subprocess.run(words, check=True, capture_output=True, input=given).stdout
