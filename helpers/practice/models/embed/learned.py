"""What training added to single words and phrases, beyond the concepts they stand for."""

from __future__ import annotations

import numpy as np


class Learned:
    """Own vectors of the units seen in training, stored as 8-bit codes in a few shared directions, and
    their rarity."""

    def __init__(
        self, keys: list[str], codes: np.ndarray, scales: np.ndarray, basis: np.ndarray, rarity: list[float]
    ) -> None:
        self._rows = {key: row for row, key in enumerate(keys)}
        self._codes, self._scales, self._basis, self._rarity = codes, scales, basis, rarity

    @classmethod
    def from_arrays(cls, data: dict[str, np.ndarray]) -> Learned:
        """From the arrays `keys`, `codes`, `code_scales`, `basis` and `rarity` of the weights file."""
        rarity = data["rarity"].astype(float).round(3).tolist()
        return cls(
            bytes(data["keys"]).decode().split("\n"),
            data["codes"],
            data["code_scales"].astype(np.float32),
            data["basis"].astype(np.float32),
            rarity,
        )

    def vector(self, key: str) -> np.ndarray:
        """(dim,) own vector of a unit, zero for one that training never saw; rounded, so that every BLAS
        gives the same."""
        row = self._rows.get(key)
        if row is None:
            return np.zeros(self._basis.shape[1], np.float32)
        return ((self._codes[row] * self._scales[row]) @ self._basis).round(5)

    def rarity(self, key: str) -> float:
        """How much rarer than the commonest a unit is: below 1 for one that many texts share, 1 for an
        unknown one."""
        row = self._rows.get(key)
        return 1.0 if row is None else self._rarity[row]
