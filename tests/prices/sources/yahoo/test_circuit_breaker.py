"""The circuit breaker: when it opens, and what keeps it closed."""

import pytest

from firmsim.prices.sources.yahoo.circuit_breaker import COMMON, MAX_FAILURES, CircuitBreaker
from firmsim.prices.sources.yahoo.failures import PERMANENT, NotRequested, YahooFailure


def fail(breaker, count, status="timeout"):
    for number in range(count):
        breaker.failed(YahooFailure(status, f"reason {number}"))


@pytest.mark.parametrize("status", sorted(COMMON))
def test_it_opens_after_ten_failures_in_a_row_and_stays_open(status):
    breaker = CircuitBreaker()
    fail(breaker, MAX_FAILURES - 1, status)
    breaker.check()
    fail(breaker, 1, status)
    breaker.answered()  # a request that was under way
    reason = "not asked: 10 firms in a row failed, the last: reason 0"
    with pytest.raises(NotRequested, match=reason) as refused:
        breaker.check()
    assert (refused.value.status, refused.value.attempts) == (status, 0)


def test_a_success_and_a_failure_of_one_firm_alone_keep_it_closed():
    breaker = CircuitBreaker()
    for status in (*sorted(PERMANENT), None):
        fail(breaker, MAX_FAILURES - 1)
        if status is None:
            breaker.answered()
        else:
            fail(breaker, 1, status)
        breaker.check()
    fail(breaker, MAX_FAILURES - 1)
    breaker.check()
