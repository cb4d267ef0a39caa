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


def curve(random: np.random.Generator, hertz: float) -> np.ndarray:
    """A line of chance that turns about that often a second; 1 is its usual deviation."""
    count = int(2 * hertz * WINDOW / SAMPLE_RATE) + 4
    return np.interp(np.linspace(0, count - 1, WINDOW), np.arange(count), random.standard_normal(count))


def _dulled(sound: np.ndarray, width: int) -> np.ndarray:
    return np.convolve(sound, np.ones(width) / np.sqrt(width), "same")


def pane(random: np.random.Generator) -> np.ndarray:
    """A blow, the crack, and shards that break and ring while they fall: first many, then ever fewer."""
    sound = np.zeros(WINDOW)
    start = random.uniform(0, 0.45)
    _add(sound, start, np.convolve(_burst(random, random.uniform(0.004, 0.02), random.uniform(0, 1)), np.ones(12) / 12, "same"))
    _add(sound, start, np.diff(_burst(random, random.uniform(0.015, 0.12), random.uniform(0.5, 1.5)), prepend=0))
    mean_wait, longest, fall = random.uniform(0.06, 0.4), random.uniform(0.02, 0.12), random.uniform(0, 3)
    lowest, highest = random.uniform(900, 2800), random.uniform(3500, 7600)
    crackle = random.uniform(0.2, 2.5)
    for _ in range(int(np.exp(random.uniform(np.log(15), np.log(260))))):
        wait = random.exponential(mean_wait)
        at, loudness, fundamental = start + wait, random.uniform(0.02, 0.4) * np.exp(-fall * wait), random.uniform(lowest, highest)
        _add(sound, at, np.diff(_burst(random, random.uniform(0.001, 0.012), crackle * loudness * random.random()), prepend=0))
        for _ in range(random.integers(1, 6)):
            # The partials of a plate are no multiples of each other.
            _add(sound, at, _ring(random, fundamental * random.uniform(0.5, 2.5), random.uniform(0.003, longest), loudness * random.random()))
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
    """One to eight bangs: a front of some milliseconds, the blast below it, walls that answer, and the echo of the place."""
    sound = np.zeros(WINDOW)
    start, gap = random.uniform(0, 0.5), np.exp(random.uniform(np.log(0.07), np.log(0.4)))
    front_seconds, blast, width = random.uniform(0.001, 0.04), random.uniform(0, 3), int(random.integers(2, 28))
    body, body_loudness, walls = random.uniform(40, 200), random.uniform(0, 0.8), random.integers(0, 9)
    echo_seconds, echo_loudness, echo_width = random.uniform(0.06, 0.8), random.uniform(0, 0.4), int(random.integers(1, 12))
    for number in range(random.choice([1, 1, 1, 2, 3, 5, 8])):
        at = start + number * gap * random.uniform(0.95, 1.05)
        _add(sound, at, _burst(random, front_seconds))
        _add(sound, at, _dulled(_burst(random, random.uniform(0.01, 0.1), blast), width))
        _add(sound, at, _ring(random, body, random.uniform(0.02, 0.08), body_loudness))
        _add(sound, at + random.uniform(0, 0.03), _dulled(_burst(random, echo_seconds, echo_loudness), echo_width))
        for _ in range(walls):
            _add(sound, at + random.uniform(0.02, 0.35), _dulled(_burst(random, 2 * front_seconds, random.uniform(0.05, 0.4)), 1 + width // 2))
    # So near that the microphone gives out, or far away.
    return np.tanh(random.uniform(0.5, 15) * sound / np.abs(sound).max())


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
    """
    A voice without words, from a wail to a scream: a high tone that glides, with its overtones, rough
    (https://doi.org/10.1016/j.cub.2015.06.043: a scream's loudness sways 30 to 150 times a second), breathy, through a
    throat with four formants.
    """
    length, pitch = random.uniform(0.4, 0.97), np.exp(random.uniform(np.log(230), np.log(1700)))
    arch = np.interp(_TIME / length, [0, random.uniform(0.05, 0.25), random.uniform(0.5, 0.9), 1], [random.uniform(0.5, 0.9), 1, random.uniform(0.85, 1.05), random.uniform(0.4, 0.85)])
    hertz = pitch * arch * np.exp(random.uniform(0, 0.03) * curve(random, 40) + random.uniform(0, 0.04) * curve(random, 5))
    hertz *= 1 + random.uniform(0, 0.02) * np.sin(2 * np.pi * random.uniform(4, 8) * _TIME)
    phase, tilt = 2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE, random.uniform(0.3, 1.5)
    voice, scattered = np.zeros(WINDOW), random.uniform(0, 6.3) * (random.random() < 0.5)
    for overtone in range(1, int(7600 / pitch) + 1):
        voice += overtone**-tilt * np.sin(overtone * phase + scattered * random.random()) * (overtone * hertz < 7700)
    voice *= 1 + random.uniform(0, 0.8) * np.sin(phase / 2 + random.uniform(0, 6.3))
    voice *= 1 + random.uniform(0, 1) * np.sin(2 * np.pi * np.cumsum(random.uniform(30, 150) * np.exp(0.2 * curve(random, 10))) / SAMPLE_RATE)
    voice = voice / np.abs(voice).max() + random.uniform(0, 0.5) * random.standard_normal(WINDOW) * (0.5 + 0.5 * np.abs(np.sin(phase / 2)))
    # The mouth opens or closes on the way.
    moved = np.clip((_TIME / length - random.uniform(0, 0.5)) * random.uniform(0, 5), 0, 1)
    formed = _formed(random, voice) * (1 - moved) + _formed(random, voice) * moved
    formed = np.tanh(random.uniform(0.5, 5) * formed / np.abs(formed).max())
    formed *= np.interp(_TIME, [0, random.uniform(0.02, 0.12), length * 0.8, length], [0, 1, random.uniform(0.4, 1), 0]) * np.exp(0.15 * curve(random, 15))
    sound = np.zeros(WINDOW)
    _add(sound, random.uniform(0, max(0.001, 0.97 - length)), formed)
    return sound


def _formed(random: np.random.Generator, voice: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(voice, 2 * WINDOW)
    hertz = np.fft.rfftfreq(2 * WINDOW, 1 / SAMPLE_RATE)
    gain = np.full(len(hertz), random.uniform(0.005, 0.06))
    for (lowest, highest), width in zip([(600, 1500), (1300, 2200), (2500, 3600), (3600, 4800)], [80, 100, 150, 200]):
        centre, wide = random.uniform(lowest, highest), random.uniform(width, 2.5 * width)
        gain += random.uniform(0.5, 1) / (1 + ((hertz - centre) / wide) ** 2)
    return np.fft.irfft(spectrum * gain * (hertz > 150), 2 * WINDOW)[:WINDOW]


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
    pane: (5.0, "glass_break"), clink: (1.5, "other"), jingle: (1.5, "other"), shots: (3.0, "gunshot"), blows: (2.5, None),
    splinter: (1.5, None), cry: (4.0, "scream"), alarm: (1.0, "other"), music: (1.0, "other"), noise: (1.0, "other"),
}


def draw(random: np.random.Generator, kinds: list = list(KINDS)) -> tuple[np.ndarray, str | None]:
    """One of them, its loudest sample at 1, and the label that it claims."""
    weights = np.array([KINDS[kind][0] for kind in kinds])
    kind = kinds[random.choice(len(kinds), p=weights / weights.sum())]
    sound = kind(random)
    return (sound / max(1e-6, np.abs(sound).max())).astype(np.float32), KINDS[kind][1]
