"""Sounds that are computed: panes, shots, blows, tones. They have no label of ours, the teacher says what they sound like."""
import numpy as np

from front_end import SAMPLE_RATE, WINDOW

_TIME = np.arange(WINDOW) / SAMPLE_RATE


def _decay(start: float, seconds: float) -> np.ndarray:
    return (_TIME >= start) * np.exp(-np.maximum(0, _TIME - start) / seconds)


def _ring(random: np.random.Generator, start: float, hertz: float, seconds: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.maximum(0, _TIME - start) + random.uniform(0, 6.3)) * _decay(start, seconds)


def pane(random: np.random.Generator) -> np.ndarray:
    """A blow, the crack, and shards that ring while they fall: first many, then ever fewer."""
    start = random.uniform(0, 0.45)
    blow = random.standard_normal(WINDOW) * _decay(start, random.uniform(0.004, 0.02)) * random.uniform(0, 1)
    crack = np.diff(random.standard_normal(WINDOW) * _decay(start, random.uniform(0.015, 0.09)), prepend=0)
    sound = np.convolve(blow, np.ones(12) / 12, "same") + crack
    for _ in range(random.integers(10, 60)):
        at, loudness = start + random.exponential(random.uniform(0.08, 0.3)), random.uniform(0.02, 0.4)
        fundamental = random.uniform(1200, 5000)
        for _ in range(random.integers(2, 7)):
            # The partials of a plate are no multiples of each other.
            hertz = min(7800, fundamental * random.uniform(1, 3.2))
            sound = sound + loudness * random.random() * _ring(random, at, hertz, random.uniform(0.006, 0.12))
    return sound


def clink(random: np.random.Generator) -> np.ndarray:
    """Glass that is touched and stays whole: what must not be taken for a pane."""
    sound = np.zeros(WINDOW)
    for _ in range(random.integers(1, 4)):
        at, fundamental = random.uniform(0, 0.8), random.uniform(900, 4500)
        for _ in range(random.integers(2, 5)):
            sound = sound + random.random() * _ring(random, at, min(7800, fundamental * random.uniform(1, 3)), random.uniform(0.05, 0.5))
    return sound


def shots(random: np.random.Generator) -> np.ndarray:
    """One to five bangs: a front of some milliseconds, the blast below it, and the echo of the place."""
    sound = np.zeros(WINDOW)
    start, gap = random.uniform(0, 0.5), random.uniform(0.08, 0.35)
    body = random.uniform(60, 400)
    for number in range(random.integers(1, 6)):
        at = start + number * gap * random.uniform(0.9, 1.1)
        front = random.standard_normal(WINDOW) * _decay(at, random.uniform(0.004, 0.05))
        width = int(random.integers(3, 30))
        blast = np.convolve(front, np.ones(width) / width, "same") * random.uniform(0.5, 4)
        sound = sound + front + blast + _ring(random, at, body, random.uniform(0.02, 0.1)) * random.uniform(0, 2)
        sound = sound + random.standard_normal(WINDOW) * _decay(at, random.uniform(0.1, 0.6)) * random.uniform(0.01, 0.12)
    return sound


def blows(random: np.random.Generator) -> np.ndarray:
    """Knocks and blows on wood (dull, short) or metal (bright, long)."""
    sound = np.zeros(WINDOW)
    metal = random.random() < 0.35
    modes = [(random.uniform(250, 6000), random.uniform(0.05, 0.4)) if metal else (random.uniform(60, 1100), random.uniform(0.01, 0.09))
             for _ in range(random.integers(3, 8))]
    start, gap = random.uniform(0, 0.4), random.uniform(0.12, 0.45)
    for number in range(random.integers(1, 6)):
        at, force = start + number * gap * random.uniform(0.85, 1.15), random.uniform(0.4, 1)
        sound = sound + force * random.standard_normal(WINDOW) * _decay(at, random.uniform(0.002, 0.012))
        for hertz, seconds in modes:
            sound = sound + force * random.random() * _ring(random, at, hertz, seconds)
    return sound


def splinter(random: np.random.Generator) -> np.ndarray:
    """Wood that gives way: a burst of cracks, closer and closer."""
    sound = np.zeros(WINDOW)
    start = random.uniform(0, 0.5)
    for _ in range(random.integers(5, 30)):
        at = start + abs(random.normal(0, 0.18))
        sound = sound + random.random() * random.standard_normal(WINDOW) * _decay(at, random.uniform(0.001, 0.012))
        sound = sound + random.random() * 0.6 * _ring(random, at, random.uniform(200, 3000), random.uniform(0.003, 0.03))
    return sound


def alarm(random: np.random.Generator) -> np.ndarray:
    """Beeps and sirens."""
    hertz = random.uniform(400, 3600)
    sweep = hertz * (1 + random.uniform(0, 0.4) * np.sin(2 * np.pi * random.uniform(0.5, 8) * _TIME))
    on = np.sin(2 * np.pi * random.uniform(0.8, 6) * _TIME + random.uniform(0, 6)) > random.uniform(-1, 0.3)
    wave = np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE)
    return on * (np.sign(wave) if random.random() < 0.4 else wave)


def music(random: np.random.Generator) -> np.ndarray:
    """Chords with overtones and a beat."""
    root = 55 * 2 ** random.uniform(0, 3)
    sound = np.zeros(WINDOW)
    for start in np.arange(0, 1, random.uniform(0.2, 0.6)):
        for step in random.choice([[0, 4, 7], [0, 3, 7], [0, 5, 9], [0, 4, 11]]):
            for overtone in range(1, int(random.integers(3, 9))):
                sound = sound + _ring(random, start, root * 2 ** (step / 12) * overtone, random.uniform(0.1, 0.8)) / overtone
    for start in np.arange(random.uniform(0, 0.2), 1, random.uniform(0.2, 0.5)):
        sound = sound + random.uniform(0, 1.5) * random.standard_normal(WINDOW) * _decay(start, 0.03)
    return sound


def noise(random: np.random.Generator) -> np.ndarray:
    """Wind, rain, engines, machines: noise of any colour that swells."""
    spectrum = np.fft.rfft(random.standard_normal(WINDOW))
    bins = np.arange(len(spectrum)) + 1.0
    sound = np.fft.irfft(spectrum * bins ** random.uniform(-1.3, 0.3), WINDOW)
    return sound * (1 + random.uniform(0, 0.9) * np.sin(2 * np.pi * random.uniform(0.2, 30) * _TIME + random.uniform(0, 6)))


# How often each is drawn.
KINDS = {pane: 5, clink: 1.5, shots: 3, blows: 3, splinter: 1.5, alarm: 1, music: 1, noise: 1}


def draw(random: np.random.Generator) -> np.ndarray:
    """One of them, its loudest sample at 1."""
    kinds, weights = list(KINDS), np.array(list(KINDS.values()))
    sound = kinds[random.choice(len(kinds), p=weights / weights.sum())](random)
    return (sound / max(1e-6, np.abs(sound).max())).astype(np.float32)
