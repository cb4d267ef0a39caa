"""
Sounds that are computed: panes, shots, blows, screams, tones. The teacher says what they sound like; each also claims a
label of ours, or none, which holds only where the teacher agrees.
"""
import numpy as np

from front_end import SAMPLE_RATE, WINDOW

_TIME = np.arange(WINDOW) / SAMPLE_RATE
_HIGHEST = 7800.0


def _place(start: float) -> int:
    return min(WINDOW, max(0, int(start * SAMPLE_RATE)))


def _add(sound: np.ndarray, start: float, part: np.ndarray) -> None:
    first = _place(start)
    sound[first : first + len(part)] += part[: WINDOW - first]


def _burst(random: np.random.Generator, seconds: float, loudness: float = 1.0) -> np.ndarray:
    """Noise that dies away."""
    count = min(WINDOW, int(7 * seconds * SAMPLE_RATE) + 8)
    return loudness * random.standard_normal(count) * np.exp(-_TIME[:count] / seconds)


def _ring(random: np.random.Generator, hertz: float, seconds: float, loudness: float = 1.0) -> np.ndarray:
    """A tone that dies away."""
    count = min(WINDOW, int(5 * seconds * SAMPLE_RATE) + 8)
    return loudness * np.sin(2 * np.pi * min(_HIGHEST, hertz) * _TIME[:count] + random.uniform(0, 6.3)) * np.exp(-_TIME[:count] / seconds)


def pane(random: np.random.Generator) -> np.ndarray:
    """A blow, the crack, and shards that ring while they fall: first many, then ever fewer."""
    sound = np.zeros(WINDOW)
    start = random.uniform(0, 0.45)
    _add(sound, start, np.convolve(_burst(random, random.uniform(0.004, 0.02), random.uniform(0, 1)), np.ones(12) / 12, "same"))
    _add(sound, start, np.diff(_burst(random, random.uniform(0.015, 0.09)), prepend=0))
    mean_wait, longest = random.uniform(0.08, 0.4), random.uniform(0.03, 0.14)
    lowest, highest = random.uniform(900, 2200), random.uniform(3500, 7600)
    for _ in range(random.integers(10, 60)):
        at, loudness = start + random.exponential(mean_wait), random.uniform(0.02, 0.4)
        fundamental = random.uniform(lowest, highest)
        for _ in range(random.integers(2, 7)):
            # The partials of a plate are no multiples of each other.
            _add(sound, at, _ring(random, fundamental * random.uniform(0.5, 2.4), random.uniform(0.006, longest), loudness * random.random()))
    return sound


def clink(random: np.random.Generator) -> np.ndarray:
    """Glass that is touched and stays whole: what must not be taken for a pane."""
    sound = np.zeros(WINDOW)
    for _ in range(random.integers(1, 4)):
        at, fundamental = random.uniform(0, 0.8), random.uniform(900, 4500)
        for _ in range(random.integers(2, 5)):
            _add(sound, at, _ring(random, fundamental * random.uniform(1, 3), random.uniform(0.05, 0.4), random.random()))
    return sound


def jingle(random: np.random.Generator) -> np.ndarray:
    """Keys, coins, cutlery: a few small pieces of metal that ring again and again."""
    sound = np.zeros(WINDOW)
    pieces = [
        [(random.uniform(1500, 7500), random.uniform(0.005, 0.15), random.random()) for _ in range(random.integers(2, 5))]
        for _ in range(random.integers(1, 5))
    ]
    start, gap = random.uniform(0, 0.5), random.uniform(0.02, 0.2)
    for _ in range(random.integers(1, 16)):
        force = random.uniform(0.1, 1)
        _add(sound, start, _burst(random, 0.002, 0.3 * force))
        for hertz, seconds, loudness in pieces[random.integers(len(pieces))]:
            _add(sound, start, _ring(random, hertz, seconds, force * loudness))
        start += random.exponential(gap)
    return sound


def shots(random: np.random.Generator) -> np.ndarray:
    """One to five bangs: a front of some milliseconds, the blast below it, and the echo of the place."""
    sound = np.zeros(WINDOW)
    start, gap = random.uniform(0, 0.5), random.uniform(0.08, 0.35)
    body, front_seconds, width = random.uniform(60, 400), random.uniform(0.004, 0.05), int(random.integers(3, 30))
    blast_loudness, echo_seconds, echo_loudness = random.uniform(0.5, 4), random.uniform(0.1, 0.6), random.uniform(0.01, 0.15)
    for number in range(random.integers(1, 6)):
        at = start + number * gap * random.uniform(0.9, 1.1)
        front = _burst(random, front_seconds)
        _add(sound, at, front + np.convolve(front, np.ones(width) / width, "same") * blast_loudness)
        _add(sound, at, _ring(random, body, random.uniform(0.02, 0.1), random.uniform(0, 2)))
        echo = _burst(random, echo_seconds, echo_loudness)
        _add(sound, at + random.uniform(0, 0.05), np.convolve(echo, np.ones(4) / 2, "same"))
    return sound


