"""Calls invented by schemathesis from the API's description, by every role: no 5xx and no answer against the description."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.api.service import Service, settings_for, tiny_zip

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example]
PATIENCE = 300.0
"""Seconds that a call may take: a busy machine is no error of the service."""


def measure(calls: int, number: int, kind: str = "sqlite") -> dict[str, object]:
    """Make so many calls; answers counts by status and what was wrong."""
    with tempfile.TemporaryDirectory(prefix="matcher-calls-") as folder:
        service = Service(settings_for(kind, Path(folder), rate_limit="", rate_limit_signed_out="", log_level="error"))
        round_id = service.new_round(tiny_zip(), schools=["K1"])
        run_id = service.finished_run(round_id)
        known = {"round_id": round_id, "run_id": run_id, "student_id": "S1", "since": run_id, "row_id": "S1", "mentor_id": "M1"}
        keys = [service.admin, service.key("coordinator", "K1"), service.key("tool", "K1"), service.key("analyst"), {}]
        schema = schemathesis.openapi.from_asgi("/v1/openapi.json", service.app)
        operations = [o.ok() for o in schema.get_all_operations() if o.ok().path not in {"/v1/runs/{run_id}/events"}]
        each = max(1, calls // len(operations))
        statuses: Counter[int] = Counter()
        wrong: list[str] = []
        begun, tried = time.monotonic(), 0

        for operation in operations:

            @seed(number)
            @settings(max_examples=each, deadline=None, database=None, suppress_health_check=QUIET, phases=[Phase.generate])
            @given(case=operation.as_strategy())
            def one(case: schemathesis.Case) -> None:
                nonlocal tried
                tried += 1
                for place in (case.path_parameters or {}, case.query or {}):
                    for name in place.keys() & known.keys():
                        if tried % 3:
                            place[name] = known[name]
                answer = case.call(headers=keys[tried % len(keys)], timeout=PATIENCE)
                statuses[answer.status_code] += 1
                try:
                    case.validate_response(answer, checks=CHECKS)
                except (AssertionError, FailureGroup) as error:
                    inner = [str(e) for e in getattr(error, "exceptions", [error])]
                    wrong.append(f"{case.method} {case.operation.path} {answer.status_code}: {' / '.join(inner)[:600]}")

            one()
        service.close()
        told = {"calls": tried, "by status": dict(sorted(statuses.items())), "5xx": sum(n for s, n in statuses.items() if s >= 500)}
        return told | {"wrong": len(wrong), "examples": list(dict.fromkeys(wrong))[:20], "s": round(time.monotonic() - begun)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    asked = parser.parse_args()
    result = measure(asked.calls, asked.seed, asked.database)
    print(json.dumps(result, indent=1))
    sys.exit(int(bool(result["5xx"] or result["wrong"])))
