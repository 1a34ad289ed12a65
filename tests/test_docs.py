"""The pages in docs/ say everything that is there, and nothing that is not; their examples run."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import typer
from pydantic import BaseModel

import matcher.rules
import matcher.scoring
import matcher.solver.objectives
from matcher import cli, errors, publish
from matcher.candidates import build, limit_rules, pair_rules
from matcher.explain import UNPLACED_COST
from matcher.rules.base import PairRule
from matcher.scoring.base import Component, Scorer, components
from matcher.settings import Settings
from matcher.solver.exact import objectives, solve
from matcher.solver.problem import from_arrays
from matcher.world import World
from tests.builders import a_round, earlier, opportunity, settings, site, student

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md")), *sorted((ROOT / "fixtures").rglob("*.md"))]
EXAMPLES = [DOCS / "cli.md", ROOT / "README.md"]
DYNAMIC = {"refused": "RULE", "seconds": "STAGE", "versions": "NAME", "inputs": "TABLE", "rule_packs": "NAME", "outputs": "FILE"}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands below a heading, down to the next one."""
    (found,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found


def first_cells(text: str) -> list[str]:
    """The code in the first cell of each row of a table."""
    return [code for cell in re.findall(r"^\| ([^|]+?) \|", text, re.MULTILINE) for code in re.findall(r"`([^`]+)`", cell)]


def commands() -> dict[str, list[typer.core.TyperArgument | typer.core.TyperOption]]:
    return {name: command.params for name, command in typer.main.get_command(cli.app).commands.items()}


def shown(parameter) -> set[str]:
    """How a person writes a parameter."""
    if parameter.param_type_name == "argument":
        return {(parameter.metavar or parameter.name).strip("[]")}
    return {*parameter.opts, *parameter.secondary_opts}


def test_every_command_and_option_is_documented_and_no_other():
    text = page("cli.md")
    assert re.findall(r"^## matcher ([\w-]+)$", text, re.MULTILINE) == list(commands())
    for name, parameters in commands().items():
        known = {word for parameter in parameters if parameter.name != "help" for word in shown(parameter)}
        assert set(first_cells(section(text, f"matcher {name}"))) == known, name


def test_documented_defaults_of_options_are_the_real_ones():
    for name, parameters in commands().items():
        rows = re.findall(r"^\| `([^|]+)` \| ([^|]*) \|", section(page("cli.md"), f"matcher {name}"), re.MULTILINE)
        told = {word: default for words, default in rows for word in words.split("`, `")}
        for parameter in parameters:
            for word in shown(parameter) & told.keys():
                if parameter.required:
                    assert told[word] == "needed", (name, word)
                elif isinstance(parameter.default, int) and not isinstance(parameter.default, bool) and word != "--workers":
                    assert told[word] == str(parameter.default), (name, word)
                else:
                    assert told[word] != "needed", (name, word)


def test_every_exit_code_is_documented():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MatcherError)]
    table = page("cli.md").split("The examples run")[0]
    told = {int(code) for code in re.findall(r"^\| (\d) \|", table, re.MULTILINE)}
    assert told == {0, *(kind.exit_code for kind in kinds)} == {0, 1, 2, 3, 4}


def leaves(model: type[BaseModel], path: str = "") -> dict[str, object]:
    """Every key of round.toml with its default."""
    found: dict[str, object] = {}
    for name, field in model.model_fields.items():
        value = field.get_default()
        if isinstance(value, BaseModel):
            inner = leaves(type(value), f"{path}{name}.")
            found |= {key: _dig(value, key.removeprefix(f"{path}{name}.")) for key in inner}
        elif name != "weights":
            found[path + name] = value
    return found


def _dig(model: BaseModel, path: str) -> object:
    value: object = model
    for part in path.split("."):
        value = getattr(value, part)
    return value


def test_every_setting_is_documented_with_its_default():
    expected = leaves(Settings) | {f"weights.{c.name}": c.weight for c in components()}
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_.]+)` \| (.+?) \|", page("settings.md"), re.MULTILINE)
    told = {key: None if text == "none" else tomllib.loads(f"x = {text.strip('`')}")["x"] for key, text in rows}
    assert len(rows) == len(told) == len(expected) > 30
    for key, default in expected.items():
        assert told[key] == (list(default) if isinstance(default, tuple) else default), key


