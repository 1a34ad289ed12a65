"""The fields of work: their files, their reach, a town's own, and O*NET."""

import pytest

from matcher.errors import InputError
from matcher.scoring.text.engine import Engine
from matcher.scoring.text.knowledge import SHIPPED, phrases, read_knowledge
from matcher.scoring.text.lexicon import read_lexicon
from matcher.scoring.text.onet import FILE, add_onet
from matcher.scoring.text.reach import unreached
from matcher.scoring.text.table import read_table

MAPLE = """
cluster = "Agriculture, Food & Natural Resources"
[[field]]
id = "maple_sugaring"
name = "maple sugaring"
name_es = "jarabe de arce"
lay = "sugar house; tapping trees; maple syrup; boiling sap"
work = "sugarbush; evaporator; vacuum tubing; sap hydrometer"
"""


def test_every_field_has_words_of_both_worlds_in_both_languages():
    knowledge = read_knowledge()
    assert len(knowledge.fields) >= 300
    assert len(set(knowledge.clusters)) == 16
    for field in knowledge.fields:
        assert len(phrases(field.lay)) >= 32, field.id
        assert len(phrases(field.work)) >= 36, field.id
        assert len(phrases(field.lay_es)) >= 18, field.id
        assert len(phrases(field.work_es)) >= 16, field.id


def test_every_field_is_found_by_its_own_everyday_words():
    assert unreached() == (len(read_knowledge().fields), [])


def test_the_shipped_vectors_belong_to_the_shipped_fields():
    """After a change of the fields: .venv/bin/python -m matcher.scoring.text.distil."""
    table = read_table()
    assert table.knowledge == read_knowledge().digest
    assert len(table.reference) == len(read_knowledge().fields)


def test_the_word_table_has_single_words_in_plain_spelling():
    lexicon = read_lexicon()
    assert len(lexicon.words) > 3000
    assert "dog" in lexicon("perros")
    assert lexicon("zzzz") == ()


def test_a_town_adds_its_own_trade(tmp_path):
    (tmp_path / "maple.toml").write_text(MAPLE, encoding="utf-8")
    engine = Engine("light", (tmp_path,))
    found = engine.concepts.vectors([engine.reader.read("boiling sap in the sugar house")])[0]
    assert engine.fields[int(found.argmax())].id == "maple_sugaring"
    assert engine.digest != Engine("light").digest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cluster = 'x'\n[[field]]\nid = 'a'\nname = 'a'\nley = 'b'", "field.0.ley"),
        ("cluster = 'x'\n[[field]]\nname = 'a'", "field.0.id"),
        ("cluster = 'x'\n[[field]]\nid = 'a'\nname = 'a'\n[[field]]\nid = 'a'\nname = 'b'", "stands there twice"),
        ("cluster = ", "own.toml"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, text, told):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told) as error:
        read_knowledge((SHIPPED, tmp_path))
    assert "own.toml" in str(error.value)


def test_onet_becomes_fields_with_its_attribution(tmp_path):
    source, target = tmp_path / "onet", tmp_path / "own"
    source.mkdir()
    (source / "Occupation Data.txt").write_text(
        'O*NET-SOC Code\tTitle\tDescription\n11-1.00\tKite Makers\tMake "kites"; fly them.\n', encoding="utf-8"
    )
    (source / "Alternate Titles.txt").write_text("O*NET-SOC Code\tAlternate Title\n11-1.00\tKite Builder\n", encoding="utf-8")
    (source / "Task Statements.txt").write_text("O*NET-SOC Code\tTask ID\tTask\n11-1.00\t1\tGlue paper; bend sticks.\n", encoding="utf-8")
    assert add_onet(source, target) == 1
    assert "USDOL/ETA" in (target / FILE).read_text(encoding="utf-8")
    field = next(f for f in read_knowledge((SHIPPED, target)).fields if f.id == "onet_11-1.00")
    assert phrases(field.work) == ['Make "kites", fly them.', "Kite Builder", "Glue paper, bend sticks."]


def test_onet_in_another_form_is_named(tmp_path):
    with pytest.raises(InputError, match=r"Occupation Data\.txt"):
        add_onet(tmp_path, tmp_path / "own")
    (tmp_path / "Occupation Data.txt").write_text("Code\tTitle\n1\tx\n", encoding="utf-8")
    with pytest.raises(InputError, match="O\\*NET-SOC Code"):
        add_onet(tmp_path, tmp_path / "own")
    assert not (tmp_path / "own").exists()
