"""Tables, migrations and guards inside the database, on SQLite and PostgreSQL."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import Session, SQLModel, col, select

from api import audit_log
from api.database import ALL, Database, current_revision, is_current, make_engine, migrate
from api.store import runs
from api.store.nouns import NOUNS, insert_all, record, upsert_all
from api.tables import RoundRow, RoundSchoolRow, RunRow, SnapshotRow, StudentRow
from tests.api.service import settings_for

WITHOUT_SCHOOLS = {"rule_packs", "keys", "sign_ins", "idempotency", "audit_log", "audit_head", "webhooks", "deliveries", "alembic_version"}


@pytest.fixture
def db(settings):
    made = Database(settings)
    yield made
    made.close()


def a_round(session: Session, round_id: str, *schools: str) -> None:
    session.add(RoundRow(round_id=round_id, name=round_id, schools=list(schools)))
    session.flush()
    for school in schools:
        session.add(RoundSchoolRow(round_id=round_id, school_id=school))
    session.flush()
    insert_all(session, NOUNS["schools"], [record(NOUNS["schools"], round_id, {"school_id": school}, {}) for school in schools])


def students(round_id: str, school: str, count: int, interests: str = "bikes") -> list[dict]:
    cells = ({"student_id": f"{school}-{i:06d}", "school_id": school, "interests": interests} for i in range(count))
    return [record(NOUNS["students"], round_id, c, {}) for c in cells]


def test_migrations_go_up_and_down_and_end_at_the_tables_of_the_code(settings):
    engine = make_engine(settings)
    for target in ("head", "base", "head", "0001", "head"):
        migrate(settings, target)
        tables = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
        assert tables == (set() if target == "base" else set(SQLModel.metadata.tables))
        assert current_revision(settings) == (None if target == "base" else "0001" if target == "0001" else "0002")
    assert is_current(settings)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_a_database_of_another_version_is_not_current(settings):
    migrate(settings, "0001")
    assert not is_current(settings)


def test_concurrent_writers_lose_nothing(db):
    """Read, add one, write: with deferred transactions SQLite loses some of these."""
    with db.writing(ALL) as session:
        a_round(session, "r", "K1")

    def count_up() -> None:
        for _ in range(25):
            with db.writing(ALL) as session:
                row = session.exec(select(RoundRow).where(RoundRow.round_id == "r").with_for_update()).one()
                row.revision += 1
                session.add(row)
                audit_log.note(session, "test", "counted")

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading(ALL) as session:
        assert session.exec(select(RoundRow.revision)).one() == 200
        assert list(audit_log.verify(session)) == []


def test_foreign_keys_are_on(db):
    with pytest.raises(sa.exc.IntegrityError), db.writing(ALL) as session:
        insert_all(session, NOUNS["students"], students("nowhere", "K1", 1))


def test_upsert_by_external_id_adds_and_replaces(db):
    with db.writing(ALL) as session:
        a_round(session, "r", "K1")
        upsert_all(session, NOUNS["students"], students("r", "K1", 9000))
        upsert_all(session, NOUNS["students"], students("r", "K1", 10_000, "boats"))
    with db.reading(ALL) as session:
        found = session.exec(select(StudentRow.cells)).all()
    assert len(found) == 10_000
    assert {cells["interests"] for cells in found} == {"boats"}


def test_terms_live_side_by_side(db):
    with db.writing(ALL) as session:
        for term in ("fall", "spring"):
            a_round(session, term, "K1")
            upsert_all(session, NOUNS["students"], students(term, "K1", 3, term))
    with db.reading(ALL) as session:
        rows = session.exec(select(StudentRow).order_by(col(StudentRow.round_id), col(StudentRow.student_id))).all()
    assert [(row.round_id, row.cells["interests"]) for row in rows] == [("fall", "fall")] * 3 + [("spring", "spring")] * 3


def test_the_audit_log_refuses_to_be_changed(db):
    with db.writing(ALL) as session:
        audit_log.note(session, "a", "b")
    for statement in ("UPDATE audit_log SET who = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(sa.exc.DBAPIError), db.writing(ALL) as session:
            session.execute(sa.text(statement))


@pytest.fixture
def postgres(tmp_path):
    made = Database(settings_for("postgres", tmp_path))
    yield made
    made.close()


def test_every_table_of_schools_has_a_policy_that_even_its_owner_obeys(postgres):
    with postgres.engine.connect() as connection:
        facts = connection.execute(
            sa.text("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
        ).all()
        policies = set(connection.execute(sa.text("SELECT tablename FROM pg_policies")).scalars())
    tables = {name for name, _, _ in facts}
    assert tables == set(SQLModel.metadata.tables) | {"alembic_version"}
    assert {name for name, enabled, forced in facts if enabled and forced} == tables - WITHOUT_SCHOOLS == policies


def test_postgresql_itself_hides_other_schools(postgres):
    with postgres.writing(ALL) as session:
        for school in ("K1", "K2"):
            a_round(session, f"r{school}", school)
            upsert_all(session, NOUNS["students"], students(f"r{school}", school, 2))
            session.add(SnapshotRow(sha256=school, round_id=f"r{school}", data=b""))
            session.flush()
            runs.add_run(session, session.get_one(RoundRow, f"r{school}"), school, None, "x")
    own = frozenset({"K1"})
    with postgres.reading(own) as session:
        assert set(session.exec(select(StudentRow.school_id)).all()) == {"K1"}
        assert session.exec(select(RoundRow.round_id)).all() == ["rK1"]
        assert session.exec(select(RunRow.round_id)).all() == ["rK1"]
        assert session.exec(select(SnapshotRow.sha256)).all() == ["K1"]
        assert session.exec(sa.text("SELECT current_user")).scalar() == "matcher_tenant"
    with postgres.reading(frozenset()) as session:
        assert session.exec(select(StudentRow)).all() == []
    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"), postgres.writing(own) as session:
        upsert_all(session, NOUNS["students"], students("rK2", "K2", 1))
    with postgres.writing(own) as session:
        assert session.execute(sa.delete(StudentRow).where(col(StudentRow.school_id) == "K2")).rowcount == 0


def test_the_role_of_the_service_is_no_owner_and_cannot_go_around(postgres):
    with postgres.reading(ALL) as session:
        facts = session.exec(sa.text("SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = current_user")).one()
        owners = set(session.exec(sa.text("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")).scalars())
    assert tuple(facts) == (False, False, False)
    assert "matcher_tenant" not in owners
    with pytest.raises(sa.exc.ProgrammingError), postgres.writing(ALL) as session:
        session.execute(sa.text("DELETE FROM audit_log"))
