"""Checks the certificate of optimality without a solver: whole-number prices against all lawful pairs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from matcher.answers import load_plan
from matcher.published import read_json
from matcher.solver.cuts import add_cut, is_cut
from matcher.solver.exact import first_face, stages_of
from matcher.solver.face import bound_of, narrow


def check_proof(out: Path, folder: Path) -> list[str]:
    """Why the published plan is not proven best, as findings; none when the prices prove every objective.

    The rules and scores of the round are computed anew, every lawful pair is priced with the published prices, and the bound
    they give (weak duality, whole numbers) must equal the value of the published plan, objective by objective.
    """
    run = load_plan(out, folder)
    problem = run.model.problem
    said = read_json(out, "certificate.json")["stages"]
    try:
        with np.load(out / "certificate.npz", allow_pickle=False) as file:
            prices = [file[f"prices_{i}"] for i in range(len(said))]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return ["certificate.npz cannot be read, or lacks the prices of an objective"]
    joined = first_face(problem)
    face = joined.face
    findings: list[str] = []
    stages = stages_of(problem)
    if [name for name, _ in stages] != [stage["objective"] for stage in said]:
        return ["the certificate names other objectives than the round asks for"]
    for (name, weights), stage, given in zip(stages, said, prices, strict=True):
        value = int(weights[run.solution.chosen].sum())
        for cut in stage.get("cuts", [])[len(face.cuts) :]:
            if not is_cut(face, cut):
                return [*findings, f"{name}: {cut!r} is no cut of the limits"]
            add_cut(face, tuple(cut))
        if len(given) != len(face.low):
            return [*findings, f"{name}: the certificate has {len(given)} prices for {len(face.low)} limits"]
        worth = joined.weights(weights)
        proof = bound_of(face, worth, given.astype(np.int64), int(stage["scale"]))
        if value != stage["value"]:
            findings.append(f"{name}: the certificate says {stage['value']}, the published plan has {value}")
        if proof.bound // proof.scale != value:
            findings.append(
                f"{name}: the plan has {value}, and the prices prove no more than {proof.bound // proof.scale} ({stage['road']})"
            )
            return findings
        narrow(face, worth, proof, value)
    return findings
