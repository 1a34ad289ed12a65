"""Speed of the service: upserts by external id, and suggestions at 50 requests a second beside a brute-force endpoint."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import httpx

from api.auth import Caller, Role
from api.database import ALL, Database
from api.operations import new_key
from api.store import folders, rounds, upserts
from api.store.nouns import NOUNS
from matcher.generate import generate
from tests.api.service import settings_for

ROOT = Path(__file__).parents[1]
WHO = Caller("bench", "bench", "bench", Role.ADMIN, None)


def upsert_speed(kind: str, count: int) -> dict[str, object]:
    """Rows a second: every row checked as an import checks it, new and then changed."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(settings_for(kind, Path(folder)))
        with db.writing(ALL) as session:
            row = rounds.create_round(session, WHO, "bench", ["K1"])
            upserts.upsert(
                session,
                row,
                NOUNS["schools"],
                [{"school_id": "K1", "state": "US-RI", "lat": 41, "lon": -71, "windows": "Tue 09:00-15:00"}],
                WHO,
            )
            round_id = row.round_id
        told: dict[str, object] = {"database": kind, "rows": count}
        for name, interests in (("new", "bikes"), ("changed", "boats")):
            begun = time.perf_counter()
            for start in range(0, count, 10_000):
                items = [
                    {
                        "student_id": f"S{i:06d}",
                        "school_id": "K1",
                        "grade": 10,
                        "birth_date": "2010-05-01",
                        "interests": interests,
                        "travel_modes": "walk;bike",
                    }
                    for i in range(start, min(start + 10_000, count))
                ]
                with db.writing(ALL) as session:
                    upserts.upsert(session, rounds.find_round(session, round_id, WHO), NOUNS["students"], items, WHO)
            told[f"{name}, rows/s"] = round(count / (time.perf_counter() - begun))
        db.close()
    return told


BRUTE = """
import os, pickle
from fastapi import FastAPI
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
texts, students = pickle.load(open(os.environ["BENCH_TEXTS"], "rb"))
vectorizer = TfidfVectorizer().fit(texts)
index = NearestNeighbors(n_neighbors=10, algorithm="brute", metric="cosine").fit(vectorizer.transform(texts))
app = FastAPI()
@app.get("/students/{student_id}")
def suggest(student_id: str) -> dict:
    near, places = index.kneighbors(vectorizer.transform([students[student_id]]))
    return {"items": [{"place": int(p), "score": float(1 - d)} for p, d in zip(places[0], near[0])]}
if __name__ == "__main__":
    import sys
    from api.operations import listen
    listen("brute:app", "127.0.0.1", int(sys.argv[1]), 2)
"""


@contextmanager
def running(command: list[str], environment: dict[str, str], ready: str, said: Path):
    """A server process, once it answers; what it says goes to a file."""
    with said.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        for _ in range(1200):
            try:
                if httpx.get(ready, timeout=5).status_code < 500:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def looked_ahead(said: Path, processes: int) -> float:
    """Seconds until so many processes have looked at every student."""
    begun = time.perf_counter()
    while said.read_bytes().count(b"looked_ahead") < processes:
        if time.perf_counter() - begun > 3600:
            raise RuntimeError("the processes have not looked at every student within an hour")
        time.sleep(0.2)
    return time.perf_counter() - begun


def ready(urls: list[str], headers: dict[str, str]) -> float:
    """Ask on new connections until every process has answered quickly several times in a row; seconds until then."""
    begun, quick = time.perf_counter(), 0
    for url in urls * 100:
        start = time.perf_counter()
        status = httpx.get(url, headers=headers, timeout=120).status_code
        if status not in {200, 503}:
            raise RuntimeError(f"it answers {status}")
        quick = quick + 1 if status == 200 and time.perf_counter() - start < 1 else 0
        if quick == 30:
            break
    return time.perf_counter() - begun


def served(url: str, round_id: str, students: list[str], headers: dict[str, str]) -> str:
    """The first of these students to whom something is suggested."""
    for student in students:
        if httpx.get(f"{url}/v1/students/{student}/suggestions?round_id={round_id}", headers=headers, timeout=60).json()["items"]:
            return student
    raise RuntimeError("nothing is suggested to any of them")


