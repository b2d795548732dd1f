"""What the row of a URL says after it was tried."""

from datetime import UTC, datetime
from typing import Any

import pytest

from media_assets.stages.land_rows import (
    FIRST_RETRY,
    LONGEST_RETRY,
    limits_of,
    tried_row,
)
from media_assets.web.fetched import Fetched
from media_assets.web_settings import WebSettings

NOW = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - as the tables have it: naive UTC
LATER = datetime(2026, 5, 4, 14, tzinfo=UTC)
URL = "https://example.org/a.png"
SETTINGS = WebSettings(attempts=3)
CONTENT = {
    "kind": "image", "width": 4, "height": 3, "file_name": "ab12.png", "file_hash": "ab12",
    "file_size": 99, "etag": '"1"', "last_modified": "Mon", "content_type": "image/png",
    "fetched_at": NOW,
}  # fmt: skip


def before(*, attempts: int = 0, status: str = "pending", there: bool = False) -> dict[str, Any]:
    content = CONTENT if there else dict.fromkeys(CONTENT)
    return {"url": URL, "status": status, "attempts": attempts, "has_content": there, **content}


def tried(outcome: str, known: dict[str, Any] | None = None, **values: object) -> dict[str, Any]:
    got = Fetched(url=URL, outcome=outcome, **values)  # type: ignore[arg-type]
    return tried_row(got, known or before(), SETTINGS, NOW, 0.5)


def test_what_was_fetched_says_so_and_counts_from_zero_again() -> None:
    row = tried(
        "fetched", before(attempts=2, status="failed"), kind="image", file_name="ab/ab12.png",
        file_hash="ab12", file_size=99, attempts=1, http_status=200, final_url=URL,
    )  # fmt: skip
    assert (row["status"], row["reason"], row["attempts"]) == ("fetched", None, 0)
    assert (row["file_name"], row["fetched_at"], row["checked_at"]) == ("ab12.png", NOW, NOW)
    assert row["final_url"] is None


def test_where_a_redirect_led_is_kept() -> None:
    assert tried("fetched", final_url="https://cdn.example.org/a.png")["final_url"] is not None


def test_what_did_not_change_keeps_its_content_and_takes_new_validators() -> None:
    row = tried("unchanged", before(there=True), http_status=304, etag='"2"')
    assert row["status"] == "fetched"
    assert (row["file_name"], row["etag"], row["last_modified"]) == ("ab12.png", '"2"', "Mon")
    assert (row["fetched_at"], row["checked_at"]) == (NOW, NOW)


def test_a_filter_leaves_the_limits_and_no_content() -> None:
    row = tried("skipped", before(there=True), reason="too small", width=4, height=3)
    assert (row["status"], row["reason"], row["is_final"]) == ("skipped", "too small", True)
    assert row["settings"] == limits_of(SETTINGS)
    assert (row["file_name"], row["width"], row["height"]) == (None, 4, 3)


@pytest.mark.parametrize(("attempts", "given_up"), [(0, False), (1, False), (2, True), (7, True)])
def test_it_is_given_up_after_so_many_attempts(attempts: int, *, given_up: bool) -> None:
    row = tried(
        "failed", before(attempts=attempts), reason="HTTP 503", attempts=1, not_before=LATER
    )
    assert row["attempts"] == attempts + 1
    assert ("given up after" in row["reason"]) is given_up
    assert (row["next_retry_at"] is None) is given_up
    assert given_up or row["next_retry_at"] == datetime(2026, 5, 4, 14)  # noqa: DTZ001


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.75), (0.5, 1.0), (1.0, 1.25)])
def test_pauses_double_up_to_a_week(chance: float, share: float) -> None:
    got = Fetched(url=URL, outcome="failed", reason="HTTP 503", attempts=1)
    patient = WebSettings(attempts=20)
    pauses = [
        tried_row(got, before(attempts=known), patient, NOW, chance)["next_retry_at"] - NOW  # type: ignore[operator]
        for known in range(12)
    ]
    wanted = [min(FIRST_RETRY * 2**n, LONGEST_RETRY) * share for n in range(12)]
    assert pauses == wanted


