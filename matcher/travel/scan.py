"""The Connection Scan: earliest arrivals at every stop, by number of rides, for many starts at once.

Dibbelt, Pajor, Strasser, Wagner: Connection Scan Algorithm, Journal of Experimental Algorithmics 23, 2018; here with one layer for each
number of rides, so that a limit on changes is kept, and one column for each start.
"""

from __future__ import annotations

import numpy as np

from matcher.travel.timetable import Links, Rides

NEVER = np.int32(2**30)


def earliest(rides: Rides, changes: Links, starts: Links, begin: int, most_rides: int) -> np.ndarray:
    """When somebody who sets out at `begin` can get off at each stop.

    Parameters
    ----------
    rides : connections in order of departure.
    changes : from each stop, where one may change to and how many seconds that takes; never 0, for a connection that departs in the same
        second as another arrives may stand before it.
    starts : the stops near each start and the walk to them.
    most_rides : at most one more than the changes that are allowed.

    Returns
    -------
    int32 [stops, most_rides, starts]: the time after exactly 1, 2, ... rides; NEVER where there is no way.
    """
    shape = (len(changes), most_rides, len(starts))
    ready, arrival = np.full(shape, NEVER), np.full(shape, NEVER)
    for column, (stops, walk) in enumerate(starts):
        ready[stops, 0, column] = begin + walk
    aboard = np.zeros((rides.trips, *shape[1:]), dtype=bool)
    columns = (rides.departs, rides.arrives, rides.start, rides.end, rides.trip, rides.boards, rides.alights)
    for departs, arrives, start, end, trip, boards, alights in zip(*(c.tolist() for c in columns), strict=True):
        riding = aboard[trip]
        if boards:
            riding |= ready[start] <= departs
        if not alights or not riding.any():
            continue
        sooner = riding & (arrival[end] > arrives)
        if sooner.any():
            arrival[end][sooner] = arrives
            stops, seconds = changes[end]
            if most_rides > 1:
                then = np.where(sooner[:-1], np.int32(arrives), NEVER)
                ready[stops, 1:] = np.minimum(ready[stops, 1:], then + seconds.astype(np.int32)[:, None, None])
    return arrival


def best(arrival: np.ndarray, ends: Links, begin: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole minutes (rounded up) from `begin` to each end, and changes: the fewest minutes, then the fewest changes.

    Returns
    -------
    int32 [ends, starts] twice; minutes are at least NEVER // 60 where there is no way.
    """
    shape = (len(ends), arrival.shape[2])
    minutes, changes = np.full(shape, NEVER // 60), np.zeros(shape, np.int32)
    for row, (stops, walk) in enumerate(ends):
        if len(stops):
            seconds = (arrival[stops] + walk.astype(np.int32)[:, None, None]).min(axis=0) - np.int32(begin)
            whole = -(-seconds // 60)
            changes[row] = whole.argmin(axis=0)
            minutes[row] = whole.min(axis=0)
    return minutes, changes
