"""What another plan would cost or bring, in words, by the first objective that differs."""

from __future__ import annotations


def loss(stage: str, by: int) -> str:
    """What it means that this stage of an objective is `by` lower than in the plan."""
    if stage == "most_placed" or stage.startswith("priority_"):
        return f"It would leave {by} student{'s' if by > 1 else ''} more without a place."
    if stage.startswith("worst_off_"):
        return f"It would push {by} student{'s' if by > 1 else ''} more below {stage.rsplit('_', 1)[1]} points."
    if stage.startswith("carry_over_"):
        steps = f"{by} step{'s' if by > 1 else ''} (a place, or a band of points)"
        return f"It would take {steps} from students who had little or nothing last term."
    if stage == "total_points":
        return f"It would cost other students {by} points in all."
    if stage == "landed":
        return f"It would break {by} landed agreement{'s' if by > 1 else ''} of other students."
    if stage == "still_placed":
        return f"It would leave {by} student{'s' if by > 1 else ''} who {'have' if by > 1 else 'has'} a place today without one."
    if stage in {"least_change", "first_commitment"}:
        return f"It would move {by} student{'s' if by > 1 else ''} more from where they are today."
    return "It loses the public draw, which decides between equally good plans."


def gain(stage: str, by: int) -> str:
    """What it means that this stage of an objective is `by` higher than in the plan."""
    students = f"{by} student{'s' if by > 1 else ''}"
    if stage == "most_placed" or stage.startswith("priority_"):
        return f"It would place {students} more."
    if stage.startswith("worst_off_"):
        return f"It would lift {students} more to {stage.rsplit('_', 1)[1]} points or above."
    if stage.startswith("carry_over_"):
        steps = f"{by} step{'s' if by > 1 else ''} (a place, or a band of points)"
        return f"It would give {steps} to students who had little or nothing last term."
    if stage == "total_points":
        return f"It would bring {by} points in all."
    if stage == "landed":
        return f"It would keep {by} landed agreement{'s' if by > 1 else ''} more."
    if stage == "still_placed":
        return f"It would keep a place for {students} more who {'have' if by > 1 else 'has'} one today."
    if stage in {"least_change", "first_commitment"}:
        return f"It would let {students} more stay where they are today."
    return "It serves no objective better; only the public draw, which decides between equally good plans, falls otherwise."
