"""Has Dagster's own daemon run deploy/dagster/vendor_connectors.py, and prints what came of it.

It is told on stdin where what is, the status that the run of each connection is to have, which of
them a schedule begins, and which is to be ended when a file is there.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

# Whoever ends this ends what it has started.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
told = json.load(sys.stdin)
home = Path(told["folder"]) / "dagster"
home.mkdir()
(home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
environment = {
    "HOME": told["folder"],
    "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "DAGSTER_HOME": str(home),
    # A busy machine takes its time.
    "DAGSTER_GRPC_TIMEOUT_SECONDS": "300",
    **told["environment"],
}
LOADED = """{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError {
  ... on RepositoryLocation { name repositories { name } } ... on PythonError { message }
} } } } }"""
EVENTS = """query($run: ID!) { runOrError(runId: $run) { ... on Run { status eventConnection(limit: 1000) { events {
  __typename
  ... on MaterializationEvent { assetKey { path } metadataEntries { label
    ... on IntMetadataEntry { intValue } ... on UrlMetadataEntry { url } } }
  ... on ExecutionStepUpForRetryEvent { secondsToWait }
  ... on ExecutionStepFailureEvent { error { message } failureMetadata { metadataEntries { label
    ... on TextMetadataEntry { text } ... on UrlMetadataEntry { url } } } }
} } } } }"""


def ask(query, **variables):
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        came = json.load(answer)
    assert "errors" not in came, came
    return came["data"]


def until(what, limit_s=420):
    ends = time.monotonic() + limit_s
    while not (found := what()):
        if time.monotonic() > ends:
            raise TimeoutError(f"{what.__name__} did not come: {statuses()}")
        time.sleep(0.5)
    return found


def repository():
    try:
        entries = ask(LOADED)["workspaceOrError"]["locationEntries"]
    except OSError:
        return None
    for loaded in (entry["locationOrLoadError"] for entry in entries):
        assert loaded is None or "message" not in loaded, loaded
        if loaded:
            return {
                "repositoryLocationName": loaded["name"],
                "repositoryName": loaded["repositories"][0]["name"],
            }


def statuses():
    all_of = ask("{ runsOrError { ... on Runs { results { runId jobName status } } } }")["runsOrError"][
        "results"
    ]
    return {run["jobName"].removeprefix("sync_"): (run["runId"], run["status"]) for run in all_of}


def scheduled():
    return told["scheduled"] in statuses()


def begun():
    return os.path.exists(told["asked"])


def ended():
    now = statuses()
    return all(now.get(name, (None, None))[1] == status for name, status in told["expected"].items())


def up_for_retry():
    return any(event["__typename"] == "ExecutionStepUpForRetryEvent" for event in events("busy"))


def events(name):
    return ask(EVENTS, run=statuses()[name][0])["runOrError"]["eventConnection"]["events"]


def memory_mb():
    sessions = ",".join(map(str, [running.pid]))
    return round(sum(map(int, subprocess.check_output(["ps", "-o", "rss=", "-s", sessions]).split())) / 1e3)


def end(name):
    ask("mutation($run: String!) { terminateRun(runId: $run) { __typename } }", run=statuses()[name][0])


began = time.monotonic()
took = {}


def lap(name):
    took[name] = round(time.monotonic() - began, 1)


log = open(home / "log.txt", "wb")
file = Path(told["deploy"]) / "dagster" / "vendor_connectors.py"
words = ["dagster", "dev", "--host", "127.0.0.1", "--port", str(port), "--python-file", str(file)]
running = subprocess.Popen(words, env=environment, cwd=home, stdout=log, stderr=log, start_new_session=True)
try:
    of = until(repository)
    lap("ready_s")
    memory = memory_mb()
    for name in told["expected"]:
        if name == told["scheduled"]:
            schedule = {**of, "scheduleName": f"sync_{name}_schedule"}
            start = "mutation($of: ScheduleSelector!) { startSchedule(scheduleSelector: $of) { __typename } }"
            ask(start, of=schedule)
        else:
            launch = "mutation($of: JobOrPipelineSelector!) { launchRun(executionParams: {selector: $of}) { __typename } }"
            ask(launch, of={**of, "jobName": f"sync_{name}"})
    until(scheduled)
    # Once is enough.
    ask(
        "mutation($of: ScheduleSelector!) { resetSchedule(scheduleSelector: $of) { __typename } }",
        of=schedule,
    )
    until(begun)
    end(told["kill"])
    until(ended)
    until(up_for_retry)
    lap("ended_s")
    came = {name: events(name) for name in told["expected"]}
    end("busy")
finally:
    os.killpg(running.pid, signal.SIGTERM)
    try:
        running.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
    log.close()
    sys.stderr.write((home / "log.txt").read_text(errors="replace")[-20_000:])

# What Dagster has written anywhere holds no secret.
found = [
    str(path)
    for path in home.rglob("*")
    if path.is_file() and any(secret.encode() in path.read_bytes() for secret in told["secrets"])
]
print(json.dumps({"took": took, "memory_mb": memory, "events": came, "with_a_secret": found}))
