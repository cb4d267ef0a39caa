"""The log-mel spectrum of YAMNet: what `src/audio/log-mel.ts` computes, for many windows at once."""
import numpy as np

SAMPLE_RATE = 16_000
WINDOW = 15_600
FRAMES, BANDS = 96, 64
_FRAME, _HOP, _FFT = 400, 160, 512


def _mel_matrix() -> np.ndarray:
    """[257, 64]: HTK mel, 125..7500 Hz, triangles linear in mel, no weight for bin 0."""
    mel = lambda hertz: 1127.0 * np.log(1 + hertz / 700.0)
    bins = mel(np.linspace(0, SAMPLE_RATE / 2, _FFT // 2 + 1))[:, None]
    edges = np.linspace(mel(125.0), mel(7500.0), BANDS + 2)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    matrix = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    matrix[0] = 0
    return matrix.astype(np.float32)


_MEL = _mel_matrix()
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)).astype(np.float32)


def log_mel(waves: np.ndarray) -> np.ndarray:
    """[n, 15600] in -1..1 -> [n, 96, 64] natural logarithms of mel magnitudes."""
    frames = np.lib.stride_tricks.sliding_window_view(waves, _FRAME, axis=1)[:, :: _HOP][:, :FRAMES]
    magnitudes = np.abs(np.fft.rfft(frames * _HANN, _FFT, axis=2)).astype(np.float32)
    return np.log(magnitudes @ _MEL + 0.001)
