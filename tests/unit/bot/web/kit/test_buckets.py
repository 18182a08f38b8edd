"""Token buckets: full at first, filled by time, and few in number."""

from bot.web.kit.buckets import Buckets, Rate


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_as_many_as_a_minute_has_and_one_more_after_the_wait() -> None:
    clock = Clock()
    buckets = Buckets(Rate(per_minute=30), clock=clock)

    assert [buckets.take("a") for _ in range(30)] == [0.0] * 30
    wait = buckets.take("a")
    assert wait == 2.0
    assert buckets.wait("a") == wait

    clock.now += wait - 0.1
    assert buckets.take("a") > 0
    clock.now += 0.2
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0


def test_what_is_refused_makes_nobody_wait_longer() -> None:
    clock = Clock()
    buckets = Buckets(Rate(per_minute=60), clock=clock)
    for _ in range(60):
        buckets.take("a")

    for _ in range(1000):
        buckets.take("a")

    clock.now += 1.01
    assert buckets.take("a") == 0


def test_one_bucket_is_no_other_and_none_is_more_than_full() -> None:
    clock = Clock()
    buckets = Buckets(Rate(per_minute=2), clock=clock)
    assert [buckets.take("a"), buckets.take("a"), buckets.take("b")] == [0, 0, 0]
    assert buckets.take("a") > 0
    assert buckets.wait("nobody") == 0

    clock.now += 10_000

    assert [buckets.take("a"), buckets.take("a")] == [0, 0]
    assert buckets.take("a") > 0


def test_only_those_who_asked_last_are_remembered() -> None:
    buckets = Buckets(Rate(per_minute=1), clock=Clock(), remembered=100)

    for number in range(10_000):
        buckets.take(str(number))

    assert len(buckets) == 100
    assert buckets.take("9999") > 0
    assert buckets.take("1") == 0
