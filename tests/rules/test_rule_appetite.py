"""`appetite`: an opportunity that is `not_open` takes nobody."""

import pytest

from tests.builders import a_round, opportunity
from tests.rules.helpers import codes


@pytest.mark.parametrize(("appetite", "refused"), [("open", set()), ("interested", set()), ("not_open", {"appetite"})])
def test_appetite(appetite, refused):
    assert codes(a_round(opportunities=[opportunity(appetite=appetite)])) == refused
