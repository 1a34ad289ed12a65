"""Suggestions in a region inside one process, so without HTTP: processor time of answers and of changes, beside scikit-learn."""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

from matcher.domain import Decision, Round
from matcher.generate import generate
from matcher.load import load_round
from matcher.warm import Warm


def cpu(call: Callable[[], Any]) -> tuple[Any, float]:
    """What a call gives, and the milliseconds of processor time it takes."""
    begun = time.process_time()
    found = call()
    return found, 1000 * (time.process_time() - begun)


def told(taken: list[float]) -> dict[str, float]:
    """Mean, middle and nearly the longest, in milliseconds."""
    p50, p99 = np.percentile(taken, [50, 99])
    return {"mean": round(float(np.mean(taken)), 1), "p50": round(float(p50), 1), "p99": round(float(p99), 1)}


def changes(round_: Round) -> dict[str, Round]:
    """The round after one change of each kind."""
    student, offers = round_.students[7].student_id, list(round_.opportunities)
    offers[3] = offers[3].model_copy(update={"title": "Bee keeper"})
    orders = {"pin": offers[5].opportunity_id, "ban": offers[5].opportunity_id}
    orders |= dict.fromkeys(("no_contact", "keep_apart", "keep_together"), round_.mentors[9].mentor_id)
    decided = {kind: replace(round_, decisions=(*round_.decisions, Decision(kind=kind, a=student, b=b))) for kind, b in orders.items()}
    return {"opportunity": replace(round_, opportunities=tuple(offers)), **decided}


def measure(students: int, schools: int, asked: int, level: str) -> dict[str, object]:
    """Ask for so many students, each once, turn by turn with the brute-force neighbours of the same student's interests."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "round"
        generate(students, schools, 5, folder)
        round_, _ = load_round(folder)
        round_ = replace(
            round_, settings=round_.settings.model_copy(update={"text": round_.settings.text.model_copy(update={"level": level})})
        )
        warm, first = cpu(lambda: Warm(round_, folder))
        texts = [f"{o.title} {o.description} {o.cluster}" for o in round_.opportunities]
        vectorizer = TfidfVectorizer().fit(texts)
        brute = NearestNeighbors(n_neighbors=10, algorithm="brute", metric="cosine").fit(vectorizer.transform(texts))
        people = random.Random(3).sample(list(round_.students), asked)
        ours: list[float] = []
        theirs: list[float] = []
        for student in people:
            ours.append(cpu(lambda student=student: warm.options(student))[1])
            theirs.append(cpu(lambda student=student: brute.kneighbors(vectorizer.transform([student.interests])))[1])
        again = [cpu(lambda student=student: warm.options(student))[1] for student in people]
        after = {
            kind: [round(cpu(lambda other=other: Warm(other, folder, warm))[1]) for _ in range(3)]
            for kind, other in changes(round_).items()
        }
    half = asked // 2
    return {
        "opportunities": len(texts),
        "students": students,
        "level": level,
        "load": round(os.getloadavg()[0], 1),
        "first index, ms": round(first),
        "first answers of the first half, ms": told(ours[:half]),
        "of the second half": told(ours[half:]),
        "the same again": told(again),
        "scikit-learn, texts only, nothing judged": told(theirs),
        "until a change is in the index, three times each, ms": after,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--schools", type=int, default=100)
    parser.add_argument("--asked", type=int, default=800)
    parser.add_argument("--level", choices=["light", "embeddings"], default="light")
    given = parser.parse_args()
    print(json.dumps(measure(given.students, given.schools, given.asked, given.level), indent=1))
