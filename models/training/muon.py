"""
Steps of weights by directions of equal strength (Muon, https://kellerjordan.github.io/posts/muon/): after as many windows the
student follows its teacher better than with Adam (README.md has the figures).
"""
import torch

# Five rounds of the polynomial of the page above bring all singular values near 1.
_ROUNDS, _POLYNOMIAL = 5, (3.4445, -4.7750, 2.0315)
_MOMENTUM = 0.95
# Steps get the size of Adam's (https://arxiv.org/abs/2502.16982, section 2.2).
_SIZE = 0.2


class Muon(torch.optim.Optimizer):
    """For weights of convolutions [outputs, inputs, height, width], each taken as a matrix of `outputs` rows."""

    def __init__(self, weights, lr: float, weight_decay: float):
        super().__init__(weights, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                weight.mul_(1 - group["lr"] * group["weight_decay"]).add_(self._direction(weight), alpha=-group["lr"])

    def _direction(self, weight):
        kept = self.state[weight]
        momentum = kept.setdefault("momentum", torch.zeros_like(weight)).mul_(_MOMENTUM).add_(weight.grad)
        matrix = (weight.grad + _MOMENTUM * momentum).flatten(1)
        return _SIZE * max(matrix.shape) ** 0.5 * orthogonal(matrix).view_as(weight)


def orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """The same directions with equal strength: U·Vᵀ of the singular value decomposition U·S·Vᵀ, nearly."""
    first, third, fifth = _POLYNOMIAL
    is_high = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if is_high else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(_ROUNDS):
        square = x @ x.T
        x = first * x + (third * square + fifth * square @ square) @ x
    return (x.T if is_high else x).to(matrix.dtype)
