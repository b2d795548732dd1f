"""What a person means, and what may be decided beside what was decided before."""

from typing import get_args

import pytest

from media_assets.captures.claims import Source
from media_assets.captures.review import SOURCES, Decision, Pair, Selection, meant_by_id, to_write
from media_assets.errors import ConfigurationError, DecisionError

SHOT, CLIP = "shot", "clip"
IMAGES = frozenset({SHOT})


def pair(match_id: str, media_id: str = SHOT) -> Pair:
    return Pair("ana", media_id, match_id)


def row(match_id: str, decision: str, role: str | None = "main") -> dict[str, object]:
    return {**pair(match_id)._asdict(), "decision": decision, "role": role}


def matches_meant(*rows: dict[str, object], match_id: str | None = None) -> list[str]:
    found = meant_by_id(rows, Selection(media_ids=(SHOT,), match_id=match_id))
    return [one.match_id for one in found]


class TestMeant:
    def test_without_a_match_it_is_what_is_proposed(self) -> None:
        assert matches_meant(row("a", "review"), row("b", "candidate", "runner_up")) == ["a"]

    def test_another_candidate_is_named_with_its_match(self) -> None:
        assert matches_meant(row("b", "candidate", "runner_up"), match_id="b") == ["b"]

    def test_two_that_are_proposed_are_told(self) -> None:
        with pytest.raises(DecisionError, match=r"shot may show a, b; add --match"):
            matches_meant(row("a", "auto"), row("b", "review", "secondary"))

    def test_one_that_is_decided_leaves_the_other(self) -> None:
        assert matches_meant(row("a", "accepted"), row("b", "auto", "secondary")) == ["b"]

    def test_where_all_is_decided_that_is_meant(self) -> None:
        assert matches_meant(row("a", "accepted"), row("b", "candidate", "runner_up")) == ["a"]

    def test_a_decision_that_no_rule_backs_any_more_is_meant_too(self) -> None:
        assert matches_meant(row("a", "rejected", None)) == ["a"]

    def test_what_is_not_proposed_is_refused_with_what_to_do(self) -> None:
        with pytest.raises(DecisionError, match="review assign shot MATCH_ID"):
            matches_meant()
        with pytest.raises(DecisionError, match="review assign shot b"):
            matches_meant(match_id="b")

    def test_it_is_wrong_usage(self) -> None:
        assert issubclass(DecisionError, ConfigurationError)


class TestToWrite:
    @pytest.mark.parametrize("decision", get_args(Decision))
    def test_what_is_new_is_written_once(self, decision: Decision) -> None:
        assert to_write(decision, [pair("a"), pair("a")], {}, IMAGES) == [pair("a")]

    @pytest.mark.parametrize(
        ("decision", "before"),
        [("accepted", "accepted"), ("rejected", "rejected"), ("assigned", "assigned"),
         ("accepted", "assigned"), ("assigned", "accepted")],
    )  # fmt: skip
    def test_what_was_said_before_is_not_written_again(
        self, decision: Decision, before: str
    ) -> None:
        assert to_write(decision, [pair("a")], {pair("a"): before}, IMAGES) == []

    @pytest.mark.parametrize(
        ("decision", "before"),
        [("accepted", "rejected"), ("assigned", "rejected"), ("rejected", "accepted"),
         ("rejected", "assigned")],
    )  # fmt: skip
    def test_another_decision_stands(self, decision: Decision, before: str) -> None:
        told = rf"shot with a was {before}; 'media-assets review reset shot --match a'"
        with pytest.raises(DecisionError, match=told):
            to_write(decision, [pair("b"), pair("a")], {pair("a"): before}, frozenset())

    @pytest.mark.parametrize("before", ["accepted", "assigned"])
    @pytest.mark.parametrize("decision", ["accepted", "assigned"])
    def test_an_image_shows_one_match(self, decision: Decision, before: str) -> None:
        with pytest.raises(DecisionError, match=f"shot with a was {before}"):
            to_write(decision, [pair("b")], {pair("a"): before}, IMAGES)

    def test_an_image_gets_no_two_matches_at_once(self) -> None:
        with pytest.raises(DecisionError, match="shot is an image and cannot show a and b"):
            to_write("accepted", [pair("a"), pair("b")], {}, IMAGES)

    def test_an_image_may_show_none_of_several(self) -> None:
        known = {pair("a"): "accepted"}
        assert to_write("rejected", [pair("b"), pair("c")], known, IMAGES) == [
            pair("b"), pair("c"),
        ]  # fmt: skip
        assert to_write("accepted", [pair("a")], {pair("b"): "rejected"}, IMAGES) == [pair("a")]

    def test_a_clip_may_show_two(self) -> None:
        known = {pair("a", CLIP): "accepted"}
        assert to_write("accepted", [pair("b", CLIP)], known, IMAGES) == [pair("b", CLIP)]

    def test_of_many_the_first_are_told(self) -> None:
        pairs = [pair("a", f"media{number}") for number in range(9)]
        with pytest.raises(DecisionError, match=r"media2 with .*\nand 6 more"):
            to_write("accepted", pairs, dict.fromkeys(pairs, "rejected"), IMAGES)


def test_every_source_of_a_time_has_its_words() -> None:
    assert set(SOURCES) == set(get_args(Source))


def test_a_selection_that_leaves_nothing_out_is_told_apart() -> None:
    assert not Selection().narrows
    assert Selection(min_confidence=0.0).narrows
    assert Selection(media_ids=("a",)).parameters()["media_ids"] == ["a"]
