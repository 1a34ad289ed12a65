"""A contradiction of demands, told to a coordinator."""

from __future__ import annotations

from matcher.pipeline import Run


def told(run: Run) -> list[str]:
    """The smallest set of pins and limits that cannot hold together, one sentence each; refused pins with the rule's reason."""
    rows = [row for row in run.solution.conflict if row < len(run.model.meaning)]
    sentences = []
    for row in rows:
        limit = run.model.meaning[row][0]
        if limit.rule == "pin":
            sentences.append(_pin(run, limit.about, empty=not len(limit.pairs)))
        else:
            sentences.append(f"limit {limit.rule} of {limit.about}: at most {limit.at_most}")
    students = run.solution.conflict[len(rows) :]
    sentences += [f"student {run.world.students[row - len(run.model.meaning)].student_id} can be placed only once" for row in students]
    return sentences


def _pin(run: Run, about: str, empty: bool) -> str:
    _, student_id, _, opportunity_id = about.split(" ", 3)
    said = f"pin of {about}"
    if not empty:
        return said
    student = run.world.round.student[student_id]
    if student not in run.world.students:
        return f"{said}: the student's status is {student.status}, and only seeking students are placed"
    variants = run.world.variants[run.world.variants_at[opportunity_id]]
    rule, why = next(run.judge.reasons(student, variants[0]))
    return f"{said}: refused by rule {rule}: {why}"
