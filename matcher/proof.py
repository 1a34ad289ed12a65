"""Checks the certificate of optimality without a solver: whole-number prices against all lawful pairs."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from matcher.answers import load_plan
from matcher.choices import CannotCheckError
from matcher.domain import SolveStatus
from matcher.published import read_json
from matcher.solver.certificate import digest
from matcher.solver.problem import Problem
from matcher.solver.stages import stages_of
from matcher.verdict_pieces import check_whole
from matcher.verdict_state import Stages


def check_proof(out: Path, folder: Path) -> list[str]:
    """Why the prices do not prove what is published, as findings; none when they prove every objective and bound.

    A plan that a budget ended early does not claim to be best; its gap is checked. The rules and scores of the round are
    computed anew; what follows is plain arithmetic over every lawful pair (`verdict`).
    """
    run = load_plan(out, folder)
    said = read_json(out, "certificate.json")
    try:
        with np.load(out / "certificate.npz", allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in file.files}
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return ["certificate.npz cannot be read, or lacks the prices of an objective"]
    told = check_certificate(run.model.problem, run.solution.chosen, said, arrays)
    return [*told, *_summary_differs(read_json(out, "summary.json"), said)]


def _summary_differs(summary: dict[str, Any], said: dict[str, Any]) -> list[str]:
    """Where summary.json says something else than the certificate."""
    stages = [(stage["objective"], stage["value"], stage["bound"]) for stage in said["stages"]]
    findings = []
    if [(stage["name"], stage["value"], stage["bound"]) for stage in summary["objectives"]] != stages:
        findings.append("summary.json gives other values or bounds than the certificate")
    gap = next((abs(bound - value) / max(1, abs(bound)) for _, value, bound in stages if bound != value), 0.0)
    if summary["gap"] != gap or (gap > 0 and summary["status"] == SolveStatus.OPTIMAL):
        findings.append(f"summary.json says {summary['status']} with gap {summary['gap']}; the certificate's bounds leave a gap of {gap}")
    return findings


def check_certificate(problem: Problem, plan: np.ndarray, said: dict[str, Any], arrays: dict[str, np.ndarray]) -> list[str]:
    """The findings about a plan (places of pairs) and its certificate; none when it is proven best."""
    stages = stages_of(problem)
    if [name for name, _ in stages] != [stage["objective"] for stage in said["stages"]]:
        return ["the certificate names other objectives than the round asks for"]
    if said["arrays"] != digest(arrays):
        return ["certificate.npz is not the one that certificate.json speaks of"]
    findings = [f"the plan breaks limit {row}" for row in _broken(problem, plan)]
    for (name, weights), stage in zip(stages, said["stages"], strict=True):
        value = int(weights[plan].sum())
        if value != stage["value"]:
            findings.append(f"{name}: the certificate says {stage['value']}, the published plan has {value}")
    try:
        told = check_whole(problem, plan, stages, said, arrays)
    except CannotCheckError as why:
        return [*findings, f"not proven: {why}"]
    findings += told.findings + [
        f"{stages[k][0]}: not proven by prices, because CP-SAT settled it in {n} part{'s' if n > 1 else ''} of the plans"
        for k, n in sorted(told.searched.items())
    ]
    if not findings:
        findings = _bounds_differ(problem, stages, said, told.left)
    for i, stage in enumerate(said["stages"]):
        if f"prices_{i}" in told.used and stage["scale"] != told.used[f"prices_{i}"]:
            findings.append(f"{stage['objective']}: the certificate gives its prices two denominators")
    unused = sorted(arrays.keys() - told.used.keys())
    if unused and not findings:
        findings.append(f"the certificate holds {unused[0]}, which proves nothing")
    return findings


def _bounds_differ(problem: Problem, stages: Stages, said: dict[str, Any], left: dict[int, int]) -> list[str]:
    """Objectives whose bound is not the one that is proven: the value, what parts that were left open allow, or everybody's best."""
    findings, first = [], min(left, default=len(stages))
    for i, ((name, weights), stage) in enumerate(zip(stages, said["stages"], strict=True)):
        best = np.zeros(problem.students, np.int64)
        np.maximum.at(best, problem.student, weights)
        proven = int(stage["value"]) if i < first else left[i] if i == first else int(best.sum())
        if stage["bound"] != proven:
            findings.append(f"{name}: the certificate says that at most {stage['bound']} is possible, and what it holds proves {proven}")
    return findings


def _broken(problem: Problem, plan: np.ndarray) -> list[int]:
    use = np.asarray(problem.limits[:, plan].sum(axis=1)).ravel()
    twice = np.bincount(problem.student[plan], minlength=problem.students) > 1
    wrong = np.flatnonzero((use < problem.at_least) | (use > problem.at_most)).tolist()
    return [*wrong, *(problem.limits.shape[0] + np.flatnonzero(twice)).tolist()]
