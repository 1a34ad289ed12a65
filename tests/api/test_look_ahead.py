"""While nobody asks, the service looks at the students who have not asked yet; who asks has room."""

from __future__ import annotations

import threading
import time

import pytest

from api import look_ahead
from matcher.warm import Warm
from tests.api.service import TINY, rows_of, tiny_zip
from tests.patience import patient


def _until(true, seconds=20):
    end = time.monotonic() + patient(seconds)
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def looked(monkeypatch):
    """The ids of the students who were looked at, in order."""
    found, prepare = [], Warm.prepare

    def noted(self, student):
        prepare(self, student)
        found.append(student.student_id)

    monkeypatch.setattr(Warm, "prepare", noted)
    return found


def test_every_student_is_looked_at_once_and_answers_stay_the_same(service, looked, monkeypatch):
    monkeypatch.setattr(look_ahead, "QUIET", 0.01)
    round_id = service.new_round(tiny_zip())
    path = f"/v1/students/S3/suggestions?round_id={round_id}"
    before = service.get(path)["items"]
    everybody = {row["student_id"] for row in rows_of(TINY)["students"]}
    _until(lambda: set(looked) == everybody)
    offers = service.app.state.desk._latest[round_id].warm
    offers._answers.clear()
    assert service.get(path)["items"] == before
    assert len(looked) == len(everybody)


def test_it_waits_while_somebody_asks_and_ends_when_told(service, looked, monkeypatch):
    monkeypatch.setattr(look_ahead, "QUIET", 2.0)
    round_id = service.new_round(tiny_zip())
    path = f"/v1/students/S3/suggestions?round_id={round_id}"
    for _ in range(40):
        service.get(path)
        time.sleep(0.01)
    assert looked == []
    _until(lambda: looked)
    service.app.state.desk.close()
    _until(lambda: not [t for t in threading.enumerate() if t.name.startswith("look-ahead")])
