"""round.toml: defaults for everything, unknown names refused, and each problem told with its key and value."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from matcher.errors import InputError
from matcher.scoring.base import Scorer
from matcher.settings import SHIPPED_PACKS, Settings, read_settings
from matcher.world import World
from tests.builders import a_round, settings


@pytest.fixture
def read(tmp_path):
    def write_and_read(text: str | bytes):
        path = tmp_path / "round.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_settings(path)

    return write_and_read


def told(answer) -> tuple[str, str | None, str]:
    """Code, key and value of the only issue."""
    found, (issue,) = answer
    assert found is None
    assert (issue.table, issue.row, issue.severity, issue.hint[:6]) == ("round.toml", None, "error", "Maybe ")
    return issue.code, issue.column, issue.value


@pytest.mark.parametrize("text", ["", "\n# nothing\n", b"\xef\xbb\xbf", "[round]\n[weights]\n[limits]\n[objectives]\n[travel]\n"])
def test_an_empty_file_gives_every_default(read, text):
    found, issues = read(text)
    assert issues == []
    assert found == Settings()
    assert (found.round.start, found.round.end) == (dt.date(2026, 9, 8), dt.date(2026, 12, 18))
    assert found.objectives.order[0] == "priority_classes"
    assert found.limits.max_travel_minutes is None


def test_every_shipped_pack_counts_unless_said_otherwise():
    folder = Path(__file__).parents[1] / "matcher" / "rules" / "packs"
    assert sorted(SHIPPED_PACKS) == sorted(path.stem for path in folder.glob("*.toml"))
    assert Settings().round.rule_packs == SHIPPED_PACKS


@pytest.mark.parametrize(
    ("text", "key", "value", "hint"),
    [
        ("[ruond]\nid = 'x'", "ruond", "", "round, weights, objectives, limits, odds, waves, travel"),
        ("[round]\nstarts = 2026-09-08", "round.starts", "2026-09-08", "id, name, start, end, seed, rule_packs"),
        ("[limits]\nmax_minutes = 5", "limits.max_minutes", "5", "max_travel_minutes"),
        ("[objectives]\nfirst = 'x'", "objectives.first", "x", "order, bands"),
        ("[travel.boat]\nspeed_kmh = 9", "travel.boat", "", "walk, bike, drive, dropoff, van"),
        ("[travel.walk]\nspeed_kmh = 9\nmph = 3", "travel.walk.mph", "3", "speed_kmh, detour, fixed_minutes"),
        ("[weights]\nintrests = 1", "weights.intrests", "1.0", "avoid, goals, interests, languages, requests, travel"),
        ("seed = 'x'", "seed", "x", "round, weights"),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_known_ones(read, text, key, value, hint):
    answer = read(text)
    assert told(answer) == ("unknown_key", key, value)
    assert hint in answer[1][0].hint


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[round]\nstart = 2026-12-19", "round"),
        ("[round]\nstart = 2026-09-08\nend = 2027-10-14", "round"),
        ("[round]\nstart = 'soon'", "round.start"),
        ("[round]\nseed = 7", "round.seed"),
        ("[weights]\ninterests = -1", "weights.interests"),
        ("[weights]\ninterests = 1001", "weights.interests"),
        ("[weights]\ninterests = nan", "weights.interests"),
        ("[weights]\ninterests = inf", "weights.interests"),
        ("[weights]\ninterests = 'much'", "weights.interests"),
        ("[objectives]\norder = ['most_placed', 'most_placed']", "objectives"),
        ("[objectives]\nbands = [400, 200]", "objectives"),
        ("[objectives]\nbands = [0]", "objectives"),
        ("[objectives]\nbands = [1001]", "objectives"),
        ("[limits]\nmax_travel_minutes = 601", "limits.max_travel_minutes"),
        ("[limits]\nmax_travel_minutes = -1", "limits.max_travel_minutes"),
        ("[limits]\nmax_transfers = 21", "limits.max_transfers"),
        ("[limits]\narrival_buffer_minutes = 121", "limits.arrival_buffer_minutes"),
        ("[limits]\nslate_size = 0", "limits.slate_size"),
        ("[limits]\npromises_per_seat = 0", "limits.promises_per_seat"),
        ("[limits]\nslate_size = 2.5", "limits.slate_size"),
        ("[odds]\nwish = 0", "odds.wish"),
        ("[odds]\nlanded = 1", "odds.landed"),
        ("[odds]\ndefault_worth = 0", "odds.default_worth"),
        ("[waves]\ndays = 0", "waves.days"),
        ("[waves]\nbegins = 'soon'", "waves.begins"),
        ("[travel.walk]\nspeed_kmh = 0", "travel.walk.speed_kmh"),
        ("[travel.walk]\nspeed_kmh = 5\ndetour = 0.9", "travel.walk.detour"),
        ("[travel.walk]\nspeed_kmh = 5\nfixed_minutes = -1", "travel.walk.fixed_minutes"),
        ("[travel.walk]\ndetour = 1.5", "travel.walk.speed_kmh"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(read, text, key):
    code, column, _ = told(read(text))
    assert (code, column) == ("bad_setting", key)


@pytest.mark.parametrize("text", ["[round", "a = ", b"\xff\xfe\x00", "[round]\n[round]\n"])
def test_what_is_no_toml_is_one_issue(read, text):
    assert told(read(text))[0] == "bad_toml"


def test_a_missing_file(tmp_path):
    assert told(read_settings(tmp_path / "round.toml"))[0] == "missing_file"


def test_every_problem_is_told_at_once(read):
    found, issues = read("[round]\nseed = 7\nstarts = 1\n[limits]\nslate_size = 0\n")
    assert found is None
    assert sorted((i.code, i.column) for i in issues) == [
        ("bad_setting", "limits.slate_size"),
        ("bad_setting", "round.seed"),
        ("unknown_key", "round.starts"),
    ]


def test_a_mode_that_is_given_takes_its_other_values_from_the_model(read):
    found, _ = read("[travel.bike]\nspeed_kmh = 20\n")
    bike = found.travel.bike
    assert (bike.speed_kmh, bike.detour, bike.fixed_minutes) == (20, 1.25, 0)
    assert found.travel.walk == Settings().travel.walk


@pytest.mark.parametrize("edge", [0, 1000])
def test_weights_at_the_edges_are_lawful(read, edge):
    found, issues = read(f"[weights]\ninterests = {edge}\n")
    assert issues == []
    assert found.weights == {"interests": edge}


def test_the_longest_round_is_400_days(read):
    assert read("[round]\nstart = 2026-09-08\nend = 2027-10-13\n")[0].round.end == dt.date(2027, 10, 13)


def scorer(**weights: float) -> Scorer:
    return Scorer(World(a_round(settings=settings(weights=weights))))


def test_only_proportions_of_weights_count():
    others = {"avoid": 0, "goals": 0, "languages": 0, "interests": 0}
    small, large = scorer(**others, travel=1, requests=3), scorer(**others, travel=10, requests=30)
    assert [(c.name, w / small.total) for c, w, _ in small.used] == [(c.name, w / large.total) for c, w, _ in large.used]
    assert [c.name for c, _, _ in small.used] == ["requests", "travel"]


def test_a_component_that_is_not_named_keeps_its_weight():
    used = {c.name: w for c, w, _ in scorer(interests=1).used}
    assert used == {"interests": 1, "avoid": 0.15, "goals": 0.08, "languages": 0.05, "requests": 0.15, "travel": 0.07}


def test_no_weight_at_all_is_refused():
    nothing = dict.fromkeys(("interests", "avoid", "goals", "languages", "requests", "travel"), 0)
    with pytest.raises(InputError, match="leaves no component above 0"):
        scorer(**nothing)
