"""Check: rule packs and objectives that do not exist, and pay in states whose law this round does not know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matcher.check.base import Scene, closest
from matcher.errors import Issue, MatcherError
from matcher.law import PACK_FOLDER, read_pack
from matcher.registry import names


def check(scene: Scene) -> Iterator[Issue]:
    """`assumed_term`, `unknown_pack`, `bad_pack`, `unknown_objective`, `no_rule_pack`; `bad_setting` for waves that begin too late."""
    if not scene.origin.settings_known:
        return
    settings = scene.round.settings
    if settings.today > settings.round.end:
        hint = "Maybe the year is wrong; it is the day from which students ask."
        yield _issue("waves.begins", "bad_setting", str(settings.today), "is after the last day of the round", hint)
    yield from _assumed(scene)
    known = names("matcher.solver.objectives")
    for name in scene.round.settings.objectives.order:
        if name not in known:
            near = closest(name, known)
            hint = f"Maybe {near} is meant." if near else f"Maybe one of: {', '.join(known)}."
            yield _issue("objectives.order", "unknown_objective", name, "is not an objective", hint)
    jurisdictions: set[str] = set()
    issues = list(_packs(scene, jurisdictions))
    yield from issues
    if not issues:
        yield from _paid(scene, jurisdictions)


def _issue(column: str, code: str, value: str, message: str, hint: str) -> Issue:
    return Issue("round.toml", None, column, code, "error", value, message, hint)


def _assumed(scene: Scene) -> Iterator[Issue]:
    """A first or last day that nobody wrote."""
    term = scene.round.settings.round
    days = {"start": ("first", term.start), "end": ("last", term.end)}
    missing = [name for name in days if name not in term.model_fields_set]
    if missing:
        told = " and ".join(f"{days[name][1]} as the {days[name][0]} day" for name in missing)
        message = f"the round says nothing of its {' and '.join(days[name][0] for name in missing)} day: it is planned with {told}"
        lines = " and ".join(f"{name} = {days[name][1]}" for name in missing)
        hint = f"Maybe write the term's own days in round.toml, beside the tables, under [round]: {lines}."
        yield Issue("round.toml", None, f"round.{missing[0]}", "assumed_term", "warning", "", message, hint)


def _packs(scene: Scene, jurisdictions: set[str]) -> Iterator[Issue]:
    shipped = {p.stem for p in PACK_FOLDER.glob("*.toml")}
    for name in scene.round.settings.round.rule_packs:
        path = _path(name, shipped, scene.origin.folder)
        if path is None:
            near = closest(name, shipped)
            hint = f"Maybe {near} is meant." if near else f"Maybe one of: {', '.join(sorted(shipped))}."
            message = "is neither a rule pack of this engine nor a .toml file in the round folder"
            yield _issue("round.rule_packs", "unknown_pack", name, message, hint)
            continue
        try:
            jurisdictions.add(read_pack(path).pack.jurisdiction)
        except (MatcherError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())[:300]
            yield _issue(
                "round.rule_packs",
                "bad_pack",
                name,
                f"is a rule pack that does not load: {reason}",
                "Maybe compare it with a shipped pack.",
            )


def _path(name: str, shipped: set[str], folder: Path | None) -> Path | None:
    if name in shipped:
        return PACK_FOLDER / f"{name}.toml"
    if not name.endswith(".toml") or folder is None:
        return None
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


def _paid(scene: Scene, jurisdictions: set[str]) -> Iterator[Issue]:
    for offer in scene.round.opportunities:
        site = scene.round.site.get(offer.site_id)
        if offer.placement_kind == "paid_employment" and site and scene.sound(site, "state") and site.state not in jurisdictions:
            message = f"is paid work in {site.state}, a state without a rule pack in this round, so no minor can be placed here"
            hint = "Maybe add the rule pack of that state, or it is unpaid_learning."
            yield from scene.warning(offer, "placement_kind", "no_rule_pack", message, hint)
