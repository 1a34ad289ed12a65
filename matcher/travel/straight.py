"""Travel times computed from a straight line on the sphere, a speed and a detour factor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matcher.settings import ModeSection

EARTH_KM = 6371.0088
Point = tuple[float, float]


def kilometres(a: Sequence[Point], b: Sequence[Point] | np.ndarray) -> np.ndarray:
    """Great-circle distances (haversine) as float64 [len(a), len(b)] in kilometres; points are (lat, lon) in degrees."""
    p, q = np.radians(np.asarray(a, dtype=float).reshape(-1, 1, 2)), np.radians(np.asarray(b, dtype=float).reshape(1, -1, 2))
    half = np.sin((p - q) / 2) ** 2
    chord = half[..., 0] + np.cos(p[..., 0]) * np.cos(q[..., 0]) * half[..., 1]
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


def minutes(km: np.ndarray, mode: ModeSection) -> np.ndarray:
    """Whole minutes, rounded up, as int32 of the shape of `km`.

    minutes = ceil(fixed + 60 * detour * km / speed); a hair below a whole number counts as that number.
    """
    exact = mode.fixed_minutes + 60.0 * mode.detour * km / mode.speed_kmh
    return np.minimum(np.ceil(exact - 1e-9), 9999).astype(np.int32)
