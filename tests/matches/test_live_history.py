"""Reading a player's history: new matches shift it, pages fail, syncs end anywhere."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from media_assets.errors import ApiCallError
from media_assets.matches.history import OLDEST, PAGE, Entry, History, PageRead, read_history

START = datetime.fromisoformat("2026-01-01")


class Api:
    """A history that grows, shrinks and fails; `asked` are the starts of the pages."""

    def __init__(self, matches: int) -> None:
        self.entries: list[Entry] = []
        self.asked: list[int] = []
        self.fails: Callable[[int], bool] = lambda _: False
        self.between: Callable[[], None] = lambda: None
        self._played = 0
        self.play(matches)

    def play(self, matches: int) -> None:
        for _ in range(matches):
            begun = START + timedelta(minutes=20 * self._played)
            entry = (f"match {self._played:05}", begun, begun + timedelta(minutes=10))
            self.entries.insert(0, entry)
            self._played += 1

    async def fetch(self, start: int) -> Sequence[Entry]:
        self.asked.append(start)
        if self.fails(len(self.asked)):
            raise ApiCallError("HTTP 500", 500)
        page = self.entries[start : start + PAGE]
        self.between()
        return page

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(match_id for match_id, _, _ in self.entries)


def sync(api: Api, history: History, *, full: bool = False, pages: int = 10**6) -> list[PageRead]:
    """One sync, interrupted after so many pages."""

    async def main() -> list[PageRead]:
        found: list[PageRead] = []
        async for page in read_history(history, api.fetch, full=full):
            found.append(page)
            if len(found) == pages:
                break
        return found

    api.asked.clear()
    return asyncio.run(main())


def is_whole(api: Api, history: History) -> bool:
    return history.match_ids == api.ids and history.gaps() == ()


def again(history: History) -> History:
    """What the next process reads from the table."""
    return History(history._rows.values())


def test_a_first_sync_reads_all_pages_once() -> None:
    for matches in (0, 1, 24, 25, 26, 99, 100):
        api, history = Api(matches), History()
        found = sync(api, history)
        assert is_whole(api, history)
        assert api.asked == list(range(0, matches + 1, PAGE))
        assert [name for page in found for name in page.new_matches] == list(api.ids)


def test_without_news_a_sync_reads_one_page_and_writes_nothing() -> None:
    api, history = Api(200), History()
    sync(api, history)
    (page,) = sync(api, history)
    assert (page.news, page.new_matches) == ((), ())
    assert api.asked == [0]


def test_delta_goes_back_to_the_first_page_without_news() -> None:
    api, history = Api(200), History()
    sync(api, history)
    api.play(30)
    found = sync(api, history)
    assert api.asked == [0, 25, 50]
    assert [name for page in found for name in page.new_matches] == list(api.ids[:30])
    assert {row.match_id for page in found for row in page.news} == set(api.ids[:30])
    assert is_whole(api, history)


def test_full_goes_through_all() -> None:
    api, history = Api(110), History()
    sync(api, history)
    sync(api, history, full=True)
    assert api.asked == [0, 25, 50, 75, 100]


def test_an_interrupted_first_sync_is_gone_on_with_where_it_was() -> None:
    api, history = Api(500), History()
    sync(api, history, pages=8)
    assert history.gaps() == (api.ids[199],)
    history = again(history)
    sync(api, history)
    assert is_whole(api, history)
    assert api.asked[:2] == [0, 199]
    assert len(api.asked) <= 2 + 300 / PAGE


def test_an_interrupted_sync_is_gone_on_with_below_matches_that_were_played_since() -> None:
    api, history = Api(500), History()
    sync(api, history, pages=8)
    api.play(40)
    sync(api, history)
    assert is_whole(api, history)
    assert api.asked[:4] == [0, 25, 50, 239]


def test_a_page_that_fails_is_passed_over_and_retried() -> None:
    api, history = Api(200), History()
    api.fails = lambda number: number == 3
    found = sync(api, history)
    assert [page.start for page in found if page.error] == [50]
    assert is_whole(api, history)
    assert api.asked == [*range(0, 201, 25), 49, 74, 99]


def test_a_page_that_goes_on_failing_leaves_a_gap_that_the_next_sync_closes() -> None:
    api, history = Api(200), History()
    bad = {50, 49}
    api.fails = lambda _: api.asked[-1] in bad
    sync(api, history)
    assert set(api.ids) - set(history.match_ids) == set(api.ids[50:74])
    assert history.gaps() == (api.ids[49],)
    api.play(3)
    bad.clear()
    history = again(history)
    sync(api, history)
    assert is_whole(api, history)
    assert api.asked == [0, 25, 52, 77, 102]


def test_two_pages_in_a_row_that_fail_end_the_reading() -> None:
    api, history = Api(500), History()
    api.fails = lambda number: number > 3
    found = sync(api, history)
    assert api.asked == [0, 25, 50, 75, 100, 74, 99]
    assert sum(page.error is not None for page in found) == 4
    assert history.gaps() == (api.ids[74],)


def test_an_api_that_is_down_is_asked_twice() -> None:
    api, history = Api(500), History()
    api.fails = lambda _: True
    assert [page.start for page in sync(api, history)] == [0, 25]
    assert history.match_ids == ()


def test_matches_that_are_played_while_pages_are_read_confuse_nothing() -> None:
    api, history = Api(300), History()
    api.between = lambda: api.play(7)
    sync(api, history)
    api.between = lambda: None
    sync(api, history)
    assert is_whole(api, history)


def test_so_many_new_matches_that_a_page_repeats_itself_confuse_nothing() -> None:
    api, history = Api(100), History()
    api.between = lambda: api.play(25) if len(api.asked) == 2 else None
    sync(api, history)
    api.between = lambda: None
    sync(api, history)
    assert is_whole(api, history)


def test_more_new_matches_than_a_page_has_hide_no_gap() -> None:
    """While pages are read so many come on top that the next page is newer than the last one."""
    api, history = Api(100), History()
    sync(api, history)
    api.play(80)
    api.between = lambda: api.play(60) if len(api.asked) == 1 else None
    sync(api, history)
    api.between = lambda: None
    sync(api, history)
    assert is_whole(api, history)


def test_an_api_that_gives_the_same_page_for_ever_has_an_end() -> None:
    api = Api(25)

    async def same(_: int) -> Sequence[Entry]:
        api.asked.append(0)
        return api.entries

    async def main() -> int:
        return len([page async for page in read_history(History(), same, full=True)])

    assert asyncio.run(main()) <= 6


def test_a_gap_below_which_the_api_lists_nothing_any_more_is_closed() -> None:
    api, history = Api(120), History()
    sync(api, history, pages=3)
    del api.entries[75:]
    sync(api, again(history))
    assert len(api.asked) <= 4
    kept = again(history)
    sync(api, kept)
    assert kept.gaps() == ()


def test_a_gap_at_a_match_that_the_api_lists_no_more_is_closed() -> None:
    for removed in (74, 70):
        api, history = Api(120), History()
        sync(api, history, pages=3)
        del api.entries[removed : removed + 6]
        sync(api, history)
        assert history.gaps() == ()
        assert set(api.ids) <= set(history.match_ids)
        sync(api, history)
        assert api.asked == [0]


def test_a_history_that_lost_many_entries_is_still_read_to_its_end() -> None:
    api, history = Api(300), History()
    sync(api, history, pages=8)
    del api.entries[10:110]
    sync(api, history)
    assert set(api.ids) <= set(history.match_ids)
    assert history.gaps() == ()


def test_the_oldest_match_is_known_as_the_oldest() -> None:
    api, history = Api(30), History()
    sync(api, history)
    assert history._rows[api.ids[-1]].next_older == OLDEST
    links = [history._rows[name].next_older for name in api.ids[:-1]]
    assert links == list(api.ids[1:])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_happens_the_next_whole_sync_knows_all(data: st.DataObject) -> None:
    api, history = Api(data.draw(st.integers(0, 160))), History()
    for _ in range(data.draw(st.integers(1, 5))):
        api.play(data.draw(st.integers(0, 60)))
        failing = data.draw(st.sets(st.integers(1, 12)))
        grows = data.draw(st.sampled_from([0, 1, 3, 24, 25, 26, 60]))
        api.fails = lambda number, failing=failing: number in failing
        api.between = lambda grows=grows: api.play(grows if len(api.asked) < 9 else 0)
        full = data.draw(st.booleans())
        sync(api, history, full=full, pages=data.draw(st.integers(1, 12)))
        history = again(history)
    api.fails, api.between = (lambda _: False), (lambda: None)
    sync(api, history)
    assert is_whole(api, history)
    sync(api, history)
    assert api.asked == [0]