def freshness(url: str, round_id: str, students: list[str], headers: dict[str, str], times: int = 10) -> dict[str, object]:
    """Seconds from the answer to a change of an opportunity until every suggestion is of the new state, on new connections."""
    ask = f"{url}/v1/students/{served(url, round_id, students, headers)}/suggestions?round_id={round_id}&limit=1"
    first = httpx.get(ask, headers=headers, timeout=60).json()["items"][0]
    best, before = first["opportunity_id"], first["title"]
    taken = []
    for i in range(times):
        row = {"opportunity_id": best, "title": f"Changed {i}"}
        httpx.post(f"{url}/v1/opportunities", headers=headers, json={"round_id": round_id, "items": [row]}, timeout=60).raise_for_status()
        start = last = time.perf_counter()
        seen = 0
        while seen < 6:
            told = httpx.get(ask, headers=headers, timeout=60).json()["items"][0]
            seen = seen + 1 if (told["opportunity_id"], told["title"]) != (best, before) else 0
            last = last if seen > 1 else time.perf_counter()
        taken.append(last - start)
        before = row["title"]
    taken.sort()
    return {"changes": times, "p50 s": round(taken[len(taken) // 2], 2), "longest s": round(taken[-1], 2)}


async def load(urls: list[str], headers: dict[str, str], rate: float) -> dict[str, object]:
    """Send at a steady rate whatever the answers take; milliseconds from when each was due."""
    taken: list[float] = []
    errors = 0

    async with httpx.AsyncClient(headers=headers, timeout=60, limits=httpx.Limits(max_connections=200)) as client:

        async def one(url: str, due: float) -> None:
            nonlocal errors
            try:
                errors += (await client.get(url)).status_code != 200
            except httpx.HTTPError:
                errors += 1
            taken.append(1000 * (time.perf_counter() - due))

        begun, tasks = time.perf_counter(), []
        for i, url in enumerate(urls):
            due = begun + i / rate
            await asyncio.sleep(max(0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(one(url, due)))
        await asyncio.gather(*tasks)
        seconds = time.perf_counter() - begun
    taken.sort()
    return {
        "requests": len(urls),
        "asked/s": rate,
        "answered/s": round(len(urls) / seconds, 1),
        "errors": errors,
        "p50 ms": round(taken[len(taken) // 2], 1),
        "p99 ms": round(taken[int(len(taken) * 0.99)], 1),
    }


def suggestion_speed(students: int, schools: int, seconds: int, rate: float) -> list[dict[str, object]]:
    """The service with two web processes, and the brute-force endpoint with two, on the same region."""
    import pickle

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        generate(students, schools, 5, folder / "round")
        settings = settings_for("sqlite", folder / "home")
        upload = folders.read_upload(folder / "round")
        db = Database(settings)
        with db.writing(ALL) as session:
            row = rounds.create_round(session, WHO, "region", sorted(upload.round.school))
            folders.write_round(session, row, upload, "bench")
            rounds.touch(session, row)
            round_id = row.round_id
        db.close()
        offers = len(upload.round.opportunities)
        key = new_key(settings, "bench", "tool", ["*"], "", None)["secret"]
        ids = [s.student_id for s in upload.round.students]
        dice = random.Random(3)
        dice.shuffle(ids)
        warm, cold, later = ids[:400], (ids[400:] or ids)[: int(seconds * rate)], ids[-int(seconds * rate) :]
        ports = []
        for _ in range(2):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                ports.append(free.getsockname()[1])
        names = {
            "MATCHER_HOME": str(settings.home),
            "MATCHER_WEB_PROCESSES": "2",
            "MATCHER_RUN_WORKERS": "0",
            "MATCHER_RATE_LIMIT": "",
            "OMP_NUM_THREADS": "1",
        }
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | names
        headers = {"Authorization": f"Bearer {key}"}
        results: list[dict[str, object]] = [
            {"opportunities": offers, "students": len(ids), "machine": platform.platform(), "cores": os.cpu_count()}
        ]
        results[0] |= {name: version(name) for name in ("fastapi", "uvicorn", "numpy", "scikit-learn")} | {
            "python": platform.python_version()
        }
        url = f"http://127.0.0.1:{ports[0]}"
        with running([sys.executable, "-m", "matcher", "serve", "--port", str(ports[0])], environment, f"{url}/readyz", folder / "said"):
            asked = [f"{url}/v1/students/{i}/suggestions?round_id={round_id}" for i in warm]
            results.append({"what": "until both processes are warm", "s": round(ready(asked, headers), 1)})
            results.append({"what": "other students before"} | asyncio.run(load(asked, headers, 20)))
            asked = [f"{url}/v1/students/{i}/suggestions?round_id={round_id}" for i in cold]
            results.append({"what": "students asked for the first time, at once"} | asyncio.run(load(asked, headers, rate)))
            results.append({"what": "until both processes have looked ahead", "s": round(looked_ahead(folder / "said", 2), 1)})
            asked = [f"{url}/v1/students/{i}/suggestions?round_id={round_id}" for i in later]
            results.append({"what": "students asked for the first time, by then"} | asyncio.run(load(asked, headers, rate)))
            results.append({"what": "the same again"} | asyncio.run(load(asked, headers, rate)))
            results.append({"what": "until a change is seen by both processes"} | freshness(url, round_id, warm, headers))
        texts = [f"{o.title} {o.description} {o.cluster}" for o in upload.round.opportunities]
        (folder / "texts").write_bytes(pickle.dumps((texts, {s.student_id: s.interests for s in upload.round.students})))
        (folder / "brute.py").write_text(BRUTE)
        environment |= {"BENCH_TEXTS": str(folder / "texts"), "PYTHONPATH": os.pathsep.join([str(ROOT), place])}
        url = f"http://127.0.0.1:{ports[1]}/students"
        command = [sys.executable, str(folder / "brute.py"), str(ports[1])]
        with running(command, environment, f"{url}/{ids[0]}", folder / "brute"):
            asyncio.run(load([f"{url}/{i}" for i in warm], {}, 20))
            results.append(
                {"what": "scikit-learn brute force, texts only, nothing judged"} | asyncio.run(load([f"{url}/{i}" for i in cold], {}, rate))
            )
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--students", type=int, default=16_000)
    parser.add_argument("--schools", type=int, default=80)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--part", choices=["all", "upserts", "suggestions"], default="all")
    given = parser.parse_args()
    for database in ("sqlite", "postgres") if given.part != "suggestions" else ():
        print(json.dumps(upsert_speed(database, given.rows)), flush=True)
    if given.part == "upserts":
        sys.exit()
    for line in suggestion_speed(given.students, given.schools, given.seconds, given.rate):
        print(json.dumps(line), flush=True)
