"""When requests may be sent, in time that does not pass by itself."""

import threading
import time
from itertools import pairwise

import pytest

from firmsim.prices.sources.yahoo.failures import NotAsked
from firmsim.prices.sources.yahoo.pace import JITTER, Pace, Stopped, WallClock
from yahoo.clock import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


def make(clock, **changes):
    settings = {"rates": {"request": 1.0, "profile": 1 / 6}, "backoff": 60.0, "max_attempts": 4}
    return Pace(**settings | changes, clock=clock)


def test_requests_are_spaced_by_their_rate(clock):
    pace = make(clock)
    assert [pace.wait("request") for _ in range(4)] == pytest.approx([0, 1, 2, 3])
    first = pace.wait("profile")
    assert pace.wait("profile") - first == pytest.approx(6)


def test_all_workers_share_one_pace(clock):
    pace, sent = make(clock), []

    def work():
        sent.extend(pace.wait("request") for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.sort()
    assert len(sent) == 20
    assert all(later - earlier >= 1 - 1e-9 for earlier, later in pairwise(sent))


def test_a_refusal_holds_every_kind_and_longer_each_time(clock):
    pace = make(clock)
    for k in range(3):
        pace.refused(pace.wait("request"))
        began = clock.now()
        waited = pace.wait("profile") - began
        assert 60 * 2**k <= waited <= 60 * 2**k * (1 + JITTER)


def test_an_answer_makes_the_next_refusal_a_first_one(clock):
    pace = make(clock)
    for _ in range(10):
        pace.refused(pace.wait("request"))
        began = clock.now()
        pace.wait("request")
        assert clock.now() - began <= 60 * (1 + JITTER)
        pace.answered()


def test_requests_under_way_are_one_refusal(clock):
    pace = make(clock)
    sent = [pace.wait("request") for _ in range(3)]
    pace.refused(sent[2])
    pace.refused(sent[0])
    pace.refused(sent[1])
    began = clock.now()
    assert pace.wait("request") - began <= 60 * (1 + JITTER)


def test_after_so_many_refusals_yahoo_is_left_alone(clock):
    pace = make(clock)
    for _ in range(4):
        pace.refused(pace.wait("request"))
    pace.answered()  # one that was still under way
    for kind in ("request", "profile"):
        with pytest.raises(NotAsked, match="not asked: Yahoo said 429 4 times in a row") as had:
            pace.wait(kind)
        assert had.value.status == "rate_limited"


def test_stopping_wakes_a_sleeper_and_lets_nobody_pass():
    clock = WallClock()
    pace = make(clock)
    pace.wait("request")
    threading.Timer(0.1, clock.stop).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        clock.sleep(60)
    assert time.monotonic() - began < 5
    with pytest.raises(Stopped):
        make(clock).wait("request")
