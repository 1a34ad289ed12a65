"""Facts of invented rounds, without solving: any sizes and any shares, for the attack on what is published."""

from __future__ import annotations

import datetime as dt

import numpy as np

from matcher.benchmark.facts import Facts


def facts(
    label: str,
    sizes: list[int],
    rng: np.random.Generator,
    placed: float = 0.9,
    top: float = 0.8,
    transfer: float = 0.1,
    gates: float = 0.97,
    others: float = 0.1,
    starts: str = "2026-09-08",
) -> Facts:
    """A round with schools of these sizes; shares are chances."""
    n = sum(sizes)
    school = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
    status = rng.choice(3, n, p=[1 - others, others / 2, others / 2])
    seeking, before = status == 0, status == 1
    has = seeking & (rng.random(n) < placed)
    grades = rng.choice(["grade 9", "grade 10", "grade 11", "grade 12"], n, p=[0.1, 0.3, 0.3, 0.3])
    had = rng.random(n) < 0.3
    return Facts(
        label=label,
        round_id=label,
        name=label,
        starts=dt.date.fromisoformat(starts),
        on=dt.date.fromisoformat(starts),
        schools=tuple((f"K{i:03d}", f"School {i}") for i in range(len(sizes))),
        keys=tuple((f"K{k:03d}", f"SECRET{i:05d}") for i, k in enumerate(school.tolist())),
        school=school,
        seeking=seeking,
        before=before,
        placed=has,
        options=np.where(seeking, rng.integers(1, 40, n), 0).astype(np.int32),
        better=np.where(rng.random(n) < top, 0, 5).astype(np.int32) * has,
        level=np.zeros(n, np.int32),
        minutes=(rng.integers(5, 60, n) * has).astype(np.int32),
        transfers=((rng.random(n) < transfer) & has).astype(np.int32),
        gates=has & (rng.random(n) < gates),
        share=np.where(seeking, rng.random(n), 0.0),
        site=tuple(f"W{rng.integers(0, 50)}" if p else "" for p in has),
        opportunity=tuple(f"O{rng.integers(0, 80)}" if p else "" for p in has),
        mentor=tuple(f"M{rng.integers(0, 80)}" if p else "" for p in has),
        had=had,
        kept=has & had & (rng.random(n) < 0.6),
        groups={
            "grade": tuple(grades),
            "language": tuple(np.where(rng.random(n) < 0.8, "English only", "another language")),
            "travel": tuple(np.where(rng.random(n) < 0.5, "car", "bus")),
            "needs": tuple(np.where(rng.random(n) < 0.05, "need", "no need")),
        },
        baselines={name: seeking & (rng.random(n) < placed - 0.05) for name in ("greedy", "first_come", "random_order")},
        points={"plan": 700 * n, "greedy": 650 * n, "first_come": 600 * n, "random_order": 590 * n},
        seats=2 * n,
        held=int(before.sum()),
        gap=0.0,
        proven=True,
        mentors=frozenset(f"M{i}" for i in range(60)),
    )


def cases(seed: int) -> list[Facts]:
    """A benchmark of a kind that depends on the seed: one school, few schools, many small ones, several rounds."""
    rng = np.random.default_rng(seed)
    placed = float(rng.choice([0.05, 0.5, 0.85, 0.93, 0.98]))
    kind = seed % 6
    if kind == 0:
        return [facts("r0", [int(rng.integers(12, 400))], rng, placed)]
    if kind == 1:
        return [facts("r0", rng.integers(3, 120, int(rng.integers(2, 5))).tolist(), rng, placed)]
    if kind == 2:
        return [facts("r0", rng.integers(4, 45, 12).tolist(), rng, placed)]
    if kind == 3:
        return [facts(f"r{i}", rng.integers(6, 60, int(rng.integers(1, 4))).tolist(), rng, placed) for i in range(4)]
    if kind == 4:
        return [facts(f"r{i}", [int(rng.integers(5, 80))], rng, placed) for i in range(8)]
    return [facts(f"r{i}", rng.integers(20, 250, 2).tolist(), rng, placed, transfer=0.0) for i in range(2)]
