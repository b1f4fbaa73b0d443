"""When requests may be sent, in time that does not pass by itself."""

import threading
from itertools import pairwise

import pytest

from firmsim.prices.sources.yahoo.clock import Stopped, WallClock
from firmsim.prices.sources.yahoo.failures import NotRequested
from firmsim.prices.sources.yahoo.rate_limiter import JITTER, RateLimiter
from yahoo.clock import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


def make(clock, **changes):
    settings = {"rates": {"request": 1.0, "profile": 1 / 6}, "backoff": 60.0, "max_attempts": 4}
    return RateLimiter(**settings | changes, clock=clock)


def test_requests_are_spaced_by_their_rate(clock):
    limiter = make(clock)
    assert [limiter.wait("request") for _ in range(4)] == pytest.approx([0, 1, 2, 3])
    first = limiter.wait("profile")
    assert limiter.wait("profile") - first == pytest.approx(6)


def test_all_workers_share_one_pace(clock):
    limiter, sent = make(clock), []

    def work():
        sent.extend(limiter.wait("request") for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.sort()
    assert len(sent) == 20
    assert all(after - before >= 1 - 1e-9 for before, after in pairwise(sent))


def test_a_refusal_holds_every_kind_and_longer_each_time(clock):
    limiter = make(clock)
    for k in range(3):
        limiter.refused(limiter.wait("request"))
        began = clock.now()
        waited = limiter.wait("profile") - began
        assert 60 * 2**k <= waited <= 60 * 2**k * (1 + JITTER)


def test_an_answer_makes_the_next_refusal_a_first_one(clock):
    limiter = make(clock)
    for _ in range(10):
        limiter.refused(limiter.wait("request"))
        began = clock.now()
        limiter.wait("request")
        assert clock.now() - began <= 60 * (1 + JITTER)
        limiter.answered()


def test_requests_under_way_are_one_refusal(clock):
    limiter = make(clock)
    sent = [limiter.wait("request") for _ in range(3)]
    limiter.refused(sent[2])
    limiter.refused(sent[0])
    limiter.refused(sent[1])
    began = clock.now()
    assert limiter.wait("request") - began <= 60 * (1 + JITTER)


def test_after_so_many_refusals_yahoo_is_left_alone(clock):
    limiter = make(clock)
    for _ in range(4):
        limiter.refused(limiter.wait("request"))
    limiter.answered()  # one that was still under way
    for kind in ("request", "profile"):
        with pytest.raises(NotRequested, match="not asked: Yahoo said 429 4 times in a row") as had:
            limiter.wait(kind)
        assert had.value.status == "rate_limited"


def test_stopping_wakes_a_sleeper_and_lets_nobody_pass():
    clock = WallClock()
    limiter = make(clock)
    limiter.wait("request")
    threading.Timer(0.1, clock.stop).start()
    with pytest.raises(Stopped):
        clock.sleep(86_400)
    with pytest.raises(Stopped):
        make(clock).wait("request")