def test_what_its_server_asks_for_is_honoured_where_it_is_later() -> None:
    far = datetime(2027, 5, 4, tzinfo=UTC)
    row = tried("failed", reason="HTTP 429", attempts=1, not_before=far)
    assert row["next_retry_at"] == datetime(2027, 5, 4)  # noqa: DTZ001
    soon = tried("failed", reason="HTTP 429", attempts=1, not_before=NOW.replace(tzinfo=UTC))
    assert soon["next_retry_at"] == NOW + FIRST_RETRY


def test_a_failure_without_a_request_counts_as_one() -> None:
    assert tried("failed", reason="no such name", attempts=0)["attempts"] == 1


def test_what_is_final_waits_for_nobody() -> None:
    row = tried("failed", reason="HTTP 404", attempts=1, final=True, http_status=404)
    assert (row["is_final"], row["next_retry_at"], row["reason"]) == (True, None, "HTTP 404")


def test_several_requests_of_one_job_are_one_attempt() -> None:
    assert tried("failed", before(attempts=1), reason="HTTP 503", attempts=3)["attempts"] == 2


def test_without_a_network_nothing_counts() -> None:
    got = Fetched(url=URL, outcome="failed", reason="cannot be resolved now", attempts=3)
    for known in (0, 2, 7):
        row = tried_row(got, before(attempts=known), WebSettings(), NOW, 0.5, counts=False)
        assert (row["status"], row["attempts"]) == ("failed", known)
        assert row["next_retry_at"] == NOW + FIRST_RETRY * max(1, 2 ** (known - 1))


def test_a_host_that_is_left_alone_costs_no_attempt() -> None:
    row = tried("deferred", before(attempts=1, status="failed"), reason="wait", not_before=LATER)
    assert (row["status"], row["attempts"], row["is_final"]) == ("failed", 1, False)
    assert row["next_retry_at"] == datetime(2026, 5, 4, 14)  # noqa: DTZ001
    waiting = tried("deferred", reason="wait", not_before=NOW.replace(tzinfo=UTC))
    assert (waiting["status"], waiting["next_retry_at"]) == ("pending", NOW + FIRST_RETRY)


@pytest.mark.parametrize("outcome", ["failed", "refused", "deferred"])
def test_a_server_that_fails_takes_nothing_away(outcome: str) -> None:
    row = tried(outcome, before(there=True), reason="HTTP 410", final=True, attempts=1)
    assert (row["status"], row["file_name"], row["attempts"]) == ("fetched", "ab12.png", 0)
    assert "HTTP 410" in row["reason"]
    assert not row["is_final"]


def test_a_page_in_the_place_of_a_medium_takes_nothing_away() -> None:
    row = tried("skipped", before(there=True), reason="is a page", error_class="NotMedia")
    assert (row["status"], row["file_name"], row["kind"]) == ("fetched", "ab12.png", "image")
    assert "is a page" in row["reason"]
    assert tried("skipped", error_class="NotMedia")["status"] == "skipped"


def test_what_is_refused_keeps_the_limits_it_was_refused_by() -> None:
    row = tried("refused", reason="its address is not global", final=True)
    assert (row["status"], row["is_final"]) == ("refused", True)
    assert row["settings"] == limits_of(SETTINGS)


def test_every_outcome_writes_the_same_columns() -> None:
    outcomes = ("fetched", "unchanged", "skipped", "failed", "refused", "deferred")
    names = {frozenset(tried(outcome, before(there=there)))
             for outcome in outcomes for there in (True, False)}  # fmt: skip
    assert len(names) == 1


def test_the_limits_that_do_not_shape_a_refusal_are_left_out() -> None:
    assert limits_of(SETTINGS) == limits_of(WebSettings(concurrency=1, attempts=9))
    assert limits_of(SETTINGS) != limits_of(WebSettings(min_width=10))
    assert limits_of(SETTINGS) != limits_of(WebSettings(allowed_endpoints=("127.0.0.1:80",)))
