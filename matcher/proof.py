"""Checks the certificate of optimality without a solver: whole-number prices against all lawful pairs."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from matcher.answers import load_plan
from matcher.choices import CannotCheckError
from matcher.published import read_json
from matcher.solver.certificate import digest
from matcher.solver.problem import Problem
from matcher.solver.stages import stages_of
from matcher.verdict import check_tree


def check_proof(out: Path, folder: Path) -> list[str]:
    """Why the published plan is not proven best, as findings; none when the prices prove every objective.

    The rules and scores of the round are computed anew; what follows is plain arithmetic over every lawful pair (`verdict`).
    """
    run = load_plan(out, folder)
    said = read_json(out, "certificate.json")
    try:
        with np.load(out / "certificate.npz", allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in file.files}
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return ["certificate.npz cannot be read, or lacks the prices of an objective"]
    return check_certificate(run.model.problem, run.solution.chosen, said, arrays)


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
        if stage["bound"] != stage["value"]:
            findings.append(f"{name}: the certificate says that {stage['bound']} may be possible, the plan has {stage['value']}")
    try:
        verdict = check_tree(problem, plan, stages, said, arrays)
    except CannotCheckError as why:
        return [*findings, f"not proven: {why}"]
    findings += verdict.findings + verdict.searched()
    for i, stage in enumerate(said["stages"]):
        if f"prices_{i}" in verdict.used and stage["scale"] != verdict.used[f"prices_{i}"]:
            findings.append(f"{stage['objective']}: the certificate gives its prices two denominators")
    unused = sorted(arrays.keys() - verdict.used.keys() - {"shut"})
    if unused and not findings:
        findings.append(f"the certificate holds {unused[0]}, which proves nothing")
    return findings


def _broken(problem: Problem, plan: np.ndarray) -> list[int]:
    use = np.asarray(problem.limits[:, plan].sum(axis=1)).ravel()
    twice = np.bincount(problem.student[plan], minlength=problem.students) > 1
    wrong = np.flatnonzero((use < problem.at_least) | (use > problem.at_most)).tolist()
    return [*wrong, *(problem.limits.shape[0] + np.flatnonzero(twice)).tolist()]
