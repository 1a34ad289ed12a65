"""Guards inside the database: the audit log only grows; on PostgreSQL each session sees the rows of its schools."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLE = "matcher_tenant"
SEEN = "current_setting('matcher.schools', true)"
ANY_SCHOOL = f"{SEEN} = '*'"
OWN_SCHOOL = f"school_id = ANY (string_to_array({SEEN}, E'\\x1f'))"
ROUND_SEEN = "EXISTS (SELECT 1 FROM round_schools seen WHERE seen.round_id = {table}.round_id)"
RUN_SEEN = "EXISTS (SELECT 1 FROM runs seen WHERE seen.run_id = {table}.run_id)"
BY_SCHOOL = ("round_schools", "students", "requests", "overrides")
BY_ROUND = (
    "round_files",
    "schools",
    "sites",
    "mentors",
    "opportunities",
    "decisions",
    "imports",
    "snapshots",
    "runs",
    "publications",
)
BY_RUN = ("result_files",)
FREE = ("rule_packs", "keys", "sign_ins", "idempotency", "audit_log", "audit_head", "webhooks", "deliveries")
"""Tables without rows of a school: the service itself decides who sees them."""


def upgrade() -> None:
    """Add triggers, and on PostgreSQL the role and its policies."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_log_no_{what.lower()} BEFORE {what} ON audit_log "
                "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION matcher_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$"
    )
    op.execute("CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE ON audit_log EXECUTE FUNCTION matcher_only_grows()")
    op.execute(f"DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$")
    op.execute(f"GRANT {ROLE} TO CURRENT_USER")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    for table in (*BY_SCHOOL, *BY_ROUND, *BY_RUN, "rounds", "result_rows", *FREE):
        rights = "SELECT, INSERT" if table == "audit_log" else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {rights} ON {table} TO {ROLE}")
    for table in BY_SCHOOL:
        _protect(table, f"{ANY_SCHOOL} OR {OWN_SCHOOL}")
    for table in BY_ROUND:
        _protect(table, f"{ANY_SCHOOL} OR {ROUND_SEEN.format(table=table)}")
    for table in BY_RUN:
        _protect(table, f"{ANY_SCHOOL} OR {RUN_SEEN.format(table=table)}")
    _protect("rounds", f"{ANY_SCHOOL} OR {ROUND_SEEN.format(table='rounds')}", check="true")
    _protect("result_rows", f"{ANY_SCHOOL} OR ((school_id = '' OR {OWN_SCHOOL}) AND {RUN_SEEN.format(table='result_rows')})")


def _protect(table: str, seen: str, check: str = "") -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_schools ON {table} USING ({seen}) WITH CHECK ({check or seen})")


def downgrade() -> None:
    """Take the guards away."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_log_no_{what}")
        return
    op.execute("DROP TRIGGER audit_log_only_grows ON audit_log")
    op.execute("DROP FUNCTION matcher_only_grows()")
    for table in (*BY_SCHOOL, *BY_ROUND, *BY_RUN, "rounds", "result_rows"):
        op.execute(f"DROP POLICY own_schools ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in (*BY_SCHOOL, *BY_ROUND, *BY_RUN, "rounds", "result_rows", *FREE):
        op.execute(f"REVOKE ALL ON {table} FROM {ROLE}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {ROLE}")
