"""Whose turn is next: pure, with times as numbers."""

import random

import pytest

from media_assets.errors import WebError
from media_assets.web.fetched import Wanted
from media_assets.web.frontier import NEVER, Frontier, Job, Turn
from media_assets.web_settings import WebSettings


def frontier_of(*wanted: str, **settings) -> Frontier:
    chosen = {"robots": False, "host_requests_per_second": 0, "host_failures": 2} | settings
    frontier = Frontier(WebSettings.model_validate(chosen))
    frontier.begin([(name[0], Job(Wanted(name), name)) for name in wanted], now=0)
    return frontier


def taken(frontier: Frontier, now: float = 0) -> Turn:
    turn = frontier.take(now)
    assert isinstance(turn, Turn)
    return turn


def name_of(turn: Turn) -> str:
    assert turn.job is not None
    return turn.job.url


def test_hosts_take_turns_and_keep_their_order() -> None:
    frontier = frontier_of("a1", "a2", "a3", "b1", "b2", "c1", host_concurrency=2)
    assert [name_of(taken(frontier)) for _ in range(5)] == ["a1", "b1", "c1", "a2", "b2"]
    assert frontier.take(0) == NEVER  # the third of `a` waits for a place


def test_a_place_that_is_free_is_taken() -> None:
    frontier = frontier_of("a1", "a2", host_concurrency=1)
    turn = taken(frontier)
    assert frontier.take(0) == NEVER
    frontier.finish(turn)
    last = taken(frontier)
    assert name_of(last) == "a2"
    frontier.finish(last)
    assert frontier.take(0) is None


def test_the_rate_is_that_of_each_host() -> None:
    frontier = frontier_of("a1", "a2", "b1", host_requests_per_second=4)
    assert [name_of(taken(frontier)), name_of(taken(frontier))] == ["a1", "b1"]
    assert frontier.take(0.1) == pytest.approx(0.15)
    assert name_of(taken(frontier, 0.25)) == "a2"


def test_a_try_that_fails_opens_the_circuit_again_and_one_that_does_not_closes_it() -> None:
    frontier = frontier_of("a0", "b0", "a1", "a2", "a3", "a4", "a5", host_pause_seconds=5)
    first, other, second = taken(frontier), taken(frontier), taken(frontier)
    host = first.host
    assert (first.host, other.host.origin) == (second.host, "b")
    for turn in (first, second):
        frontier.fail(host, 0)
        frontier.finish(turn)
    assert frontier.take(0) == 5
    probe = taken(frontier, 5)
    assert frontier.take(5) == NEVER  # one finds out, the others wait
    frontier.fail(host, 6)
    frontier.finish(probe)
    assert frontier.take(6) == 5
    probe = taken(frontier, 11)
    frontier.succeed(host)
    frontier.finish(probe)
    assert [name_of(taken(frontier, 11)) for _ in range(2)] == ["a4", "a5"]


def test_nothing_but_open_circuits_is_not_waited_for() -> None:
    frontier = frontier_of("a1", "a2", "a3", host_failures=1)
    turn = taken(frontier)
    frontier.fail(turn.host, 0)
    frontier.again(turn.host, turn.job, 1)
    assert isinstance(frontier.take(0), float)
    frontier.finish(turn)
    left = [taken(frontier) for _ in range(3)]
    assert sorted(map(name_of, left)) == ["a1", "a2", "a3"]
    assert {turn.job.verdict.error_class for turn in left} == {"HostPaused"}
    for turn in left:
        frontier.finish(turn)
    assert frontier.take(0) is None


def test_a_pause_that_another_host_outlasts_is_waited_for() -> None:
    frontier = frontier_of("a1", "a2", "b1", "b2", host_failures=1, host_requests_per_second=0.1,
                           host_pause_seconds=3)  # fmt: skip
    first, other = taken(frontier), taken(frontier)
    frontier.fail(first.host, 0)
    frontier.finish(first)
    frontier.finish(other)
    assert frontier.take(4) == 6  # the rate
    assert {name_of(taken(frontier, 10)), name_of(taken(frontier, 10))} == {"a2", "b2"}


def test_a_host_that_is_given_up_takes_no_more() -> None:
    frontier = frontier_of("a1", "a2", "b1")
    first, other = taken(frontier), taken(frontier)
    frontier.give_up(first.host, WebError("X", "enough"))
    frontier.move(other.job, "a")
    told = [taken(frontier), taken(frontier)]
    assert {name_of(turn) for turn in told} == {"a2", "b1"}
    assert all(str(turn.job.verdict) == "enough" for turn in told)


@pytest.mark.parametrize("seed", range(20))
def test_every_job_comes_to_an_end_whatever_happens(seed: int) -> None:
    chance = random.Random(seed)
    names = [f"{chance.choice('abcdef')}{number}" for number in range(60)]
    frontier = frontier_of(*names, robots=chance.random() < 0.5, host_failures=3,
                           host_concurrency=chance.randint(1, 4), host_pause_seconds=20,
                           host_requests_per_second=chance.choice([0, 2]))  # fmt: skip
    now, under_way, ended = 0.0, [], []
    for _ in range(100_000):
        found = frontier.take(now) if len(under_way) < 8 else NEVER
        if found is None:
            break
        if isinstance(found, Turn):
            under_way.append(found)
            continue
        if found < NEVER and (not under_way or chance.random() < 0.5):
            now += found
            continue
        turn = under_way.pop(chance.randrange(len(under_way)))
        ended += play(frontier, turn, now, chance)
        frontier.finish(turn)
    assert under_way == []
    assert sorted(ended) == sorted(names)


def play(frontier: Frontier, turn: Turn, now: float, chance: random.Random) -> list[str]:
    """Let anything happen to a turn; the names of the jobs that come to an end by that."""
    from media_assets.web.robots import EVERYTHING

    host, job, what = turn.host, turn.job, chance.random()
    if job is None:
        if what < 0.7:
            frontier.learn(host, EVERYTHING, 30)
        else:
            frontier.hold(host, now + 1)
        return []
    if job.verdict is not None:
        return [job.wanted.url]
    if what < 0.2:
        frontier.move(job, chance.choice("abcdefgh"))
        return []
    if what < 0.4:
        frontier.fail(host, now)
        frontier.again(host, job, now + chance.random())
        return []
    if what < 0.45:
        frontier.hold(host, now + 50)
        frontier.give_up(host, WebError("X", "asks to wait"))
    else:
        frontier.succeed(host)
    return [job.wanted.url]
