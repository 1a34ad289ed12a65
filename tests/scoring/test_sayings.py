"""What components say to a student: short sentences that are right in both languages."""

import pytest

from matcher.scoring.base import Way
from matcher.scoring.travel import COMPONENT as TRAVEL
from tests.builders import student


@pytest.mark.parametrize(
    ("languages", "way", "said"),
    [
        (("en",), Way("walk", 0, 0), "It is a walk of less than a minute."),
        (("en",), Way("walk", 1, 0), "It is a 1-minute walk."),
        (("en",), Way("bike", 8, 0), "It is an 8-minute bike ride."),
        (("en",), Way("van", 18, 0), "It is an 18-minute van ride."),
        (("en",), Way("transit", 81, 1), "It is an 81-minute bus trip with 1 transfer."),
        (("en",), Way("transit", 90, 2), "It is a 90-minute bus trip with 2 transfers."),
        (("es",), Way("walk", 0, 0), "Es menos de un minuto a pie."),
        (("es",), Way("bike", 1, 0), "Es un minuto en bicicleta."),
        (("es",), Way("transit", 35, 1), "Son 35 minutos en autobús con 1 transbordo."),
    ],
)
def test_the_trip_is_told_as_people_say_it(languages, way, said):
    assert TRAVEL.say(None, None, student(languages=languages), None, way) == said
