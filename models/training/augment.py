"""What lies between a sound and a security camera's microphone: distance, rooms, other sounds, noise, codecs."""
import numpy as np

import synthesis
from front_end import SAMPLE_RATE, WINDOW

_PIECE = 800
# A power of two above a window and the longest tail of a room.
_TRANSFORM = 32_768


def _share(random: np.random.Generator, share: float) -> bool:
    return random.random() < share


def _decibels(value: float) -> float:
    return 10 ** (value / 20)


def _peak(sound: np.ndarray) -> np.ndarray:
    return sound / max(1e-5, np.abs(sound).max())


def placed(random: np.random.Generator, sound: np.ndarray, speed: float = 1.0) -> np.ndarray:
    """
    A window of it, at a speed that changes pitch and length together: of a long one the part around a moment that is drawn by
    loudness, of a short one the whole, anywhere. Now and then only its beginning or end lies in the window, as it happens to
    windows that are cut from a stream.
    """
    span = int(WINDOW * speed)
    if len(sound) <= span and not _share(random, 0.15):
        start = -int(random.integers(0, span - len(sound) + 1))
    else:
        energy = np.add.reduceat(sound**2, np.arange(0, len(sound), _PIECE)).astype(np.float64) + 1e-9
        moment = random.choice(len(energy), p=energy / energy.sum()) * _PIECE + random.integers(0, _PIECE)
        start = int(moment - random.uniform(0.05, 0.95) * span)
    cut = np.zeros(span, np.float32)
    first, last = max(0, start), min(len(sound), start + span)
    cut[first - start : last - start] = sound[first:last]
    return cut if span == WINDOW else np.interp(np.linspace(0, span - 1, WINDOW), np.arange(span), cut)


def morphed(random: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """
    A window of a voice as another throat might give it: higher, with another melody, rougher, strained. What a baby or a
    rooster becomes by that lies on both sides of what the teacher calls a scream.
    """
    speed = np.exp(random.uniform(np.log(0.7), np.log(2.0)) + random.uniform(0, 0.2) * synthesis.curve(random, 3))
    moments = np.cumsum(speed)
    energy = np.add.reduceat(sound**2, np.arange(0, len(sound), _PIECE)).astype(np.float64) + 1e-9
    start = random.choice(len(energy), p=energy / energy.sum()) * _PIECE - random.uniform(0.05, 0.95) * moments[-1]
    voice = _peak(np.interp(start + moments, np.arange(len(sound)), sound, left=0, right=0))
    if _share(random, 0.4):
        sway = np.cumsum(random.uniform(30, 150) * np.exp(0.25 * synthesis.curve(random, 12))) / SAMPLE_RATE
        voice = voice * (1 + random.uniform(0.2, 1) * np.sin(2 * np.pi * sway))
    return np.tanh(random.uniform(0.5, 6) * voice)


def _path(random: np.random.Generator, hertz: np.ndarray) -> np.ndarray:
    """Walls and distance take the treble, small microphones the bass; a tilt, and a few dips and humps."""
    treble, bass = random.uniform(1500, 12_000), random.uniform(20, 350)
    gain = 1 / np.sqrt((1 + (hertz / treble) ** (2 * random.integers(1, 4))) * (1 + (bass / np.maximum(hertz, 1)) ** 2))
    gain *= (np.maximum(hertz, 50) / 1000) ** random.uniform(-0.3, 0.3)
    for _ in range(random.integers(0, 4)):
        centre, width = random.uniform(150, 7000), random.uniform(0.1, 0.6)
        gain *= _decibels(random.uniform(-10, 6)) ** np.exp(-((np.log(np.maximum(hertz, 20) / centre) / width) ** 2))
    return gain


def _room(random: np.random.Generator) -> np.ndarray:
    """Some early reflections and a tail that dies away within .1 to .9 s, its treble first."""
    seconds = random.uniform(0.1, 0.9)
    time = np.arange(int(SAMPLE_RATE * seconds)) / SAMPLE_RATE
    tail = random.standard_normal(len(time)) * np.exp(-6.9 * time / seconds) * random.uniform(0.005, 0.08)
    tail = np.convolve(tail, np.ones(random.integers(1, 5)) / 2, "same")
    tail[0] = 1
    for _ in range(random.integers(2, 9)):
        tail[random.integers(20, 1600)] += random.uniform(-0.5, 0.5)
    return np.fft.rfft(tail, _TRANSFORM)


def _travelled(random: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    in_room, on_path = _share(random, 0.45), _share(random, 0.5)
    if not (in_room or on_path):
        return sound
    spectrum = np.fft.rfft(sound, _TRANSFORM)
    if in_room:
        spectrum *= _room(random)
    if on_path:
        # The path is smooth: computed at a few frequencies, drawn through.
        coarse = np.linspace(0, SAMPLE_RATE / 2, 257)
        spectrum *= np.interp(np.linspace(0, SAMPLE_RATE / 2, len(spectrum)), coarse, _path(random, coarse))
    return np.fft.irfft(spectrum, _TRANSFORM)[:WINDOW]


def _telephone(sound: np.ndarray) -> np.ndarray:
    """G.711 mu-law at 8 kHz, as many cameras send (ITU-T G.711)."""
    spectrum = np.fft.rfft(sound)
    spectrum[int(len(spectrum) * 3700 / 8000) :] = 0
    narrow = np.clip(np.fft.irfft(spectrum, len(sound))[::2], -1, 1)
    steps = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    decoded = np.sign(steps) * np.expm1(np.abs(steps) * np.log(256)) / 255
    return np.interp(np.arange(len(sound)), np.arange(0, len(sound), 2), decoded[: (len(sound) + 1) // 2])


def heard(random: np.random.Generator, window: np.ndarray, behind: np.ndarray | None) -> np.ndarray:
    """The window as a microphone in a real place gives it. `behind`: another sound of the same place."""
    sound = _peak(_travelled(random, _peak(window))) * _decibels(random.uniform(-36, 0))
    if behind is not None:
        sound = sound + _peak(behind) * _decibels(random.uniform(-45, -9))
    hiss = random.standard_normal(WINDOW, np.float32)
    if _share(random, 0.4):
        hiss = np.convolve(hiss, np.ones(6, np.float32) / 3, "same")
    sound = sound + hiss * _decibels(random.uniform(-90, -42))
    if _share(random, 0.1):
        sound = sound * _decibels(random.uniform(3, 18))
    sound = np.clip(sound, -1, 1)
    return (_telephone(sound) if _share(random, 0.2) else sound).astype(np.float32)
