"""Rescan one player through Dagster's GraphQL endpoint, and follow the run to its end.

    python docs/rescan.py NorthStarHex --url http://127.0.0.1:3000

Only the standard library is used. Exit code: 0 the run succeeded, 1 it failed or took too long,
2 the server, the job or the player could not be found.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

PLAYERS = """
query Players {
  assetNodeOrError(assetKey: {path: ["media_files"]}) {
    ... on AssetNode { partitionKeys }
  }
}
"""
LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
FOLLOW = """
query Follow($runId: ID!, $cursor: String) {
  runOrError(runId: $runId) { ... on Run { status } }
  logsForRun(runId: $runId, afterCursor: $cursor) {
    ... on EventConnection {
      cursor
      hasMore
      events {
        __typename
        ... on MaterializationEvent { assetKey { path } }
        ... on AssetCheckEvaluationEvent {
          evaluation { checkName success severity description }
        }
        ... on ExecutionStepFailureEvent { stepKey error { message cause { message } } }
      }
    }
  }
}
"""
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}


class Refused(Exception):
    """The server cannot be reached, or does not do what it was asked for."""


def ask(url: str, query: str, **variables: object) -> dict[str, Any]:
    """Send one query; returns its data."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(  # noqa: S310 the address is the caller's own
        f"{url.rstrip('/')}/graphql", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
    except urllib.error.HTTPError as error:
        raise Refused(f"{url}: {error.code}: {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise Refused(f"{url}: no answer ({error}); start the UI with: make ui") from error
    if answer.get("errors"):
        raise Refused("; ".join(error["message"] for error in answer["errors"]))
    data: dict[str, Any] = answer["data"]
    return data


def launch(url: str, player: str, job: str, *, allow_mass_missing: bool) -> str:
    """Launch a job for one player; returns the run's id."""
    players = ask(url, PLAYERS)["assetNodeOrError"].get("partitionKeys", [])
    if player not in players:
        raise Refused(f"no player is called {player!r}; known are: {', '.join(players) or 'none'}")
    config = {"ops": {"media_files": {"config": {"allow_mass_missing": True}}}}
    params = {
        "selector": {
            "repositoryLocationName": "media_assets",
            "repositoryName": "__repository__",
            "jobName": job,
        },
        "runConfigData": config if allow_mass_missing else {},
        # The partition of a run is a tag.
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": player}]},
    }
    result = ask(url, LAUNCH, params=params)["launchRun"]
    if result["__typename"] != "LaunchRunSuccess":
        raise Refused(f"{job} was not launched: {json.dumps(result)}")
    run_id: str = result["run"]["runId"]
    return run_id


def follow(url: str, run_id: str, seconds: float) -> str:
    """Print what happens until the run ends or the time is over; returns the last status."""
    deadline = time.monotonic() + seconds
    cursor = status = None
    more = True
    while (more or status not in ENDED) and time.monotonic() < deadline:
        answer = ask(url, FOLLOW, runId=run_id, cursor=cursor)
        log = answer["logsForRun"]
        cursor, more = log.get("cursor", cursor), log.get("hasMore", False)
        for line in told(log.get("events", [])):
            print(f"  {line}", flush=True)
        if answer["runOrError"].get("status") != status:
            status = answer["runOrError"].get("status")
            print(f"{run_id}: {status}", flush=True)
        if not more and status not in ENDED:
            time.sleep(1)
    return str(status)


def told(events: list[dict[str, Any]]) -> Iterator[str]:
    """The events that people want to read."""
    for event in events:
        if event["__typename"] == "MaterializationEvent":
            yield f"materialized {'/'.join(event['assetKey']['path'])}"
        elif event["__typename"] == "AssetCheckEvaluationEvent":
            check = event["evaluation"]
            if not check["success"]:
                reason = check["description"] or ""
                yield f"check {check['checkName']}: {check['severity'].lower()}: {reason}"
        elif event["__typename"] == "ExecutionStepFailureEvent":
            error = event["error"]["cause"] or event["error"]
            yield f"step {event['stepKey']} failed: {error['message'].strip()}"


def main() -> int:
    """Parse the arguments, launch, follow."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("player")
    parser.add_argument("--url", default="http://127.0.0.1:3000", help="address of the UI")
    parser.add_argument("--job", default="rescan_library", help="or refresh_player, sync_matches")
    parser.add_argument("--allow-mass-missing", action="store_true",
                        help="files that the mount guard misses were really removed")  # fmt: skip
    parser.add_argument("--timeout", type=float, default=3600, help="seconds to wait")
    chosen = parser.parse_args()
    try:
        run_id = launch(
            chosen.url, chosen.player, chosen.job, allow_mass_missing=chosen.allow_mass_missing
        )
        status = follow(chosen.url, run_id, chosen.timeout)
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
        return 2
    if status not in ENDED:
        print(
            f"error: still {status} after {chosen.timeout:g} s; "
            "a run that stays QUEUED needs the daemon, which `make ui` starts",
            file=sys.stderr,
        )
    return 0 if status == "SUCCESS" else 1


if __name__ == "__main__":
    sys.exit(main())
