"""Linear and whole-number programs through OR-Tools MathOpt, built from arrays in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2, result_pb2
from ortools.math_opt.core.python import solver as core
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model
from ortools.util.python.solve_interrupter import SolveInterrupter
from scipy import sparse

from matcher.solver.control import Control

_STOPPED = {result_pb2.TERMINATION_REASON_FEASIBLE, result_pb2.TERMINATION_REASON_NO_SOLUTION_FOUND}
_INFINITE = np.iinfo(np.int64).max // 8


@dataclass(frozen=True)
class Program:
    """Maximise cost @ x subject to low <= rows @ x <= high, x >= 0 (x is 0 or 1 when whole).

    `rows` is CSR [m, n]; `low`, `high` int64 [m]; `cost` int64 [n]; columns that are `shut` (bool [n]) stay 0.
    """

    rows: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    cost: np.ndarray
    shut: np.ndarray | None = None

    def to_proto(self, whole: bool = False) -> model_pb2.ModelProto:
        """The MathOpt model, of the linear relaxation unless `whole`."""
        m, n = self.rows.shape
        proto = model_pb2.ModelProto()
        proto.variables.ids.extend(range(n))
        proto.variables.lower_bounds.extend(np.zeros(n))
        most = np.full(n, 1.0 if whole else np.inf)
        proto.variables.upper_bounds.extend(most if self.shut is None else np.where(self.shut, 0.0, most))
        proto.variables.integers.extend([whole] * n)
        proto.linear_constraints.ids.extend(range(m))
        proto.linear_constraints.lower_bounds.extend(np.where(self.low < -_INFINITE, -np.inf, self.low.astype(float)))
        proto.linear_constraints.upper_bounds.extend(np.where(self.high > _INFINITE, np.inf, self.high.astype(float)))
        rows = self.rows.sorted_indices()
        rows.eliminate_zeros()
        proto.linear_constraint_matrix.row_ids.extend(np.repeat(np.arange(m), np.diff(rows.indptr)))
        proto.linear_constraint_matrix.column_ids.extend(rows.indices)
        proto.linear_constraint_matrix.coefficients.extend(rows.data.astype(float))
        priced = np.flatnonzero(self.cost)
        proto.objective.maximize = True
        proto.objective.linear_coefficients.ids.extend(priced)
        proto.objective.linear_coefficients.values.extend(self.cost[priced].astype(float))
        return proto


@dataclass(frozen=True)
class Basis:
    """Where the simplex method stood: int8 [n] and [m], the status of each column and row as MathOpt numbers them."""

    columns: np.ndarray
    rows: np.ndarray


AT_ZERO, BASIC = 2, 5
"""Status of a column outside the basis, and of a row or column in it."""


@dataclass(frozen=True)
class Answer:
    """What a solver said: `feasible` False means called infeasible, with the dual ray as `prices`; all numbers are floats."""

    feasible: bool
    x: np.ndarray
    prices: np.ndarray
    basis: Basis | None = None


def solve_relaxation(program: Program, control: Control, start: Basis | None = None, primal: bool = False) -> Answer:
    """The linear relaxation, by GLOP: a vertex, its row prices and its basis; from `start` when there is one."""
    dual = mathopt.SolveParameters(lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX, threads=1)
    params = mathopt.SolveParameters(lp_algorithm=mathopt.LPAlgorithm.PRIMAL_SIMPLEX, threads=1) if primal else dual
    result = _run(program.to_proto(), mathopt.SolverType.GLOP, params, control, start)
    if (primal or start is not None) and result.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL:
        result = _run(program.to_proto(), mathopt.SolverType.GLOP, dual, control)
    m, n = program.rows.shape
    if not result.solutions or result.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL:
        ray = _dense(result.dual_rays[0].dual_values, m) if result.dual_rays else np.zeros(m)
        return Answer(False, np.zeros(n), ray)
    solution = result.solutions[0]
    x, prices = _dense(solution.primal_solution.variable_values, n), _dense(solution.dual_solution.dual_values, m)
    if not solution.HasField("basis"):
        return Answer(True, x, prices)
    return Answer(True, x, prices, Basis(_status(solution.basis.variable_status), _status(solution.basis.constraint_status)))


def ray_of(program: Program, control: Control) -> np.ndarray:
    """Row prices that show why an infeasible relaxation is so: those of the program that breaks its rows as little as possible."""
    m, n = program.rows.shape
    breaks = sparse.identity(m, np.int64, format="csr")
    rows = sparse.hstack([program.rows, breaks, -breaks], format="csr")
    cost = np.concatenate([np.zeros(n, np.int64), np.full(2 * m, -1)])
    return solve_relaxation(Program(rows, program.low, program.high, cost), control).prices


def guess_whole(program: Program, control: Control, nodes: int | None = None, gap: float = 0.0) -> Answer:
    """A very good whole plan, by HiGHS; its claims are checked in whole numbers by the caller, never trusted.

    It ends after so many nodes, or when what it has is this close to the best, relatively.
    """
    params = mathopt.SolveParameters(relative_gap_tolerance=gap, absolute_gap_tolerance=0.5, node_limit=nodes)
    result = _run(program.to_proto(whole=True), mathopt.SolverType.HIGHS, params, control)
    m, n = program.rows.shape
    if not result.solutions:
        return Answer(False, np.zeros(n), np.zeros(m))
    return Answer(True, _dense(result.solutions[0].primal_solution.variable_values, n), np.zeros(m))


def solve_whole(program: Program, control: Control, workers: int = 1, found: Callable[[np.ndarray], None] | None = None) -> Answer:
    """The whole-number program, to proven optimality, by CP-SAT (which calculates in whole numbers itself).

    `found` is given each plan on the way (float [n]), in the order in which they are found.

    Raises
    ------
    RuntimeError
        When CP-SAT stops without an answer.
    """
    m, n = program.rows.shape
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(n)]
    for i in range(m):
        row = slice(program.rows.indptr[i], program.rows.indptr[i + 1])
        total = cp_model.LinearExpr.weighted_sum([x[j] for j in program.rows.indices[row]], program.rows.data[row].tolist())
        model.add_linear_constraint(total, int(max(program.low[i], -_INFINITE)), int(min(program.high[i], _INFINITE)))
    priced = np.flatnonzero(program.cost)
    model.maximize(cp_model.LinearExpr.weighted_sum([x[j] for j in priced], program.cost[priced].tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = max(1, workers)
    solver.parameters.random_seed = 1
    solver.parameters.catch_sigint_signal = False
    status = control.run(lambda: solver.solve(model, _Plans(x, found) if found else None), solver.stop_search)
    if status == cp_model.INFEASIBLE:
        return Answer(False, np.zeros(n), np.zeros(m))
    if status != cp_model.OPTIMAL:
        raise RuntimeError(f"CP-SAT stopped without an answer: {solver.status_name(status)}")
    return Answer(True, np.array([float(solver.value(v)) for v in x]), np.zeros(m))


class _Plans(cp_model.CpSolverSolutionCallback):
    """Passes on each plan that CP-SAT finds."""

    def __init__(self, x: list[cp_model.IntVar], found: Callable[[np.ndarray], None]) -> None:
        super().__init__()
        self._x, self._found = x, found

    def on_solution_callback(self) -> None:
        """A better plan."""
        self._found(np.array([float(self.value(v)) for v in self._x]))


def _status(vector: object) -> np.ndarray:
    return np.array(vector.values, dtype=np.int8)  # type: ignore[attr-defined]


def _start(basis: Basis | None) -> model_parameters_pb2.ModelSolveParametersProto:
    proto = model_parameters_pb2.ModelSolveParametersProto()
    if basis is not None:
        for vector, status in (
            (proto.initial_basis.variable_status, basis.columns),
            (proto.initial_basis.constraint_status, basis.rows),
        ):
            vector.ids.extend(range(len(status)))
            vector.values.extend(status.tolist())
    return proto


def _run(
    proto: model_pb2.ModelProto, kind: mathopt.SolverType, params: mathopt.SolveParameters, control: Control, start: Basis | None = None
) -> result_pb2.SolveResultProto:
    """Run to the end, or until the control says stop.

    This is the door that `mathopt.solve` uses itself; going through it keeps arrays as arrays.
    """
    interrupter = SolveInterrupter()

    def call() -> result_pb2.SolveResultProto:
        return core.solve(
            proto,
            kind.value,
            parameters_pb2.SolverInitializerProto(),
            params.to_proto(),
            _start(start),
            None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            interrupter.pybind_interrupter,
        )

    result = control.run(call, interrupter.interrupt)
    reason = result.termination.reason
    if reason in {
        result_pb2.TERMINATION_REASON_OPTIMAL,
        result_pb2.TERMINATION_REASON_INFEASIBLE,
        result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED,
    } or (params.node_limit is not None and reason in _STOPPED):
        return result
    raise RuntimeError(f"{kind.name} stopped without an answer: {result.termination}")


def _dense(vector: object, length: int) -> np.ndarray:
    dense = np.zeros(length)
    dense[np.array(vector.ids, dtype=np.int64)] = np.array(vector.values)  # type: ignore[attr-defined]
    return dense
