"""What lies between a sound and a security camera's microphone: distance, rooms, other sounds, noise, codecs."""
import numpy as np

from front_end import SAMPLE_RATE, WINDOW


def _share(random: np.random.Generator, share: float) -> bool:
    return random.random() < share


def _decibels(value: float) -> float:
    return 10 ** (value / 20)


def _peak(sound: np.ndarray) -> np.ndarray:
    return sound / max(1e-5, np.abs(sound).max())


def speed(sound: np.ndarray, factor: float) -> np.ndarray:
    """Pitch and length together."""
    return np.interp(np.arange(0, len(sound) - 1, factor), np.arange(len(sound)), sound).astype(np.float32)


def filtered(random: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """The path: walls and distance take the treble, small microphones the bass; a tilt, and a few dips and humps."""
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    treble, bass = random.uniform(1500, 12_000), random.uniform(20, 350)
    gain = 1 / np.sqrt(1 + (hertz / treble) ** (2 * random.integers(1, 4))) * 1 / np.sqrt(1 + (bass / np.maximum(hertz, 1)) ** 2)
    gain = gain * (np.maximum(hertz, 50) / 1000) ** random.uniform(-0.3, 0.3)
    for _ in range(random.integers(0, 4)):
        centre, width = random.uniform(150, 7000), random.uniform(0.1, 0.6)
        gain = gain * _decibels(random.uniform(-10, 6) ) ** np.exp(-(np.log(np.maximum(hertz, 20) / centre) / width) ** 2)
    return np.fft.irfft(np.fft.rfft(sound) * gain, len(sound))


def in_room(random: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """Some early reflections and a tail that dies away within .1 to .9 s, its treble first."""
    length = int(SAMPLE_RATE * random.uniform(0.1, 0.9))
    time = np.arange(length) / SAMPLE_RATE
    tail = random.standard_normal(length) * np.exp(-6.9 * time / (length / SAMPLE_RATE)) * random.uniform(0.005, 0.08)
    tail = np.convolve(tail, np.ones(random.integers(1, 5)) / 2, "same")
    tail[0] = 1
    for _ in range(random.integers(2, 9)):
        tail[random.integers(20, min(length, 1600))] += random.uniform(-0.5, 0.5)
    size = len(sound) + length
    return np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]


def telephone(sound: np.ndarray) -> np.ndarray:
    """G.711 mu-law at 8 kHz, as many cameras send (ITU-T G.711)."""
    spectrum = np.fft.rfft(sound)
    spectrum[int(len(spectrum) * 3700 / 8000):] = 0
    narrow = np.clip(np.fft.irfft(spectrum, len(sound))[::2], -1, 1)
    steps = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    heard = np.sign(steps) * np.expm1(np.abs(steps) * np.log(256)) / 255
    return np.interp(np.arange(len(sound)), np.arange(0, len(sound), 2), heard[: (len(sound) + 1) // 2])


def placed(random: np.random.Generator, sound: np.ndarray) -> np.ndarray:
    """
    A window of it: of a long one the part around a moment that is drawn by loudness, of a short one the whole, anywhere. Now
    and then only its beginning or end lies in the window, as it happens to windows that are cut from a stream.
    """
    energy = np.add.reduceat(sound**2, np.arange(0, len(sound), 800)) + 1e-9
    moment = random.choice(len(energy), p=energy / energy.sum()) * 800 + random.integers(0, 800)
    start = int(moment - random.uniform(0.05, 0.95) * WINDOW)
    if len(sound) <= WINDOW and not _share(random, 0.15):
        start = -int(random.integers(0, WINDOW - len(sound) + 1))
    window = np.zeros(WINDOW, np.float32)
    first, last = max(0, start), min(len(sound), start + WINDOW)
    window[first - start : last - start] = sound[first:last]
    return window


def heard(random: np.random.Generator, window: np.ndarray, behind: np.ndarray | None) -> np.ndarray:
    """The window as a microphone in a real place gives it. `behind`: another sound of the same place."""
    sound = _peak(window)
    if _share(random, 0.45):
        sound = in_room(random, sound)
    if _share(random, 0.5):
        sound = filtered(random, sound)
    sound = _peak(sound) * _decibels(random.uniform(-36, 0))
    if behind is not None:
        sound = sound + _peak(behind) * _decibels(random.uniform(-45, -9))
    hiss = random.standard_normal(WINDOW)
    sound = sound + (np.convolve(hiss, np.ones(6) / 3, "same") if _share(random, 0.4) else hiss) * _decibels(random.uniform(-90, -42))
    if _share(random, 0.1):
        sound = sound * _decibels(random.uniform(3, 18))
    sound = np.clip(sound, -1, 1)
    if _share(random, 0.2):
        sound = telephone(sound)
    return sound.astype(np.float32)
