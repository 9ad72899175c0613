"""What is told last: only when nothing else is under way, and has not been for a moment."""

from providers.activity import QUIET, Activity


class Clock:
    """A time that passes while somebody sleeps, and that may do something meanwhile."""

    def __init__(self) -> None:
        self.now = 0.0
        self.at: dict[float, object] = {}

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now = round(self.now + seconds, 3)
        action = self.at.pop(self.now, None)
        if callable(action):
            action()


def test_alone_it_waits_a_moment() -> None:
    clock = Clock()
    activity = Activity(clock)
    with activity.change():
        activity.wait_until_quiet(clock.sleep)
    assert clock.now >= QUIET


def test_it_waits_for_what_is_under_way_and_for_what_follows_it() -> None:
    clock = Clock()
    activity = Activity(clock)
    first, second = activity.change(), activity.change()
    first.__enter__()
    clock.at[5.0] = lambda: (first.__exit__(None, None, None), second.__enter__())
    clock.at[9.0] = lambda: second.__exit__(None, None, None)
    with activity.change():
        activity.wait_until_quiet(clock.sleep)
    assert 9.0 + QUIET <= clock.now < 9.5 + QUIET


def test_two_that_wait_do_not_wait_for_each_other() -> None:
    clock = Clock()
    activity = Activity(clock)

    def other() -> None:
        with activity.change():
            activity.wait_until_quiet(clock.sleep)

    clock.at[0.5] = other
    with activity.change():
        activity.wait_until_quiet(clock.sleep)
    assert clock.now < 3 * QUIET
