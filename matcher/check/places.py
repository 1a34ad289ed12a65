"""Check: coordinates that cannot be, states without a code, and distances that nobody travels."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator

from matcher.check.base import Scene
from matcher.domain import School, Site, Student
from matcher.errors import Issue

SEA_OF_ZEROS = 0.5
HOME_KM = 300.0
SITE_KM = 500.0
LONG_TRIP = 300
_EARTH_KM = 6371.0088
_STATE = re.compile(r"US-[A-Z]{2}|(?!US)[A-Z]{2}-[A-Z0-9]{1,3}")
_OUTSIDE_BOX = {"US-GU", "US-MP", "US-AS", "US-UM"}


def check(scene: Scene) -> Iterator[Issue]:
    """`zero_coordinates`, `half_coordinates`, `bad_state`, `outside_country`, `far_from_schools`, `far_from_school`, `long_trip`."""
    places: tuple[School | Site, ...] = (*scene.round.schools, *scene.round.sites)
    for place in places:
        yield from _state(scene, place)
        if near_zero(place.lat, place.lon):
            yield from _zero(scene, place)
    for school in scene.round.schools:
        yield from _country(scene, school)
    schools = [s for s in scene.round.schools if scene.sound(s, "lat", "lon") and not near_zero(s.lat, s.lon)]
    for site in scene.round.sites:
        yield from _far_site(scene, site, schools)
    for student in scene.round.students:
        yield from _home(scene, student)
    for trip in scene.round.travel:
        if trip.minutes > LONG_TRIP:
            message = f"is longer than {LONG_TRIP} minutes"
            yield from scene.warning(trip, "minutes", "long_trip", message, "Maybe these are seconds.")


def kilometres(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Distance on a sphere (haversine)."""
    a, b = math.radians(lat), math.radians(to_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(to_lon - lon) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def near_zero(lat: float, lon: float) -> bool:
    """In the sea off Africa, where blank coordinates end up."""
    return abs(lat) <= SEA_OF_ZEROS and abs(lon) <= SEA_OF_ZEROS


def _zero(scene: Scene, place: School | Site | Student) -> Iterable[Issue]:
    if not scene.sound(place, "lat", "lon"):
        return ()
    message = "lat and lon are nearly zero: that is in the sea off Africa"
    return scene.error(place, "lat", "zero_coordinates", message, "Maybe the address was not found; look the place up on a map.")


def _state(scene: Scene, place: School | Site) -> Iterator[Issue]:
    if not _STATE.fullmatch(place.state):
        upper = place.state.upper().removeprefix("US").strip(" -_")
        hint = f"Maybe US-{upper}." if re.fullmatch("[A-Z]{2}", upper) else "Maybe write it like US-RI."
        yield from scene.error(place, "state", "bad_state", "is not the code of a state", hint)


def _country(scene: Scene, school: School) -> Iterator[Issue]:
    """Schools of the United States lie in a known box; sites are judged by their distance to the schools."""
    if not school.state.startswith("US-") or school.state in _OUTSIDE_BOX or near_zero(school.lat, school.lon):
        return
    if not _in_the_states(school.lat, school.lon) and scene.sound(school, "state", "lon"):
        hint = _repair(school.lat, school.lon, _in_the_states)
        yield from scene.warning(school, "lat", "outside_country", "lat and lon are not in the United States", hint)


def _in_the_states(lat: float, lon: float) -> bool:
    return 17.5 <= lat <= 71.5 and (-180 <= lon <= -64.5 or 172 <= lon <= 180)


def _repair(lat: float, lon: float, fits: Callable[[float, float], bool]) -> str:
    if abs(lon) <= 90 and fits(lon, lat):
        return "Maybe lat and lon are swapped."
    if fits(lat, -lon):
        return "Maybe the minus sign of lon is missing."
    return "Maybe look the place up on a map."


def _far_site(scene: Scene, site: Site, schools: list[School]) -> Iterator[Issue]:
    if not schools or near_zero(site.lat, site.lon) or not scene.sound(site, "lat", "lon"):
        return

    def reached(lat: float, lon: float) -> bool:
        return any(kilometres(lat, lon, s.lat, s.lon) <= SITE_KM for s in schools)

    if not reached(site.lat, site.lon):
        message = f"lat and lon are more than {SITE_KM:g} km from every school"
        yield from scene.warning(site, "lat", "far_from_schools", message, _repair(site.lat, site.lon, reached))


def _home(scene: Scene, student: Student) -> Iterator[Issue]:
    if student.lat is None or student.lon is None:
        if student.lat != student.lon and scene.sound(student, "lat", "lon"):
            column = "lat" if student.lat is None else "lon"
            message = "is blank although the other coordinate is there; the home counts as unknown"
            yield from scene.warning(student, column, "half_coordinates", message, "Maybe fill it in, or leave both blank.")
        return
    if near_zero(student.lat, student.lon):
        yield from _zero(scene, student)
        return
    school = scene.round.school.get(student.school_id)
    if school and scene.sound(school, "lat", "lon") and not near_zero(school.lat, school.lon):
        km = kilometres(student.lat, student.lon, school.lat, school.lon)
        if km > HOME_KM:

            def near(lat: float, lon: float) -> bool:
                return kilometres(lat, lon, school.lat, school.lon) <= HOME_KM

            message = f"lat and lon are {km:,.0f} km from the school"
            yield from scene.warning(student, "lat", "far_from_school", message, _repair(student.lat, student.lon, near))
