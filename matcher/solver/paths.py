"""Students to places with room for several: rough prices by auction, then exact ones by augmenting paths, compiled.

The steps, all in whole numbers (docs/model.md, seats only): auctions with a least raise find prices that are nearly right. From a
little below them students bid without a least raise, so that everybody seated sits as well as anywhere. Who is left over looks for
the cheapest path of displacements, first at no cost, then by Dijkstra's algorithm; prices rise on the way. Seats that stayed empty
at a price are filled the other way, as prices fall. Who must stay outside is settled in one leap of prices. At the end all
prices are lowered to the least that still proves the choice. The caller makes sure that no path can overflow.
"""

from __future__ import annotations

import numpy as np

from matcher.solver.auction import begin_below, bid, far_apart
from matcher.solver.compiled import njit
from matcher.solver.displace import cheapest_paths, free_paths
from matcher.solver.seating import FAR, NEAR, State
from matcher.solver.settle import by_place, fill, leap, lower

BIDS = 20
"""Bids of one student without a least raise before the paths take over."""
FINER = 4
"""The least raise of the first auction is this part of how far the options of one student lie apart, and so on to the next."""
AUCTIONS = 4
BELOW = 80
"""Where seats are scarce, prices fall by this part of how far options lie apart before the bids without a least raise."""


@njit(cache=True, nogil=True)
def best_places(
    start: np.ndarray, place: np.ndarray, worth: np.ndarray, outside: np.ndarray, room: np.ndarray, stop: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The choice of most worth in all.

    Parameters
    ----------
    start : int64 [students + 1], where each student's options begin.
    place : int32 or int64 [options], each a place with room.
    worth : int32 or int64 [options].
    outside : int64 [students], what a student is worth without any of these options.
    room : int64 [places].
    stop : uint8 [1]; set to 1 by another thread, it ends the search, and what is returned then means nothing.

    Returns
    -------
    taken : int64 [students], the option of each student or -1.
    prices : int64 [places], what one more place would be worth; 0 where there is room, and in places without any option.
    """
    students, places = len(start) - 1, len(room)
    room = np.minimum(np.maximum(room, 0), students)
    first = np.zeros(places + 1, np.int64)
    first[1:] = np.cumsum(room)
    owner = np.empty(len(place), np.int32)
    for s in range(students):
        owner[start[s] : start[s + 1]] = s
    a = State(
        start,
        place,
        worth,
        outside,
        room,
        owner,
        first,
        np.empty(first[places], np.int64),
        np.zeros(places, np.int64),
        np.zeros(places, np.int64),
        np.full(students, -1),
        np.full(students, -1),
        np.empty((students, NEAR), np.int64),
        np.empty((students, NEAR), np.int32),
        np.empty((students, NEAR), np.int64),
        np.empty(students, np.int64),
        np.empty(NEAR, np.int64),
    )
    apart, level = far_apart(a)
    look, step, scarce = True, apart // FINER, first[places] < students
    rough = step > 0
    if not rough:  # options differ too little for an auction to say anything
        level = outside
    for auction in range(AUCTIONS):
        if step == 0:
            break
        bid(a, level, step, FAR, look, stop)
        last = auction == AUCTIONS - 1 or step < FINER
        begin_below(a, max(2 * step, apart // BELOW) if scarce and last else step if scarce else 2 * step)
        look, step = False, step // FINER
    left = bid(a, level, 0, BIDS, look, stop)
    hope = level.copy()
    while len(left) and not stop[0]:
        left = cheapest_paths(a, level, hope, free_paths(a, level, left) if rough else left, rough, not rough, stop)
    lower(a, level)
    if ((a.held < a.room) & (a.prices > 0)).any() or ((a.taken < 0) & (level > outside)).any():
        begin, options = by_place(a)
        fill(a, level, begin, options, stop)
        left = np.flatnonzero((a.taken < 0) & (level > outside))
        cheapest_paths(a, outside, level.copy(), leap(a, outside, level, left, begin, options), False, False, stop)
        lower(a, outside)
    return a.taken, a.prices
