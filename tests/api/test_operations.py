"""Keys, the audit log, backup, retention and webhooks, as the person at the machine and the receiver see them."""

from __future__ import annotations

import http.server
import json
import random
import socket
import sys
import threading
import time

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, select
from standardwebhooks.webhooks import Webhook

from api import audit_log, webhooks
from api.database import ALL, Database
from api.operations import _once_answered
from api.tables import AuditRow, DeliveryRow, StudentRow
from matcher import cli
from tests.api.service import Service, settings_for, tiny_zip


@pytest.fixture
def call(monkeypatch, capsys):
    def run(settings, *words: str) -> tuple[int, str]:
        monkeypatch.setenv("MATCHER_HOME", str(settings.home))
        if settings.database_url:
            monkeypatch.setenv("DATABASE_URL", settings.database_url)
        else:
            monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setattr(sys, "argv", ["matcher", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            cli.main()
        said = capsys.readouterr()
        sys.stderr.write(said.err)
        return int(stop.value.code or 0), said.out

    return run


def test_keys_from_the_command_line(settings, call):
    code, made = call(settings, "keys", "create", "ImBlaze", "--role", "tool", "--schools", "K1,K2", "--json")
    assert code == 0
    key = json.loads(made)
    assert (key["role"], key["schools"]) == ("tool", ["K1", "K2"])
    service = Service(settings)
    service.get("/v1/rounds", 200, {"Authorization": f"Bearer {key['secret']}"})
    code, listed = call(settings, "keys", "list", "--json")
    assert key["key_id"] in listed
    assert key["secret"] not in listed
    assert call(settings, "keys", "revoke", key["key_id"])[0] == 0
    service.get("/v1/rounds", 401, {"Authorization": f"Bearer {key['secret']}"})
    assert call(settings, "keys", "revoke", "none")[0] == 2
    assert call(settings, "keys", "create", "x", "--role", "boss")[0] == 2
    service.close()


def log_of(db: Database, rows: int) -> None:
    for i in range(0, rows, 50):
        with db.writing(ALL) as session:
            for j in range(i, min(i + 50, rows)):
                audit_log.note(session, f"key_{j % 7}", "decision.made", f"dec_{j}", before={"a": j}, after={"b": str(j)}, why="as asked")


def test_a_sign_in_link_is_for_the_port_that_the_server_was_given(settings, call, capsys):
    code, said = call(settings, "keys", "sign-in", "--port", "8899")
    assert (code, said.startswith("http://127.0.0.1:8899/sign-in?token="), len(said.splitlines())) == (0, True, 1)
    assert capsys.readouterr().err == ""
    _, said = call(settings, "keys", "sign-in")
    assert said.startswith(f"http://127.0.0.1:{settings.port}/sign-in?token=")
    assert f"The link is for port {settings.port}. Was matcher serve started with another --port?" in capsys.readouterr().err


def test_it_is_told_to_be_ready_only_once_somebody_can_connect():
    told = threading.Event()
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        threading.Thread(target=_once_answered, args=(bound.getsockname(), told.set), daemon=True).start()
        assert not told.wait(0.5)
        bound.listen()
        assert told.wait(10)


COLUMNS = ("at", "who", "what", "about", "before", "after", "why", "previous", "hash", "seq")


def _edit(connection, random_: random.Random, rows: int) -> str:
    """Change or delete something, as somebody with the file in hand could."""
    seq = random_.randint(1, rows)
    kind = random_.choice(["edit", "edit", "delete", "delete many", "swap", "insert"])
    if kind == "delete":
        connection.execute(sa.text("DELETE FROM audit_log WHERE seq = :s"), {"s": seq})
    elif kind == "delete many":
        connection.execute(sa.text("DELETE FROM audit_log WHERE seq >= :s"), {"s": seq})
    elif kind == "insert":
        row = AuditRow(seq=rows + random_.randint(1, 3), at="x", who="x", what="x", before={}, after={}, previous="0" * 64, hash="1" * 64)
        connection.execute(sa.insert(AuditRow), [row.model_dump()])
    elif kind == "swap":
        other = seq % rows + 1
        for column in ("who", "about"):
            connection.execute(
                sa.text(f"UPDATE audit_log SET {column} = (SELECT {column} || 'x' FROM audit_log WHERE seq = :o) WHERE seq = :s"),
                {"s": seq, "o": other},
            )
    else:
        column = random_.choice(COLUMNS)
        new = {"before": '{"a": "x"}', "after": '{"x": 1}', "seq": rows + 50 + seq}.get(column, "forged")
        connection.execute(sa.text(f"UPDATE audit_log SET {column} = :v WHERE seq = :s"), {"v": new, "s": seq})
    return f"{kind} {seq}"


@pytest.mark.parametrize("times", [150, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_edit_of_the_audit_log_is_found(tmp_path, times):
    """On SQLite, with the triggers taken away first."""
    db = Database(settings_for("sqlite", tmp_path))
    log_of(db, 120)
    with db.engine.begin() as connection:
        for what in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER audit_log_no_{what}")
    with db.reading(ALL) as session:
        assert list(audit_log.verify(session)) == []
    random_, missed = random.Random(5), []
    for _ in range(times):
        with db.engine.connect() as connection:
            change = connection.begin()
            done = _edit(connection, random_, 120)
            from sqlmodel import Session

            with Session(connection, join_transaction_mode="create_savepoint") as session:
                if not list(audit_log.verify(session)):
                    missed.append(done)
            change.rollback()
    assert missed == []
    db.close()


def test_the_command_that_checks_the_audit_log(settings, call):
    db = Database(settings)
    log_of(db, 5)
    assert call(settings, "audit-log", "verify") == (0, "The audit log holds: 5 rows.\n")
    if not db.postgres:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_log_no_update")
            connection.exec_driver_sql("UPDATE audit_log SET who = 'x' WHERE seq = 3")
        code, said = call(settings, "audit-log", "verify", "--json")
        assert code == 4
        assert "row 3 was changed" in said
    db.close()


def contents(settings) -> dict[str, list]:
    db = Database(settings)
    with db.reading(ALL) as session:
        found = {t.name: sorted(map(repr, session.execute(sa.select(t)).all())) for t in SQLModel.metadata.sorted_tables}
    db.close()
    return found


def test_backup_and_restore_from_each_database_to_each(kind, tmp_path, call):
    service = Service(settings_for(kind, tmp_path / "a"))
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    run_id = service.finished_run(round_id)
    service.call("POST", f"/v1/runs/{run_id}/publish", 201)
    file = tmp_path / "backup.zip"
    assert call(service.settings, "backup", str(file))[0] == 0
    assert file.stat().st_mode & 0o077 == 0
    assert call(service.settings, "backup", str(file))[0] == 2, "nothing is overwritten"
    assert call(service.settings, "restore", str(file))[0] == 2, "only an empty database is filled"
    before = contents(service.settings)
    for other in ("sqlite", "postgres"):
        target = settings_for(other, tmp_path / f"to {other}")
        assert call(target, "restore", str(file))[0] == 0
        assert contents(target) == before
        again = Service(target)
        assert again.get(f"/v1/rounds/{round_id}", key=service.admin)["published_run_id"] == run_id
        assert call(target, "audit-log", "verify")[0] == 0
        again.close()
    service.close()


def test_a_damaged_backup_is_refused_as_a_whole(tmp_path, call):
    settings = settings_for("sqlite", tmp_path)
    (tmp_path / "x.zip").write_bytes(b"PK no")
    assert call(settings, "restore", str(tmp_path / "x.zip"))[0] == 2
    assert call(settings, "restore", str(tmp_path / "none.zip"))[0] == 2


def test_purge_says_first_and_removes_what_is_no_longer_needed(service, call):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    run_id = service.finished_run(round_id)
    service.call("POST", f"/v1/runs/{run_id}/publish", 201)
    rows = service.get(f"/v1/rounds/{round_id}/plan")["items"]
    ends = service.get(f"/v1/rounds/{round_id}")["ends"]
    assert json.loads(call(service.settings, "purge", "--ended-before", ends, "--json")[1])["rounds"] == []
    code, said = call(service.settings, "purge", "--ended-before", "2030-01-01")
    assert code == 0
    assert "would be removed" in said
    assert service.get(f"/v1/students/S1?round_id={round_id}")["name"] == "Ana Prak"
    code, said = call(service.settings, "purge", "--ended-before", "2030-01-01", "--yes")
    assert code == 0
    assert said.count("kept: ") == 4
    row = service.get(f"/v1/students/S1?round_id={round_id}")
    assert {k: v for k, v in row.items() if v} == {"student_id": "S1", "school_id": "K1", "grade": "11"}
    text = " ".join(map(repr, contents(service.settings).items()))
    for secret in ("Ana Prak", "animals, mostly cats", "2010-02-03", "parent_consent"):
        assert secret not in text, secret
    after = service.get(f"/v1/rounds/{round_id}/plan")["items"]
    kept = ("student_id", "opportunity_id", "mentor_id", "sessions")
    assert [[r[k] for k in kept] for r in after] == [[r[k] for k in kept] for r in rows]
    history = service.get(f"/v1/students/{rows[0]['student_id']}/history")["items"]
    assert [h["opportunity_id"] for h in history] == [rows[0]["opportunity_id"]]
    assert call(service.settings, "audit-log", "verify")[0] == 0
    assert call(service.settings, "purge", "--ended-before", "soon")[0] == 2


class Receiver(http.server.BaseHTTPRequestHandler):
    """Fails as often as it is told to, then keeps what it gets."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((dict(self.headers), body))
        self.send_response(500 if len(self.server.seen) <= self.server.failures else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def receiver():
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    server.seen, server.failures = [], 0
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_webhooks_are_signed_tried_again_and_given_up(kind, tmp_path, receiver, monkeypatch):
    service = Service(settings_for(kind, tmp_path, allow_private_webhooks=True, webhook_attempts=3))
    db = service.app.state.database
    url = f"http://localhost:{receiver.server_port}/hook"
    hook = service.post("/v1/webhooks", {"url": url, "events": ["run.finished", "placement.changed"]})
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    run_id = service.finished_run(round_id)
    receiver.failures = 1
    clock = time.time()
    monkeypatch.setattr(webhooks.time, "time", lambda: clock)
    assert webhooks.deliver_due(db, service.settings) == 1
    assert webhooks.deliver_due(db, service.settings) == 0, "not before its time"
    clock += 6
    assert webhooks.deliver_due(db, service.settings) == 1
    clock += 10**6
    assert webhooks.deliver_due(db, service.settings) == 0, "it arrived"
    assert len(receiver.seen) == 2
    headers, body = receiver.seen[1]
    told = Webhook(hook["secret"]).verify(body, {k.lower(): v for k, v in headers.items()})
    assert (told["type"], told["data"]) == ("run.finished", {"run_id": run_id, "round_id": round_id, "status": "finished"})
    assert receiver.seen[0][0]["webhook-id"] == headers["webhook-id"], "the receiver can tell it is the same"
    service.call("POST", f"/v1/runs/{run_id}/publish", 201)
    receiver.failures = 100
    for _ in range(5):
        webhooks.deliver_due(db, service.settings)
        clock += 10**6
    with db.reading(ALL) as session:
        states = [(row.state, row.attempts) for row in session.exec(select(DeliveryRow).order_by(DeliveryRow.created_at))]
    assert states == [("delivered", 2), ("given_up", 3)]
    service.close()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost/", "http://10.1.2.3/", "http://169.254.169.254/", "http://[::1]/", "http://[::ffff:10.0.0.1]/",
            "http://0.0.0.0/", "http://224.0.0.1/", "http://[/", "ftp://1.1.1.1/", "http://u@1.1.1.1/", "http://nowhere.invalid/", "http://100.64.0.1/"]
)  # fmt: skip
def test_private_addresses_are_never_called(url):
    with pytest.raises(webhooks.Refused):
        webhooks.lawful_address(url, allow_private=False)
    assert webhooks.lawful_address("http://1.1.1.1:81/x", allow_private=False) == ("1.1.1.1", 81, "1.1.1.1")


def test_a_webhook_to_a_private_address_is_not_made(service):
    told = service.post("/v1/webhooks", {"url": "http://127.0.0.1:1/", "events": ["run.finished"]}, 422)
    assert told["code"] == "bad_address"


def test_histories_over_two_terms(service):
    for name in ("fall", "spring"):
        round_id = service.new_round(tiny_zip(), name, schools=["K1"])
        service.call("POST", f"/v1/runs/{service.finished_run(round_id)}/publish", 201)
    told = service.get("/v1/students/S1/history")["items"]
    assert sorted(row["round"] for row in told) == ["fall", "spring"]
    mentors = service.get(f"/v1/mentors/{told[0]['mentor_id']}/history")["items"]
    assert [row["placed"] >= 1 for row in mentors] == [True, True]
    service.get("/v1/students/S99/history", 404)
    service.get("/v1/mentors/M99/history", 404)
    figures = service.get("/v1/benchmarks")["items"]
    assert {(f["shown"], f["value"], f["n"]) for f in figures} == {("hidden", None, None)}, "six seekers are too few to tell"
    with service.app.state.database.reading(ALL) as session:
        assert len(session.exec(select(StudentRow)).all()) == 12
