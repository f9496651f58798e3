"""The connections of connectors.toml as assets of Dagster; README.md beside it says how.

The program does the work and judges it. What stands here starts it, reads its report, and tells
Dagster which tables are proved complete, and whether and when to try again. Names and numbers are
all that Dagster gets to store: the settings, with the keys, are in the program's folder.
"""

import json
import logging
import os
import signal
import subprocess
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

# Where connectors.toml and .env are, and how the program is called.
FOLDER = Path(os.environ.get("VENDOR_CONNECTORS_FOLDER", "/srv/connectors"))
PROGRAM = os.environ.get("VENDOR_CONNECTORS_PROGRAM", "vendor-connectors")
# The address of the page that `status --html` or `status --serve` shows, for a link to it.
PAGE = os.environ.get("VENDOR_CONNECTORS_PAGE")
# When runs begin, as cron writes it.
SCHEDULE = os.environ.get("VENDOR_CONNECTORS_SCHEDULE", "30 2 * * *")
# How often a sync is tried again whose failure passes by itself.
RETRIES = int(os.environ.get("VENDOR_CONNECTORS_RETRIES", "3"))


class Outcome(NamedTuple):
    """What the program came to, for a scheduler."""

    done: bool
    """Whether it is proved that all is there."""
    retries: int
    """How often it is worth another try."""
    wait_s: float
    """For how long the vendor wants to be left alone."""
    why: str
    """What is missing, in words that hold no secret and no row's value."""
    numbers: dict[str, Any]
    """What it did, in names and numbers."""


# Nothing else of the connection will work either, until somebody does something.
ENDS_ALL = {"auth", "settings"}
# Trying it again would end the same way.
LASTS = ENDS_ALL | {"contract", "rejected", "forbidden", "not_found"}
COUNTS = ("rows_read", "inserted", "updated", "deleted", "quarantined", "requests")


def outcome(status: int, document: dict[str, Any]) -> Outcome:
    """What follows from an exit status and the JSON that was printed with it."""
    run = (document.get("runs") or [document])[0]
    resources = run.get("resources") or []
    problems = [*document.get("errors", []), *[one for one in resources if one["verdict"] != "complete"]]
    if "closed" in document:
        problems.append(document)
    # What was stopped is a consequence, where something else is told too.
    problems = [one for one in problems if one.get("kind") != "stopped"] or problems
    told = [f"{one['resource']}: {_words(one)}" if "resource" in one else _words(one) for one in problems]
    kinds = {one.get("kind") for one in problems}
    if status == 0 or kinds & ENDS_ALL or (kinds and kinds <= LASTS) or (status == 2 and not kinds):
        retries = 0
    # Rows that moved meanwhile, or one that somebody has to look at: it shows at the second try.
    elif kinds == {None}:
        retries = 1
    else:
        retries = RETRIES
    numbers = {name: sum(one[name] for one in resources) for name in COUNTS if resources}
    numbers |= {name: run[name] for name in ("run_id", "verdict", "elapsed_ms") if name in run}
    if resources:
        numbers["verdicts"] = {one["resource"]: one["verdict"] for one in resources}
    return Outcome(
        done=status == 0,
        retries=retries,
        wait_s=max((one.get("rest_ms") or 0 for one in problems), default=0) / 1000,
        why="; ".join(told) or f"{PROGRAM} ended with status {status}, and its log says why",
        numbers=numbers,
    )


def _words(problem: dict[str, Any]) -> str:
    problems = problem.get("evidence", {}).get("problems") or ["not complete"]
    said = problem.get("error") or problems[0]
    return f"{said}; next: {problem['next']}" if problem.get("next") else said


def wait_s(tried: int, rest_s: float) -> float:
    """How long to wait after so many tries: four times as long each time, or what the vendor wants."""
    return max(60.0 * 4 ** (tried - 1), rest_s)


def connections() -> dict[str, dict[str, Any]]:
    """The connections of connectors.toml, by their names."""
    with open(FOLDER / "connectors.toml", "rb") as file:
        return tomllib.load(file).get("connections", {})


def connector_of(name: str, section: dict[str, Any]) -> str:
    """The command of a connection's connector, which is the connection's name where nothing else is said."""
    return section.get("connector", name).replace("_", "-")


def key_of(name: str, section: dict[str, Any]) -> str:
    """A name for the key of a connection: where the key is, so that those that share it are told."""
    place = str(section.get("api_key", ""))
    place = place if place.startswith(("env:", "file:")) else name
    return "vendor_key_" + "".join(char if char.isalnum() else "_" for char in place.lower())