def blows(random: np.random.Generator) -> np.ndarray:
    """Knocks and blows on wood (dull, short) or metal (bright, long)."""
    sound = np.zeros(WINDOW)
    metal = random.random() < 0.35
    modes = [
        (random.uniform(250, 6000), random.uniform(0.05, 0.4)) if metal else (random.uniform(60, 1100), random.uniform(0.01, 0.09))
        for _ in range(random.integers(3, 8))
    ]
    start, gap = random.uniform(0, 0.4), random.uniform(0.12, 0.45)
    for number in range(random.integers(1, 6)):
        at, force = start + number * gap * random.uniform(0.85, 1.15), random.uniform(0.4, 1)
        _add(sound, at, _burst(random, random.uniform(0.002, 0.012), force))
        for hertz, seconds in modes:
            _add(sound, at, _ring(random, hertz, seconds, force * random.random()))
    return sound


def splinter(random: np.random.Generator) -> np.ndarray:
    """Wood that gives way: a burst of cracks, closer and closer."""
    sound = np.zeros(WINDOW)
    start = random.uniform(0, 0.5)
    for _ in range(random.integers(5, 30)):
        at = start + abs(random.normal(0, 0.18))
        _add(sound, at, _burst(random, random.uniform(0.001, 0.012), random.random()))
        _add(sound, at, _ring(random, random.uniform(200, 3000), random.uniform(0.003, 0.03), 0.6 * random.random()))
    return sound


def cry(random: np.random.Generator) -> np.ndarray:
    """A voice without words, from a wail to a scream: overtones of a gliding tone, rough, through two or three formants."""
    length = random.uniform(0.25, 1)
    pitch = random.uniform(250, 1600) * np.interp(_TIME, np.sort(random.uniform(0, 1, 4)), random.uniform(0.75, 1.3, 4))
    pitch *= 1 + random.uniform(0, 0.03) * np.sin(2 * np.pi * random.uniform(4, 9) * _TIME)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    formants = [(random.uniform(500, 1300), 300), (random.uniform(1200, 2600), 400), (random.uniform(2500, 4200), 600)]
    sound, middle = np.zeros(WINDOW), float(pitch.mean())
    for overtone in range(1, int(min(25, 7500 / middle)) + 1):
        hertz = overtone * middle
        gain = sum(np.exp(-(((hertz - centre) / width) ** 2)) for centre, width in formants) + 0.05
        sound += gain / overtone ** random.uniform(0, 0.6) * np.sin(overtone * phase + random.uniform(0, 6.3))
    rough = 1 + random.uniform(0, 0.9) * np.sin(2 * np.pi * random.uniform(25, 140) * _TIME)
    sound = sound / np.abs(sound).max() * rough + random.uniform(0, 0.3) * random.standard_normal(WINDOW)
    start = random.uniform(0, max(0.01, 0.97 - length))
    return sound * np.interp(_TIME, [start, start + random.uniform(0.02, 0.2) * length, start + 0.8 * length, start + length], [0, 1, random.uniform(0.3, 1), 0])


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
    for start in np.arange(0, 1, random.uniform(0.25, 0.6)):
        for step in random.choice([[0, 4, 7], [0, 3, 7], [0, 5, 9], [0, 4, 11]]):
            for overtone in range(1, int(random.integers(3, 8))):
                _add(sound, start, _ring(random, root * 2 ** (step / 12) * overtone, random.uniform(0.1, 0.5), 1 / overtone))
    for start in np.arange(random.uniform(0, 0.2), 1, random.uniform(0.2, 0.5)):
        _add(sound, start, _burst(random, 0.03, random.uniform(0, 1.5)))
    return sound


def noise(random: np.random.Generator) -> np.ndarray:
    """Wind, rain, engines, machines: noise of any colour that swells."""
    spectrum = np.fft.rfft(random.standard_normal(WINDOW))
    bins = np.arange(len(spectrum)) + 1.0
    sound = np.fft.irfft(spectrum * bins ** random.uniform(-1.3, 0.3), WINDOW)
    return sound * (1 + random.uniform(0, 0.9) * np.sin(2 * np.pi * random.uniform(0.2, 30) * _TIME + random.uniform(0, 6)))


# How often each is drawn, and the label that it claims.
KINDS = {
    pane: (5.0, "glass_break"), clink: (1.5, "other"), jingle: (1.5, "other"), shots: (3.0, "gunshot"), blows: (3.0, None),
    splinter: (1.5, None), cry: (1.5, None), alarm: (1.0, "other"), music: (1.0, "other"), noise: (1.0, "other"),
}


def draw(random: np.random.Generator) -> tuple[np.ndarray, str | None]:
    """One of them, its loudest sample at 1, and the label that it claims."""
    kinds, weights = list(KINDS), np.array([weight for weight, _ in KINDS.values()])
    kind = kinds[random.choice(len(kinds), p=weights / weights.sum())]
    sound = kind(random)
    return (sound / max(1e-6, np.abs(sound).max())).astype(np.float32), KINDS[kind][1]
