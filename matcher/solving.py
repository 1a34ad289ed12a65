"""What `matcher solve` answers, and what another engine says about a plan."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from matcher.answers import check_file, load_plan
from matcher.domain import SolveStatus
from matcher.errors import InputError, VerificationError
from matcher.pipeline import peak_mb
from matcher.solver.canaries import check_canaries
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.problem import read_problem
from matcher.solver.second import second_opinion


def second_opinion_on(out: Path, folder: Path, control: Control) -> str | None:
    """Where another engine finds another best value for an objective of a published plan; None where it agrees.

    Raises
    ------
    InputError
        When the plan is not said to be best, so that there is nothing to compare.
    """
    run = load_plan(out, folder)
    if run.solution.status != SolveStatus.OPTIMAL:
        raise InputError(f"{out} does not claim to be best: its status is {run.solution.status}. Maybe run it again without --budget.")
    found = second_opinion(run.model.problem, [stage.value for stage in run.solution.stages], control)
    return None if found is None else str(found)


def solve_file(problem_path: Path, out: Path, workers: int, control: Control, second: bool = False) -> dict[str, Any]:
    """Solve ``PROBLEM.npz`` into ``SOLUTION.npz``; the file is written whole or not at all.

    Raises
    ------
    VerificationError
        When `second` asks for another engine and it disagrees.
    """
    start = time.perf_counter()
    check_file(out)
    try:
        problem = read_problem(problem_path)
    except (zipfile.BadZipFile, zlib.error, TypeError, AttributeError) as error:
        raise InputError(f"{problem_path} cannot be read as an .npz file: {error}") from None
    check_canaries()
    solution = solve(problem, workers, control)
    if second and solution.status == SolveStatus.OPTIMAL:
        differs = second_opinion(problem, [stage.value for stage in solution.stages], control.without_budget())
        if differs is not None:
            raise VerificationError("another solver finds another best value", [str(differs)])
    rows = problem.limits.shape[0] + problem.students
    duals = np.zeros(rows)
    for stage in (stage for stage in solution.stages if len(stage.prices)):
        if stage.name in {"total_points", solution.stages[-1].name}:
            duals = stage.prices[:rows] / stage.scale
        if stage.name == "total_points":
            break
    buffer = io.BytesIO()
    np.savez_compressed(buffer, chosen=solution.chosen.astype(np.int32), duals=duals)
    out.write_bytes(buffer.getvalue())
    return {
        "status": str(solution.status),
        "objectives": [{"name": s.name, "value": s.value, "bound": s.bound, "road": s.road} for s in solution.stages],
        "gap": solution.gap,
        "why_stopped": solution.why_stopped,
        "conflict": list(solution.conflict) or None,
        "seconds": round(time.perf_counter() - start, 3),
        "peak_mb": peak_mb(),
    }
