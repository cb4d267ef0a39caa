"""Reads constants and operators of a TensorFlow Lite file, without TensorFlow (a flatbuffer: https://flatbuffers.dev/internals)."""
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_TYPES = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 6: np.bool_, 7: np.int16, 9: np.int8}
CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED = 3, 4, 9


@dataclass
class Tensor:
    data: np.ndarray | None
    scales: np.ndarray
    zero_points: np.ndarray
    axis: int

    def dequantised(self) -> np.ndarray:
        if self.data is None:
            raise ValueError("This tensor is no constant.")
        if len(self.scales) == 0:
            return self.data.astype(np.float32)
        shape = [1] * self.data.ndim
        shape[self.axis if len(self.scales) > 1 else 0] = len(self.scales)
        return (self.data.astype(np.float32) - self.zero_points.reshape(shape).astype(np.float32)) * self.scales.reshape(shape)


@dataclass
class Operator:
    code: int
    inputs: list[int]


class _Table:
    def __init__(self, data: bytes, at: int):
        self._data, self._at = data, at
        self._fields = at - struct.unpack_from("<i", data, at)[0]
        self._size = struct.unpack_from("<H", data, self._fields)[0]

    def _offset(self, field: int) -> int:
        place = 4 + 2 * field
        return struct.unpack_from("<H", self._data, self._fields + place)[0] if place < self._size else 0

    def number(self, field: int, form: str, default: int = 0) -> int:
        offset = self._offset(field)
        return struct.unpack_from(form, self._data, self._at + offset)[0] if offset else default

    def _follow(self, field: int) -> int | None:
        offset = self._offset(field)
        return None if offset == 0 else self._at + offset + struct.unpack_from("<I", self._data, self._at + offset)[0]

    def table(self, field: int) -> "_Table | None":
        at = self._follow(field)
        return None if at is None else _Table(self._data, at)

    def vector(self, field: int, kind) -> np.ndarray:
        at = self._follow(field)
        if at is None:
            return np.zeros(0, kind)
        return np.frombuffer(self._data, kind, struct.unpack_from("<I", self._data, at)[0], at + 4)

    def tables(self, field: int) -> list["_Table"]:
        at = self._follow(field)
        if at is None:
            return []
        places = [at + 4 + 4 * index for index in range(struct.unpack_from("<I", self._data, at)[0])]
        return [_Table(self._data, place + struct.unpack_from("<I", self._data, place)[0]) for place in places]


def read(path: Path) -> tuple[list[Tensor], list[Operator]]:
    """Tensors and operators of the first subgraph, in the order of the file."""
    data = path.read_bytes()
    model = _Table(data, struct.unpack_from("<I", data, 0)[0])
    codes = [max(code.number(3, "<i"), code.number(0, "<b")) for code in model.tables(1)]
    buffers = [buffer.vector(0, np.uint8) for buffer in model.tables(4)]
    graph = model.tables(2)[0]
    tensors = [_tensor(table, buffers) for table in graph.tables(0)]
    operators = [Operator(codes[each.number(0, "<I")], each.vector(1, np.int32).tolist()) for each in graph.tables(3)]
    return tensors, operators


def _tensor(table: _Table, buffers: list[np.ndarray]) -> Tensor:
    raw = buffers[table.number(2, "<I")]
    kind = _TYPES.get(table.number(1, "<b"), np.uint8)
    data = np.frombuffer(raw.tobytes(), kind).reshape(table.vector(0, np.int32)) if len(raw) else None
    quantised = table.table(4)
    if quantised is None:
        return Tensor(data, np.zeros(0, np.float32), np.zeros(0, np.int64), 0)
    return Tensor(data, quantised.vector(2, np.float32), quantised.vector(3, np.int64), quantised.number(6, "<i"))
