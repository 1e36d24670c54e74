import asyncio
import time

import pytest

from botops.domain.errors import RETRYABLE, ModelError
from botops.llm.retry import RetryPolicy, with_retries


def attempts_until_error(fault, *, policy, may_retry=lambda: True, allowed=5.0, retry_after=None):
    """How often a call that always fails is made."""

    async def main():
        made = []

        async def once(number):
            made.append(number)
            raise ModelError(fault, "no", retry_after=retry_after)

        deadline = asyncio.get_running_loop().time() + allowed
        with pytest.raises(ModelError):
            await with_retries(once, policy, deadline=deadline, may_retry=may_retry)
        return made

    return asyncio.run(main())


FAST = RetryPolicy(4, base_s=0.001)


@pytest.mark.parametrize("fault", sorted(RETRYABLE))
def test_passing_faults_are_tried_as_often_as_configured(fault):
    assert attempts_until_error(fault, policy=FAST) == [1, 2, 3, 4]


@pytest.mark.parametrize("fault", ["timeout", "auth", "bad_request", "truncated", "too_large", "filtered"])
def test_other_faults_are_not_tried_again(fault):
    assert attempts_until_error(fault, policy=FAST) == [1]


def test_nothing_is_tried_again_after_text_has_left_nor_past_the_deadline():
    assert attempts_until_error("server", policy=FAST, may_retry=lambda: False) == [1]
    started = time.monotonic()
    assert attempts_until_error("rate_limited", policy=FAST, retry_after=30, allowed=1) == [1]
    assert time.monotonic() - started < 0.5


def test_each_further_try_is_told_with_the_fault_before_it():
    told = []
    policy = RetryPolicy(3, base_s=0.001, on_retry=lambda error: told.append(error.fault))
    assert attempts_until_error("server", policy=policy) == [1, 2, 3]
    assert told == ["server", "server"]
    assert attempts_until_error("auth", policy=policy) == [1]
    assert attempts_until_error("server", policy=policy, retry_after=30, allowed=1) == [1]
    assert told == ["server", "server"]


def test_waits_double_up_to_the_cap_and_vary_by_half():
    longest = RetryPolicy(9, base_s=1, cap_s=6, random=lambda: 1.0)
    assert [longest.wait_s(n, None) for n in (1, 2, 3, 4, 5)] == [1, 2, 4, 6, 6]
    shortest = RetryPolicy(9, base_s=1, cap_s=6, random=lambda: 0.0)
    assert [shortest.wait_s(n, None) for n in (1, 2, 3, 4, 5)] == [0.5, 1, 2, 3, 3]
    assert shortest.wait_s(1, 20) == 20
    assert longest.wait_s(10_000, None) == 6


def test_a_policy_makes_at_least_one_call():
    with pytest.raises(ValueError, match="at least 1"):
        RetryPolicy(0)
    assert attempts_until_error("server", policy=RetryPolicy(1)) == [1]
