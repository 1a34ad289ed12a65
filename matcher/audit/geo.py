"""Distances on the sphere that docs/rules.md section 4 names."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Give the great-circle distance of two (latitude, longitude) places by the haversine formula."""
    lat_a, lon_a, lat_b, lon_b = (radians(degrees) for degrees in (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))