def test_the_example_of_settings_is_lawful():
    (block,) = re.findall(r"```toml\n(.*?)```", page("settings.md"), re.DOTALL)
    assert Settings.model_validate(tomllib.loads(block)).round.id == "spring-2027"


def test_every_objective_and_component_is_documented():
    told = first_cells(section(page("settings.md"), "`[objectives]`").split("| objective |")[1])
    assert sorted(told) == sorted(objectives())
    weights = first_cells(section(page("settings.md"), "`[weights]`"))
    assert sorted(weights) == sorted(f"weights.{c.name}" for c in components())


def test_every_rule_is_documented():
    text = page("rules.md")
    refusing, limiting = text.split("## 5. Limits")
    refusing = refusing.split("## 3. Rules")[1].split("### Hours laws")[0]
    modes = {rule.name: rule.mode for rule in pair_rules() if getattr(rule, "mode", "")}
    assert sorted(first_cells(refusing)) == sorted({rule.name for rule in pair_rules()} - modes.keys())
    assert sorted(first_cells(limiting)) == sorted(rule.name for rule in limit_rules())
    for mode in modes.values():
        assert f"- `{mode}`" in text


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("placements.csv", publish.PLACEMENTS),
        ("unplaced.csv", publish.UNPLACED),
        ("slates.csv", publish.SLATES),
        ("waves.csv", publish.WAVES),
        ("seats.csv", publish.SEATS),
        ("recruit.csv", publish.RECRUIT),
        ("changes.csv", publish.CHANGES),
        ("sentences.csv", publish.SENTENCES),
    ],
)
def test_every_column_is_documented(file, columns):
    table = section(page("outputs.md"), file).split("| code |")[0]
    assert tuple(first_cells(table)) == columns


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "plan"
    assert call("run", str(ROOT / "fixtures" / "tiny"), "--out", str(out))[0] == 0
    return out


