"""How well texts are matched: nDCG@10 of our levels beside TF-IDF, BM25 and MiniLM on the same queries in the same run.

    .venv/bin/python benchmarks/bench_text.py [--onet PATH] [--data PATH]

Prints two tables in Markdown: the public sets of `--data` (default ../shared/data/text; left out where they are not there), and the judged
statements of fixtures/statements by kind, development and test halves apart. Intervals are 95 % bootstrap (1,000 draws of queries, seed 0).
With `--onet` both levels are measured with the occupations of a downloaded O*NET too. The queries of the task sets are O*NET's own tasks,
so each tenth of the queries is asked of an O*NET without every occupation that has one of these tasks.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from matcher.scoring.text.encoder import Encoder, model_folder
from matcher.scoring.text.engine import Engine
from matcher.scoring.text.index import TextIndex
from matcher.scoring.text.negation import read
from matcher.scoring.text.onet import FILE, add_onet

FIXTURES = Path(__file__).parents[1] / "fixtures"
SETS = ("title_to_occupation", "task_to_occupation", "task_to_worksite")
KINDS = ("plain", "lay", "misspelt", "spanish", "negated")
TENTHS = 10
DISCOUNT = 1 / np.log2(np.arange(2, 12))
Text = tuple[str, str]
"""A query and what its `avoid` says."""
Scorer = Callable[[Sequence[Text], Sequence[str]], np.ndarray]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ndcg(grades: dict[int, int], scores: np.ndarray) -> float:
    """Gain 2^grade - 1, discount 1 / log2(rank + 1), the first ten."""
    top = np.argsort(-scores, kind="stable")[:10]
    gain = np.array([2.0 ** grades.get(int(d), 0) - 1 for d in top])
    best = np.array(sorted((2.0**g - 1 for g in grades.values()), reverse=True)[:10])
    return float((gain * DISCOUNT[: len(gain)]).sum() / (best * DISCOUNT[: len(best)]).sum())


def interval(values: Sequence[float]) -> str:
    found = np.array(values)
    draws = found[np.random.default_rng(0).integers(0, len(found), (1000, len(found)))].mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return f"{found.mean():.3f} [{low:.3f}, {high:.3f}]"


def tfidf(queries: Sequence[Text], documents: Sequence[str]) -> np.ndarray:
    vectors = TfidfVectorizer()
    matrix = vectors.fit_transform(documents)
    return (vectors.transform([q for q, _ in queries]) @ matrix.T).toarray()


def tfidf_characters(queries: Sequence[Text], documents: Sequence[str]) -> np.ndarray:
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    matrix = vectors.fit_transform(documents)
    return tfidf(queries, documents) + (vectors.transform([q for q, _ in queries]) @ matrix.T).toarray()


def bm25(queries: Sequence[Text], documents: Sequence[str]) -> np.ndarray:
    import bm25s

    model = bm25s.BM25()
    model.index(bm25s.tokenize(list(documents), show_progress=False), show_progress=False)
    asked = bm25s.tokenize([q for q, _ in queries], return_ids=False, show_progress=False)
    return np.array([model.get_scores(tokens) if tokens else np.zeros(len(documents)) for tokens in asked])


def minilm(queries: Sequence[Text], documents: Sequence[str]) -> np.ndarray:
    folder = model_folder()
    if folder is None:
        raise SystemExit("the sentence model is not installed; run make setup")
    encoder = Encoder(folder)
    return encoder([q for q, _ in queries]) @ encoder(list(documents)).T


def ours(engine: Engine) -> Scorer:
    def score(queries: Sequence[Text], documents: Sequence[str]) -> np.ndarray:
        return TextIndex(engine, documents).fits([read(text, avoid) for text, avoid in queries])

    return score


def with_onet(onet: Path, level: str) -> Scorer:
    """Our level with O*NET's occupations, but those that a query was taken from."""
    source: dict[str, set[str]] = defaultdict(set)
    with (onet / "Task Statements.txt").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            source[row["Task"].strip()].add(row["O*NET-SOC Code"].strip())

    def engine(left_out: set[str]) -> Engine:
        folder = Path(tempfile.mkdtemp())
        add_onet(onet, folder)
        head, *fields = (folder / FILE).read_text(encoding="utf-8").split("\n[[field]]\n")
        kept = [field for field in fields if field.split('"')[1].removeprefix("onet_") not in left_out]
        (folder / FILE).write_text("\n[[field]]\n".join([head, *kept]), encoding="utf-8")
        return Engine(level, (folder,))

    def score(queries: Sequence[Text], documents: Sequence[str]) -> np.ndarray:
        matrix, folds = np.zeros((len(queries), len(documents))), TENTHS if any(text in source for text, _ in queries) else 1
        for fold in range(folds):
            part = queries[fold::folds]
            matrix[fold::folds] = ours(engine(set().union(*(source.get(text, ()) for text, _ in part))))(part, documents)
        return matrix

    return score


