"""
Makes other patches out of patches, as though microphones, distances and what is heard beside it were others. Labels do not hold
for them any more: the teacher has to say anew what they are (https://arxiv.org/abs/2106.05237), which costs less than to draw a
window, and no two views are the same.
"""
import torch
from torch.nn import functional as F

from tags import EVENTS, NONE

# What the spectrum adds before it takes the logarithm.
_FLOOR = 0.001
# Shares of the patches that another one is mixed into, are bent in pitch and time, coloured, put into noise, partly hidden.
_MIXED, _BENT, _COLOURED, _NOISY, _HIDDEN = 0.5, 0.35, 0.5, 0.3, 0.3
_MUCH_QUIETER, _STILL = 0.25, 0.3


def varied(random: torch.Generator, patches: torch.Tensor, event: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """
    `patches`: log-mel [n, 96, 64]; `event`: of each [n], which stays where nothing was mixed in but an "other" that is much
    quieter, and is NONE elsewhere.
    """
    count = len(patches)
    number = lambda low, high: low + (high - low) * torch.rand(count, 1, 1, generator=random)
    chosen = lambda share: torch.rand(count, 1, 1, generator=random) < share
    sound = torch.where(chosen(_BENT), _bent(patches, number(0.85, 1.2), number(0.75, 1.3)), patches)
    magnitude = (sound.exp() - _FLOOR).clamp(min=0) * _decibels(number(-14, 5))
    magnitude = torch.where(chosen(_COLOURED), magnitude * _decibels(_colour(random, count)), magnitude)
    # Magnitudes of sounds that know nothing of each other add like the sides of a right angle.
    is_mixed, beside = chosen(_MIXED), torch.randperm(count, generator=random)
    partner = (patches[beside].exp() - _FLOOR).clamp(min=0) * _decibels(number(-15, 6))
    is_quieter = _power(partner) < _MUCH_QUIETER * _power(magnitude)
    partner = partner.roll(int(torch.randint(96, (), generator=random)), 1)
    magnitude = torch.where(is_mixed, (magnitude.square() + partner.square()).sqrt(), magnitude)
    noise = _decibels(number(-55, -5) + _colour(random, count)) * (1 + 0.3 * torch.randn(patches.shape, generator=random)).abs()
    magnitude = torch.where(chosen(_NOISY), (magnitude.square() + noise.square()).sqrt(), magnitude)
    result = (magnitude + _FLOOR).log()
    result = torch.where(chosen(_HIDDEN) & _stretch(random, count, 64, 10)[:, None, :], result.mean((1, 2), keepdim=True), result)
    result = torch.where(chosen(_HIDDEN) & _stretch(random, count, 96, 16)[:, :, None], result.mean((1, 2), keepdim=True), result)
    is_kept = ~is_mixed | ((event[beside] == EVENTS.index("other"))[:, None, None] & is_quieter)
    return result, torch.where(is_kept.flatten(), event, NONE)


def still_heard(event: torch.Tensor, before: dict[str, torch.Tensor], now: dict[str, torch.Tensor]) -> torch.Tensor:
    """Events [n], NONE where the teacher hears much less of one than before; both: what its scores say of our events [n]."""
    kept = event
    for name, of_now in now.items():
        kept = torch.where((event == EVENTS.index(name)) & (of_now < _STILL * before[name]), NONE, kept)
    return kept


def _power(magnitude: torch.Tensor) -> torch.Tensor:
    return magnitude.square().mean((1, 2), keepdim=True)


def _decibels(of: torch.Tensor) -> torch.Tensor:
    return 10 ** (of / 20)


def _bent(patches: torch.Tensor, pitch: torch.Tensor, speed: torch.Tensor) -> torch.Tensor:
    """Higher or lower, faster or slower, about the middle."""
    theta = torch.zeros(len(patches), 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = pitch.flatten(), speed.flatten()
    theta[:, 0, 2] = pitch.flatten() - 1
    grid = F.affine_grid(theta, [len(patches), 1, *patches.shape[1:]], align_corners=False)
    return F.grid_sample(patches[:, None], grid, padding_mode="border", align_corners=False)[:, 0]


def _colour(random: torch.Generator, count: int) -> torch.Tensor:
    """Decibels by band [n, 1, 64]: a smooth line of chance."""
    points = 6 * torch.randn(count, 1, 6, generator=random)
    return F.interpolate(points, 64, mode="linear", align_corners=True)


def _stretch(random: torch.Generator, count: int, length: int, longest: int) -> torch.Tensor:
    """True for a few neighbours [n, length]."""
    start = torch.randint(length, (count, 1), generator=random)
    places = torch.arange(length)[None]
    return (places >= start) & (places < start + torch.randint(2, longest + 1, (count, 1), generator=random))