def call(*arguments: str) -> tuple[int, str]:
    """Exit code and stdout of a command, in this process."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        patch.setattr(sys, "argv", ["matcher", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    return int(stop.value.code or 0), said.getvalue()


def keys_of(value: object, path: str = "") -> set[str]:
    """Every key of a document, lists as [], keys that are names of something as one word."""
    if isinstance(value, list):
        nothing = f"{path}[]" if path.endswith("[]") else f"{path}[][]"
        return set().union(*(keys_of(item, f"{path}[]") for item in value)) if value else {nothing}
    if not isinstance(value, dict) or path == "settings":
        return {path}
    if path in DYNAMIC:
        return {f"{path}.{DYNAMIC[path]}"}
    return set().union(*(keys_of(item, f"{path}.{key}" if path else key) for key, item in value.items()))


SOMETIMES = ("pieces[]", "groups[]", "tree.steps[].cut", "tree.steps[].sieve", "tree.split", "tree.parts", "tree.closed")
"""Keys of a certificate that the tiny round has no occasion for; tests/solver checks them."""


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("summary.json", "summary.json"),
        ("certificate.json", "certificate.json and certificate.npz"),
        ("manifest.json", "manifest.json"),
    ],
)
def test_every_key_is_documented(tiny, file, title):
    document = json.loads((tiny / file).read_text(encoding="utf-8"))
    told = [cell for cell in first_cells(section(page("outputs.md"), title)) if not cell.startswith(SOMETIMES)]
    assert sorted(told) == sorted(key for key in keys_of(document) if not key.startswith(SOMETIMES))


def test_every_file_is_documented(tiny):
    titles = re.findall(r"^## (.+)$", page("outputs.md"), re.MULTILINE)
    told = {name for title in titles for name in re.findall(r"\w+\.\w+", title)}
    assert told == {path.name for path in tiny.iterdir()}
    assert f"**one more student placed counts {UNPLACED_COST}**" in page("outputs.md")


def test_codes_of_unplaced_students_beyond_rules_are_documented():
    source = (ROOT / "matcher" / "explain.py").read_text(encoding="utf-8")
    given = {
        *re.findall(r'Unplaced\(student\.student_id, "(\w+)"', source),
        *re.findall(r'code = first.rule if first else "(\w+)"', source),
    }
    told = first_cells(section(page("outputs.md"), "unplaced.csv").split("| code | meaning |")[1])
    assert set(told) == given == {"not_ready", "no_offer", "full"}


def shell_lines(path: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_the_shell_examples_run(path, tmp_path, monkeypatch):
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)
    ran = 0
    for line in shell_lines(path):
        if line.startswith(".venv/bin/matcher "):
            words = shlex.split(line, comments=True)[1:]
            code, said = call(*words)
            assert (code, bool(said)) == (0, True), line
            ran += 1
        elif line.startswith((".venv/bin/python ", "printf ")):
            subprocess.run(line.replace(".venv/bin/python", sys.executable), shell=True, check=True, cwd=tmp_path)
        else:
            assert line.startswith("make ") or not line.strip(), f"what to do with {line!r}?"
    assert ran >= 4


def test_every_example_command_of_cli_md_stands_under_its_own_heading():
    for name in commands():
        lines = re.findall(r"^\.venv/bin/matcher ([\w-]+)", section(page("cli.md"), f"matcher {name}"), re.MULTILINE)
        assert set(lines) == {name}


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("http"):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{path.name} links to {target}"
        assert not anchor or anchor in anchors(there), f"{path.name} links to {target}"


def test_every_page_stands_in_the_index():
    told = set(re.findall(r"\]\((\w+\.md)\)", page("README.md")))
    assert told == {path.name for path in DOCS.glob("*.md")} - {"README.md"}


def test_words_stand_once():
    rows = re.findall(r"^\| ([^|]+?) \|", page("words.md"), re.MULTILINE)
    words = [word for row in rows if row not in {"word", "---"} for word in row.split(", ")]
    assert len(words) == len(set(words)) > 60


def code_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", page("add_a_rule.md"), re.DOTALL)


@pytest.fixture
def added(tmp_path, monkeypatch):
    """Puts the code of a page into a family folder, as a newcomer would, and takes it away afterwards."""

    def add(package, name: str, source: str):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        full = f"{package.__name__}.{name}"
        module = importlib.import_module(full)
        monkeypatch.delitem(sys.modules, full)
        monkeypatch.setitem(sys.modules, full, module)
        monkeypatch.delattr(package, name)
        return module

    return add


def test_the_example_rule_refuses_as_its_own_test_says(added):
    rule, test = code_blocks()[:2]
    module = added(matcher.rules, "first_internship", rule)
    assert isinstance(module.RULE, PairRule)
    assert "first_internship" in {r.name for r in pair_rules()}
    space: dict[str, object] = {}
    exec(compile(test, "add_a_rule.md", "exec"), space)
    (mark,) = space["test_ninth_grade"].pytestmark
    assert len(mark.args[1]) == 5
    for case in mark.args[1]:
        space["test_ninth_grade"](*case)


def test_the_example_rule_takes_part_in_a_round(added):
    added(matcher.rules, "first_internship", code_blocks()[0])
    round_ = a_round(students=[student("S1", grade="9"), student("S2")], sites=[site(features="quiet")])
    world = World(round_)
    lawful = build(world, Scorer(world))
    assert [lawful.candidates.student_of(p).student_id for p in range(len(lawful.candidates))] == ["S2"]
    assert lawful.refused["first_internship"] == 1


def test_the_example_component_gives_points(added):

    module = added(matcher.scoring, "same_cluster", code_blocks()[2])
    assert isinstance(module.COMPONENT, Component)
    weights = {c.name: 0 for c in components()} | {"same_cluster": 1}
    offers = [opportunity("O1", cluster="Health"), opportunity("O2", cluster="Art"), opportunity("O3")]
    round_ = a_round(settings=settings(weights=weights), opportunities=offers, previous=[earlier("S1", "O1", "")])
    world = World(round_)
    candidates = build(world, Scorer(world)).candidates
    assert candidates.points.tolist() == [1000, 0, 0]
    assert Scorer(world).words(world.students[0], world.variants[0], None) == "It goes on from what you did last term."


def test_the_example_objective_decides(added):
    added(matcher.solver.objectives, "perfect", code_blocks()[3])
    arrays = {"student": [0, 1], "points": [900, 790], "limit_indptr": [0, 2], "limit_indices": [0, 1], "at_most": [1]}
    problem = from_arrays({name: np.array(value) for name, value in arrays.items()} | {"objectives": ["perfect"]})
    solution = solve(problem)
    assert solution.chosen.tolist() == [0]
    assert [(s.name, s.value) for s in solution.stages] == [("perfect", 1)]
