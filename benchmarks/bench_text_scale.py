"""How fast and in how much memory texts are encoded and the best documents found, beside peers; and how evenly sites are found.

    .venv/bin/python benchmarks/bench_text_scale.py [--readings 50000] [--documents 15000] [--k 50] [--rounds 3] [--threads 2]

Prints Markdown. Each measurement is a process of its own (peak memory is the process's), interleaved, median of `--rounds`; seconds are
those of finding alone. Vectors are synthetic, of our widths. faiss and sparse_dot_topn are left out, with a line,
where they are not installed: pip install -e .[bench].
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from bench_text import FIXTURES, Scorer, demo_texts, minilm, ours, rows, tfidf

from matcher.scoring.text.asked import Asked, Scaled
from matcher.scoring.text.concepts import UNIT, unit
from matcher.scoring.text.encoder import model_folder
from matcher.scoring.text.engine import Engine, Vectors
from matcher.scoring.text.index import TextIndex
from matcher.scoring.text.negation import Reading

FIELDS, SECOND = 813, {"light": 128, "embeddings": 384}
Timed = tuple[float, float]
"""Wall and CPU seconds."""


def timed(work: Callable[[], object]) -> Timed:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def vectors(n: int, second: int, seed: int) -> Vectors:
    """Synthetic vectors of whole numbers: fields of work are never negative and mostly 0."""
    dice, parts = np.random.default_rng(seed), []
    for start in range(0, n, 2000):
        size = min(2000, n - start)
        fields = unit(np.maximum(dice.standard_normal((size, FIELDS), np.float32) - 1.5, 0))
        parts.append((fields, unit(dice.standard_normal((size, second), np.float32)), fields))
    return Vectors(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def of_ours(level: str, given: argparse.Namespace) -> Timed:
    queries, documents = vectors(given.readings, SECOND[level], 1), vectors(given.documents, SECOND[level], 2)
    scale = np.full((given.readings, 1), 0.02 * UNIT**2), np.full((given.readings, 1), 0.3 * UNIT**2)
    none = Scaled(queries[:0], scale[0][:0], scale[1][:0])
    asked = Asked((Reading("x", ()),) * given.readings, Scaled(queries, *scale), np.ones(given.readings, bool), none, {})
    own = Engine("light")
    own.weight = 0.25 if level == "light" else 1.5
    index = TextIndex(own, [""] * given.documents, (documents, [frozenset()] * given.documents))
    return timed(lambda: index.best(asked, given.k, workers=given.threads))


def dense(level: str, given: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    sides = vectors(given.readings, SECOND[level], 1), vectors(given.documents, SECOND[level], 2)
    one, other = (np.concatenate([side.fields, side.second], axis=1) for side in sides)
    return one, other


def of_blas(level: str, given: argparse.Namespace) -> Timed:
    """The floor: the product alone, block by block into the same room, nothing selected."""
    from threadpoolctl import threadpool_limits

    one, other = dense(level, given)
    room = np.empty((1024, len(other)), np.float32)

    def work() -> None:
        for start in range(0, len(one), 1024):
            part = one[start : start + 1024]
            np.matmul(part, other.T, out=room[: len(part)])

    with threadpool_limits(given.threads, "blas"):
        return timed(work)


def of_faiss(level: str, given: argparse.Namespace) -> Timed:
    import faiss

    one, other = dense(level, given)
    faiss.omp_set_num_threads(given.threads)
    index = faiss.IndexFlatIP(other.shape[1])
    index.add(other)
    return timed(lambda: index.search(one, given.k))


def texts_of(n: int, seed: int) -> list[str]:
    """Texts of forty words each from a vocabulary with few common and many rare words."""
    dice = np.random.default_rng(seed)
    return [" ".join(f"w{w}" for w in line) for line in np.minimum(dice.zipf(1.3, (n, 40)), 20_000)]


def of_sparse(_: str, given: argparse.Namespace) -> Timed:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    fitted = TfidfVectorizer(dtype=np.float32)
    offered = fitted.fit_transform(texts_of(given.documents, 2))
    asked = fitted.transform(texts_of(given.readings, 1))
    return timed(lambda: sp_matmul_topn(asked, offered.T.tocsr(), top_n=given.k, sort=True, n_threads=given.threads))


WAYS = {"bare BLAS product": of_blas, "ours": of_ours, "faiss flat": of_faiss, "sparse_dot_topn on TF-IDF": of_sparse}
NEEDS = {"faiss flat": "faiss", "sparse_dot_topn on TF-IDF": "sparse_dot_topn"}


def nearest(given: argparse.Namespace) -> None:
    print(f"\n## The best {given.k} of {given.readings:,} x {given.documents:,}, {given.threads} threads\n")
    print("| way | width | wall s | CPU s | times the bare product (CPU) | peak MB |\n|---|---|---|---|---|---|")
    there = [way for way in WAYS if way not in NEEDS or find_spec(NEEDS[way])]
    runs = [(way, level) for level in SECOND for way in there if not (way.startswith("sparse") and level == "embeddings")]
    found: dict[tuple[str, str], list[list[float]]] = {run: [] for run in runs}
    for _ in range(given.rounds):
        for run in runs:
            line = [sys.executable, __file__, "--one", *run, "--readings", given.readings, "--documents", given.documents]
            line += ["--k", given.k, "--threads", given.threads]
            done = subprocess.run([str(part) for part in line], check=True, capture_output=True, text=True)
            found[run].append(json.loads(done.stdout.splitlines()[-1]))
    for (way, level), measured in found.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*measured, strict=True))
        floor = statistics.median(m[1] for m in found["bare BLAS product", level])
        width = "sparse" if way.startswith("sparse") else f"{FIELDS} + {SECOND[level]}"
        print(f"| {way} | {width} | {wall:.1f} | {cpu:.1f} | {cpu / floor:.2f} | {peak:,.0f} |")
    for way in WAYS:
        if way not in there:
            print(f"\n{way}: left out, {NEEDS[way]} is not installed.")


def encoding(given: argparse.Namespace) -> None:
    """Texts a CPU second, and what one new site costs."""
    _, documents = demo_texts()
    asked = [row["text"] for row in rows(FIXTURES / "statements" / "statements.csv")]
    texts = [f"{a}. {d}" for d in documents for a in asked[: given.texts // len(documents)]]
    print(f"\n## Encoding\n\n{len(texts):,} distinct texts of some 60 words; the cache on disk is empty.\n")
    print("| way | texts a CPU second |\n|---|---|")
    light = Engine("light")
    light.of_documents(texts[:50])
    ways: dict[str, tuple[Callable[[list[str]], object], list[str]]] = {"ours, light": (light.of_documents, texts)}
    if model_folder():
        ways["ours, embeddings"] = (Engine("embeddings").of_documents, texts[:30])
    from sklearn.feature_extraction.text import TfidfVectorizer

    ways["scikit-learn TF-IDF (fit and transform)"] = (TfidfVectorizer().fit_transform, texts)
    if find_spec("bm25s"):
        import bm25s

        ways["bm25s (tokens and index)"] = (
            lambda t: bm25s.BM25().index(bm25s.tokenize(t, show_progress=False), show_progress=False),
            texts,
        )
    for name, (way, some) in ways.items():
        print(f"| {name} | {len(some) / timed(lambda way=way, some=some: way(some))[1]:,.0f} |", flush=True)
    index = TextIndex(light, documents)
    queries = index.asked([Reading(text, ()) for text in texts[:5000]])
    big = TextIndex(light, [""] * 15_000, (vectors(15_000, 128, 2), [frozenset()] * 15_000))
    new = "Kennel. Walk dogs, clean runs and greet visitors."

    def median(work: Callable[[], object]) -> float:
        return 1000 * statistics.median(timed(work)[0] for _ in range(5))

    print(f"\nOne new site among 15,000 (light): {median(lambda: big.with_documents([new], [7])):.0f} ms for the new index;")
    print(f"its fits to {len(queries):,} readings already encoded: {median(lambda: TextIndex(light, [new]).fits(queries)):.1f} ms.")
    one = [Reading("i like dogs and fixing bikes", ())]
    print(f"One new student against those 15,000, best 50: {median(lambda: big.best(one, 50, workers=1)):.1f} ms.")


def hubness(given: argparse.Namespace) -> None:
    """How unevenly documents appear among the ten best."""
    from matcher.generate.build import generate

    print("\n## How unevenly sites are found\n")
    print("Share of the places among the ten best that the most found 5 % of documents hold (even: 5 %), and the most found document.\n")
    print("| scorer | statements x demo | its most found | generated round | its most found |\n|---|---|---|---|---|")
    folder = Path(tempfile.mkdtemp()) / "round"
    generate(given.students, max(1, given.students // 500), 1, folder)
    sites = {row["site_id"]: row for row in rows(folder / "sites.csv")}
    texts = [
        f"{o['title']}. {o['title']}. {o['description']}. {sites[o['site_id']]['description']}" for o in rows(folder / "opportunities.csv")
    ]
    with (folder / "students.csv").open(encoding="utf-8", newline="") as file:
        students = [(row["interests"], row["avoid"]) for row in csv.DictReader(file) if len(row["interests"].split()) > 2]
    sets = [
        ([(row["text"], row["avoid"]) for row in rows(FIXTURES / "statements" / "statements.csv")], demo_texts()[1]),
        (students, list(dict.fromkeys(texts))),
    ]
    scorers: dict[str, Scorer] = {"TF-IDF": tfidf, "ours, light": ours(Engine("light"))}
    if model_folder():
        scorers |= {"MiniLM": minilm, "ours, embeddings": ours(Engine("embeddings"))}
    for name, scorer in scorers.items():
        told = []
        for asked, documents in sets:
            top = np.argsort(-scorer(asked, documents), axis=1, kind="stable")[:, :10]
            count = np.sort(np.bincount(top.ravel(), minlength=len(documents)))[::-1]
            told += [f"{count[: max(1, round(len(documents) / 20))].sum() / count.sum():.1%}", f"{count[0]} of {len(asked)}"]
        print(f"| {name} | " + " | ".join(told) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in {
        "readings": 50_000,
        "documents": 15_000,
        "k": 50,
        "rounds": 3,
        "threads": 2,
        "texts": 5000,
        "students": 1000,
    }.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--only", choices=("encoding", "nearest", "hubness"))
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        wall, cpu = WAYS[given.one[0]](given.one[1], given)
        print(json.dumps([wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
        return
    modules = {"numpy": "numpy", "scikit-learn": "sklearn", "bm25s": "bm25s", "faiss-cpu": "faiss", "sparse-dot-topn": "sparse_dot_topn"}
    versions = ", ".join(f"{name} {version(name)}" for name, module in modules.items() if find_spec(module))
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, {versions}"
    )
    print(time.strftime("%Y-%m-%d"))
    os.environ["MATCHER_CACHE"] = tempfile.mkdtemp()
    for part in (encoding, nearest, hubness):
        if given.only in {None, part.__name__}:
            part(given)


if __name__ == "__main__":
    main()
