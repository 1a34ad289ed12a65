"""Pairs that no whole plan can hold, seen from limits that couple two students."""

from __future__ import annotations

import numpy as np

from matcher.solver.face import Face


def close_impossible(face: Face) -> None:
    """Close pairs whose coupling limit asks for a partner pair when no open partner fits beside them.

    A coupling limit here is one with coefficients +1 and -1 and both bounds 0: whoever takes a pair on one side needs a pair on
    the other side. A partner that would overfill some limit together with the pair is no partner; only limits without negative
    coefficients say so for sure. The relaxation cannot see this (half of each would fit), so it is settled before.
    """
    rows = [int(r) for r in face.coupling if face.low[r] == face.high[r] == 0 and np.abs(_row(face, r)[1]).max() == 1]
    before = -1
    while before != face.open.sum():
        before = face.open.sum()
        for r in rows:
            _close_partnerless(face, r)


def _close_partnerless(face: Face, row: int) -> None:
    members, signs = _row(face, row)
    usable = face.open[members]
    members, signs = members[usable], signs[usable]
    if not len(members):
        return
    columns = face.columns[:, members]
    touched = np.unique(columns.indices)
    touched = np.setdiff1d(touched[touched < face.limits], face.coupling)  # a third pair may make room in a coupling limit
    use, most = columns.tocsr()[touched].toarray(), face.high[touched]
    for i, pair in enumerate(members):
        partners = (signs == -signs[i]) & (face.student[members] != face.student[pair])
        together = use[:, [i]] + use[:, partners]
        if not (together <= most[:, None]).all(axis=0).any():
            face.open[pair] = False


def _row(face: Face, row: int) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of one row and their coefficients."""
    span = slice(face.rows.indptr[row], face.rows.indptr[row + 1])
    return face.rows.indices[span], face.rows.data[span]
