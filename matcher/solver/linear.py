"""Linear and whole-number programs through OR-Tools MathOpt, built from arrays in one go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.math_opt import callback_pb2, model_parameters_pb2, model_pb2, parameters_pb2, result_pb2
from ortools.math_opt.core.python import solver as core
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model
from scipy import sparse

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


def solve_relaxation(program: Program, start: Basis | None = None, primal: bool = False) -> Answer:
    """The linear relaxation, by GLOP: a vertex, its row prices and its basis; from `start` when there is one."""
    algorithm = mathopt.LPAlgorithm.PRIMAL_SIMPLEX if primal and start is not None else mathopt.LPAlgorithm.DUAL_SIMPLEX
    params = mathopt.SolveParameters(lp_algorithm=algorithm, threads=1)
    result = _run(program.to_proto(), mathopt.SolverType.GLOP, params, start)
    if start is not None and result.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL:
        result = _run(program.to_proto(), mathopt.SolverType.GLOP, params)
    m, n = program.rows.shape
    if not result.solutions or result.termination.reason != result_pb2.TERMINATION_REASON_OPTIMAL:
        ray = _dense(result.dual_rays[0].dual_values, m) if result.dual_rays else np.zeros(m)
        return Answer(False, np.zeros(n), ray)
    solution = result.solutions[0]
    x, prices = _dense(solution.primal_solution.variable_values, n), _dense(solution.dual_solution.dual_values, m)
    if not solution.HasField("basis"):
        return Answer(True, x, prices)
    return Answer(True, x, prices, Basis(_status(solution.basis.variable_status), _status(solution.basis.constraint_status)))


def ray_of(program: Program) -> np.ndarray:
    """Row prices that show why an infeasible relaxation is so: those of the program that breaks its rows as little as possible."""
    m, n = program.rows.shape
    breaks = sparse.identity(m, np.int64, format="csr")
    rows = sparse.hstack([program.rows, breaks, -breaks], format="csr")
    cost = np.concatenate([np.zeros(n, np.int64), np.full(2 * m, -1)])
    return solve_relaxation(Program(rows, program.low, program.high, cost)).prices


def guess_whole(program: Program, nodes: int | None = None) -> Answer:
    """A very good whole plan, by HiGHS; its claims are checked in whole numbers by the caller, never trusted."""
    params = mathopt.SolveParameters(relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5, node_limit=nodes)
    result = _run(program.to_proto(whole=True), mathopt.SolverType.HIGHS, params)
    m, n = program.rows.shape
    if not result.solutions:
        return Answer(False, np.zeros(n), np.zeros(m))
    return Answer(True, _dense(result.solutions[0].primal_solution.variable_values, n), np.zeros(m))


def solve_whole(program: Program, workers: int = 1) -> Answer:
    """The whole-number program, to proven optimality, by CP-SAT (which calculates in whole numbers itself).

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
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Answer(False, np.zeros(n), np.zeros(m))
    if status != cp_model.OPTIMAL:
        raise RuntimeError(f"CP-SAT stopped without an answer: {solver.status_name(status)}")
    return Answer(True, np.array([float(solver.value(v)) for v in x]), np.zeros(m))


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
    proto: model_pb2.ModelProto, kind: mathopt.SolverType, params: mathopt.SolveParameters, start: Basis | None = None
) -> result_pb2.SolveResultProto:
    """Run to the end.

    This is the door that `mathopt.solve` uses itself; going through it keeps arrays as arrays.
    """
    result = core.solve(
        proto,
        kind.value,
        parameters_pb2.SolverInitializerProto(),
        params.to_proto(),
        _start(start),
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )
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