def scorers(onet: Path | None) -> dict[str, Scorer]:
    found: dict[str, Scorer] = {"TF-IDF words (scikit-learn)": tfidf, "TF-IDF words + characters": tfidf_characters, "BM25 (bm25s)": bm25}
    if model_folder():
        found["MiniLM sentence vectors"] = minilm
    found["ours, light"] = ours(Engine("light"))
    if onet:
        found["ours, light + O*NET"] = with_onet(onet, "light")
    if model_folder():
        found["ours, embeddings (default)"] = ours(Engine("embeddings"))
    if model_folder() and onet:
        found["ours, embeddings + O*NET"] = with_onet(onet, "embeddings")
    return found


def public_sets(data: Path, found: dict[str, Scorer]) -> None:
    print("| scorer | " + " | ".join(name.replace("_", " ") for name in SETS) + " | texts a CPU second |\n|---|" + "---|" * (len(SETS) + 1))
    for name, scorer in found.items():
        told, texts, start = [], 0, time.process_time()
        for folder in (data / s for s in SETS):
            asked, offered = rows(folder / "queries.csv"), rows(folder / "documents.csv")
            place = {row["id"]: i for i, row in enumerate(offered)}
            grades: dict[str, dict[int, int]] = defaultdict(dict)
            for row in rows(folder / "relevance.csv"):
                grades[row["query_id"]][place[row["document_id"]]] = int(row["grade"])
            matrix = scorer([(row["text"], "") for row in asked], [row["text"] for row in offered]).astype(np.float32)
            told.append(interval([ndcg(grades[row["id"]], line) for row, line in zip(asked, matrix, strict=True)]))
            texts += len(asked) + len(offered)
        print(f"| {name} | " + " | ".join(told) + f" | {texts / (time.process_time() - start):,.0f} |", flush=True)


def demo_texts() -> tuple[list[str], list[str]]:
    """Ids and texts of the demo's opportunities: each with its site and all its mentors."""
    sites = {row["site_id"]: row for row in rows(FIXTURES / "demo" / "sites.csv")}
    mentors = {row["mentor_id"]: row["about"] for row in rows(FIXTURES / "demo" / "mentors.csv")}
    ids, texts = [], []
    for row in rows(FIXTURES / "demo" / "opportunities.csv"):
        site = sites[row["site_id"]]
        tasks = " ".join(t.replace("_", " ") for t in row["tasks"].split(";") if not t.startswith("HO-"))
        about = [mentors[m] for m in row["mentors"].split(";") if m in mentors]
        parts = (
            row["title"],
            row["title"],
            row["description"],
            row["cluster"],
            tasks,
            site["name"],
            site["cluster"],
            site["description"],
            *about,
        )
        ids.append(row["opportunity_id"])
        texts.append(". ".join(part for part in parts if part))
    return ids, texts


def statements(found: dict[str, Scorer]) -> None:
    ids, texts = demo_texts()
    place = {o: i for i, o in enumerate(ids)}
    asked = rows(FIXTURES / "statements" / "statements.csv")
    grades: dict[str, dict[int, int]] = defaultdict(dict)
    refused: dict[str, set[int]] = defaultdict(set)
    for row in rows(FIXTURES / "statements" / "judgements.csv"):
        grades[row["statement_id"]][place[row["opportunity_id"]]] = int(row["grade"])
    for row in rows(FIXTURES / "statements" / "refused.csv"):
        refused[row["statement_id"]].add(place[row["opportunity_id"]])
    columns = ("all", "development", "test", *KINDS)
    print("\n| scorer | " + " | ".join(columns) + " | refused in the top ten |\n|---|" + "---|" * (len(columns) + 1))
    for name, scorer in found.items():
        matrix = scorer([(row["text"], row["avoid"]) for row in asked], texts).astype(np.float32)
        by: dict[str, list[float]] = defaultdict(list)
        shown = []
        for row, line in zip(asked, matrix, strict=True):
            value = ndcg(grades[row["id"]], line)
            for column in ("all", "development" if int(row["id"][1:]) % 2 else "test", row["kind"]):
                by[column].append(value)
            if no := refused.get(row["id"]):
                shown.append(len(no & set(np.argsort(-line, kind="stable")[:10].tolist())) / min(10, len(no)))
        told = [interval(by[column]) if column in {"all", "test"} else f"{np.mean(by[column]):.3f}" for column in columns]
        print(f"| {name} | " + " | ".join(told) + f" | {np.mean(shown):.3f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--onet", type=Path)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data" / "text")
    given = parser.parse_args()
    os.environ["MATCHER_CACHE"] = tempfile.mkdtemp()
    found = scorers(given.onet)
    if given.data.is_dir():
        public_sets(given.data, found)
    else:
        print(f"{given.data} is not there: the public sets are left out.")
    statements(found)


if __name__ == "__main__":
    main()
