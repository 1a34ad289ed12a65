"""Checks the published files of a run against docs/rules.md, sharing no code with the engine that made them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from matcher.audit.books import lists, seats, totals
from matcher.audit.commitment import commitments, today
from matcher.audit.diary import Diary, Pair
from matcher.audit.facts import World
from matcher.audit.feeds import read_feeds
from matcher.audit.finding import Finding, about_file
from matcher.audit.law import read_packs
from matcher.audit.limits import Stay, capacities, keep_apart, keep_together, no_contact, occupied, pins
from matcher.audit.placements import check_placement
from matcher.audit.published import Published, read_published
from matcher.audit.reader import NEEDED_TABLES, read_tables
from matcher.audit.seals import SETTINGS_FILE, input_hashes, last_term_hashes, seals
from matcher.audit.slates import slates
from matcher.audit.terms import Terms, read_terms
from matcher.audit.vans import van_seats
from matcher.audit.waves import waves
from matcher.audit.world import build_world
from matcher.errors import VerificationError

__all__ = ["Finding", "audit", "audit_or_raise"]


def audit(out: Path, round_folder: Path, earlier: Path | None = None) -> list[Finding]:
    """Check what a run published.

    Parameters
    ----------
    out : folder with placements.csv, unplaced.csv, seats.csv, slates.csv, summary.json and manifest.json.
    round_folder : folder with round.toml and the input tables.
    earlier : the output that says where students are today, when it is at hand.

    Returns
    -------
    Everything that does not hold, in a fixed order; empty when the files are sound.
    """
    settings, terms, findings = _settings(round_folder)
    tables, faults = read_tables(round_folder)
    book, packs, pack_faults = read_packs(terms.packs, round_folder)
    world, cell_faults = build_world(tables, terms, book)
    feeds, feed_hashes, feed_faults = read_feeds(terms.feeds, round_folder)
    world = replace(world, feeds=feeds)
    published, shape_faults = read_published(out)
    findings += [*faults, *pack_faults, *cell_faults, *feed_faults, *shape_faults]
    findings += seals(
        published, out, round_folder, input_hashes(tables, settings) | feed_hashes | last_term_hashes(terms.last_term, round_folder), packs
    )
    if all(name in tables for name in NEEDED_TABLES) and {"placements.csv", "unplaced.csv"} <= published.tables.keys():
        findings += lists(published, world)
        findings += totals(published, world)
        findings += seats(published, world)
        findings += _placements(published, world, earlier)
    return sorted(set(findings), key=Finding.order)


def audit_or_raise(out: Path, round_folder: Path, earlier: Path | None = None) -> None:
    """Check what a run published.

    Raises
    ------
    VerificationError
        When something does not hold; its `findings` say which student, rule and date.
    """
    findings = audit(out, round_folder, earlier)
    if findings:
        noun = "finding" if len(findings) == 1 else "findings"
        raise VerificationError(f"The published files do not hold: {len(findings)} {noun}", [str(finding) for finding in findings])


def _settings(round_folder: Path) -> tuple[str, Terms, list[Finding]]:
    """Read round.toml; without a readable one the defaults count and the fault is reported."""
    try:
        text = (round_folder / SETTINGS_FILE).read_bytes().decode("utf-8-sig")
        return text, read_terms(text), []
    except OSError:
        return "", Terms(), [about_file("file_missing", f"{SETTINGS_FILE} is not in the round folder")]
    except ValueError:
        return "", Terms(), [about_file("file_shape", f"{SETTINGS_FILE} is not readable")]


def _placements(published: Published, world: World, earlier: Path | None) -> list[Finding]:
    """Check every placement, then all of them together, then what was before, then the slates."""
    diary, findings = Diary(world), list[Finding]()
    stays: list[Stay] = []
    riding: list[Pair] = []
    for row in published.placements:
        findings += check_placement(row, diary, stays, riding)
    stays += occupied(diary)
    for limit in (capacities, no_contact, keep_apart, keep_together, pins):
        findings += limit(stays, diary)
    findings += van_seats(riding, diary)
    rows, faults = today(published, world, earlier)
    findings += [*faults, *commitments(stays, rows, diary)]
    findings += slates(published, diary)
    findings += waves(published, diary)
    return findings