class Program:
    """The program while it runs. It is asked to stop once: then it stops in order, and the next run
    goes on from there. Being asked twice would cut it short."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.is_stopped = False

    def run(self, words: list[str], tell: Callable[[int, str], None]) -> tuple[int, dict[str, Any]]:
        """Runs it with these words to its end; returns its exit status, and the JSON that it printed."""
        command = [PROGRAM, *words, "--log-format", "json"]
        with tempfile.TemporaryFile() as printed:
            # A group of its own, as a scheduler signals all of the one that it has begun.
            self.process = process = subprocess.Popen(
                command,
                cwd=FOLDER,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            try:
                # As it was about to begin, or by who goes on with what comes next.
                if self.is_stopped:
                    self.stop()
                for line in process.stderr:
                    tell(*_level_and_words(line.decode(errors="replace").rstrip()))
                status = process.wait()
            except BaseException:
                self.stop()
                process.wait()
                raise
            finally:
                self.process = None
            printed.seek(0)
            text = printed.read()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, {}

    def stop(self) -> None:
        """Asks it to stop, if it runs and was not asked before."""
        self.is_stopped = True
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)


def _level_and_words(line: str) -> tuple[int, str]:
    try:
        said = json.loads(line)
        return logging.getLevelNamesMapping().get(said["level"], logging.INFO), said["message"]
    except (ValueError, TypeError, KeyError):
        return logging.INFO, line


# What stands above needs no Dagster, and is the same in deploy/airflow: tests run it by itself.

from collections.abc import Iterator  # noqa: E402

import dagster as dg  # noqa: E402


def url(metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata with a link to the page of all connections."""
    return {**metadata, "status": dg.MetadataValue.url(PAGE)} if PAGE else metadata


def resources_of(connector: str) -> list[dict[str, Any]]:
    """What a connector declares, as it tells itself: no connection is needed for that."""
    said = subprocess.run(
        [PROGRAM, connector, "resources", "--json"], check=True, capture_output=True, cwd=FOLDER
    )
    return json.loads(said.stdout)["resources"]


def assets_of(name: str, section: dict[str, Any]) -> dg.AssetsDefinition:
    """The tables of a connection, which one run of the program brings: each is materialized when it
    is proved complete, and only then."""
    connector = connector_of(name, section)
    declared = {resource["resource"]: resource for resource in resources_of(connector)}
    schema = section.get("schema", name)
    keys = {resource: dg.AssetKey([name, one["table"]]) for resource, one in declared.items()}
    specs = [
        dg.AssetSpec(
            keys[resource],
            deps=[keys[one["parent"]]] if one["parent"] else [],
            description=one["meaning"],
            metadata={"dagster/table_name": f"{schema}.{one['table']}"},
            group_name=name,
            kinds={"postgres"},
            # An account need not have all of them.
            skippable=True,
        )
        for resource, one in declared.items()
    ]

    @dg.multi_asset(name=name, specs=specs, can_subset=True, pool=key_of(name, section))
    def sync(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        wanted = [resource for resource, key in keys.items() if key in context.selected_asset_keys]
        these = [] if len(wanted) == len(keys) else [word for one in wanted for word in ("--resource", one)]
        # A try before this one may be about to stop.
        words = [connector, "sync", "--wait", "--json", "--connection", name, *these]
        status, document = Program().run(words, context.log.log)
        came_to = outcome(status, document)
        for one in (document.get("runs") or [{}])[0].get("resources", []):
            if one["verdict"] == "complete" and one["resource"] in wanted:
                numbers = {count: one[count] for count in COUNTS} | {"run_id": came_to.numbers["run_id"]}
                yield dg.MaterializeResult(keys[one["resource"]], metadata=url(numbers))
        if not came_to.done:
            failure = dg.Failure(came_to.why, metadata=url(came_to.numbers), allow_retries=False)
            if context.retry_number >= came_to.retries:
                raise failure
            wait = wait_s(context.retry_number + 1, came_to.wait_s)
            raise dg.RetryRequested(max_retries=came_to.retries, seconds_to_wait=wait) from failure

    return sync


def definitions() -> dg.Definitions:
    """Assets of all connections, and a job with a schedule for each of these."""
    sections = connections()
    jobs = [dg.define_asset_job(f"sync_{name}", dg.AssetSelection.groups(name)) for name in sections]
    schedules = [dg.ScheduleDefinition(job=job, cron_schedule=SCHEDULE) for job in jobs] if SCHEDULE else []
    return dg.Definitions([assets_of(*each) for each in sections.items()], jobs=jobs, schedules=schedules)


defs = definitions()
