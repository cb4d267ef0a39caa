"""Speech that no licence binds: sentences of our own, spoken by espeak-ng in many voices."""
import itertools
import subprocess
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


def load(folder: Path) -> list[np.ndarray]:
    """All of them, spoken once and kept in a folder."""
    path = folder / "voices.npz"
    if not path.exists():
        spoken = [
            _spoken(sentence, voice, _SPEEDS[number % len(_SPEEDS)])
            for number, (sentence, voice) in enumerate(itertools.product(_SENTENCES, _VOICES))
        ]
        np.savez(path, lengths=[len(samples) for samples in spoken], samples=np.concatenate(spoken))
    with np.load(path) as file:
        return np.split(file["samples"], np.cumsum(file["lengths"])[:-1])


def _spoken(sentence: str, voice: str, speed: str) -> np.ndarray:
    speak = ["espeak-ng", "-v", voice, "-s", speed, "--stdout", sentence]
    wave = subprocess.run(speak, check=True, capture_output=True).stdout
    convert = ["ffmpeg", "-v", "error", "-i", "pipe:0", "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "s16le", "pipe:1"]
    raw = subprocess.run(convert, check=True, capture_output=True, input=wave).stdout
    return np.frombuffer(raw, "<i2").astype(np.float32) / 32768
