"""Syncs the connections of connectors.toml from Airflow; README.md beside it says how.

The program does the work and judges it. What stands here starts it, reads its report, and tells
Airflow whether it is done, is worth another try, and when. Names and numbers are all that Airflow
gets to store: the settings, with the keys, are in the program's folder.
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


# What stands above needs no Airflow, and is the same in deploy/dagster: tests run it by itself.

from datetime import datetime, timedelta  # noqa: E402

from airflow.sdk import DAG, Asset, BaseOperator, BaseOperatorLink, TriggerRule  # noqa: E402
from airflow.sdk import RetryDecision, RetryPolicy  # noqa: E402
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException  # noqa: E402

# Connections that have a DAG of their own, in which many tasks read one run: docs/scaling.md.
LARGE = set(filter(None, os.environ.get("VENDOR_CONNECTORS_LARGE", "").split(",")))
# How many processes may use a key at the same time, on all machines: the slots of its pool.
WORKERS = int(os.environ.get("VENDOR_CONNECTORS_WORKERS", "8"))
# Airflow maps at most 1,024 tasks, and each costs it more than a second; a task reads several parts.
TASKS = 500
# How deep resources can hang below each other: one that tells whose rows they are, parent, child.
WAVES = 3


class NotComplete(AirflowException):
    """Something that is worth another try."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.why)
        self.outcome = outcome


class Again(RetryPolicy):
    """As often as it is worth it, after a wait that grows, or the one that the vendor wants."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        rest_s = 0.0
        if isinstance(exception, NotComplete):
            rest_s = exception.outcome.wait_s
            if try_number > exception.outcome.retries:
                return RetryDecision.fail("another try would end the same way")
        return RetryDecision.retry(timedelta(seconds=wait_s(try_number, rest_s)))


class StatusPage(BaseOperatorLink):
    """A link from a task to the page of all connections."""

    name = "Status"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        return PAGE or ""


class Connector(BaseOperator):
    """A task that starts the program for a connection."""

    operator_extra_links = (StatusPage(),) if PAGE else ()

    def __init__(self, *, connection: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.connection = connection
        self.program = Program()

    def on_kill(self) -> None:
        self.program.stop()

    def ask(self, *words: object) -> tuple[int, dict[str, Any]]:
        """Runs a command of the connector for the connection."""
        connector = connector_of(self.connection, connections()[self.connection])
        command = [connector, *map(str, words), "--connection", self.connection]
        return self.program.run(command, self.log.log)

    def judge(self, context: Any, came_to: Outcome) -> None:
        """Keeps the numbers, and fails if it is not done."""
        if came_to.numbers:
            context["ti"].xcom_push(key="report", value=came_to.numbers)
        if came_to.done:
            for asset in self.outlets:
                context["outlet_events"][asset].extra = came_to.numbers
        elif came_to.retries:
            raise NotComplete(came_to)
        else:
            raise AirflowFailException(came_to.why)


class Sync(Connector):
    """All of a connection, by one process."""

    def execute(self, context: Any) -> None:
        # A try before this one may be about to stop.
        self.judge(context, outcome(*self.ask("sync", "--wait", "--json")))


class Begin(Connector):
    """Begins a run in parts, and returns its number, and which resources come after which."""

    def execute(self, context: Any) -> dict[str, Any]:
        # Who is told to begin again has lost the answer, or means to leave the run before it.
        again = ["--take-over"] if context["ti"].try_number > 1 else []
        status, document = self.ask("run", "begin", "--wait", *again)
        if status:
            self.judge(context, outcome(status, document))
        depth: dict[str, int] = {}
        after = {step["resource"]: step["after"] for step in document["resources"]}
        while len(depth) < len(after):
            ready = {
                one: depth.get(above, -1) + 1
                for one, above in after.items()
                if above is None or above in depth
            }
            depth |= ready
        waves = [
            [one for one in after if depth[one] == wave]
            for wave in range(max(depth.values(), default=-1) + 1)
        ]
        if len(waves) > WAVES:
            raise AirflowFailException(
                f"resources hang {len(waves)} deep below each other: raise WAVES in this file"
            )
        return {"run": document["run"], "waves": waves}


class OfRun(Connector):
    """A task that belongs to a run that began."""

    def begun(self, context: Any) -> dict[str, Any]:
        begun = context["ti"].xcom_pull(task_ids="begin")
        if not begun:
            raise AirflowSkipException("no run began")
        return begun

    def wave_of(self, context: Any, wave: int) -> tuple[int, list[str]]:
        begun = self.begun(context)
        if wave >= len(begun["waves"]):
            raise AirflowSkipException("no resource is left")
        return begun["run"], begun["waves"][wave]


class Prepare(OfRun):
    """Divides resources into parts, and returns which part, or row of parts, each task reads."""

    def __init__(self, *, wave: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.wave = wave

    def execute(self, context: Any) -> list[dict[str, Any]]:
        run, resources = self.wave_of(context, self.wave)
        parts = {}
        for resource in resources:
            status, document = self.ask(
                "run", "prepare", "--run", run, "--of", resource, "--workers", WORKERS
            )
            if status:
                self.judge(context, outcome(status, document))
            parts[resource] = document["parts"]
        # Each resource has a task at least, and the rest is shared by parts.
        each = max(1, -(-sum(parts.values()) // max(1, TASKS - len(parts))))
        return [
            {"of": resource, "first": first, "last": min(first + each - 1, most)}
            for resource, most in parts.items()
            for first in range(1, most + 1, each)
        ]


class Shard(OfRun):
    """Reads some parts of a resource."""

    template_fields = ("parts",)

    def __init__(self, *, parts: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.parts = parts

    def execute(self, context: Any) -> None:
        run, of = self.begun(context)["run"], self.parts["of"]
        for part in range(self.parts["first"], self.parts["last"] + 1):
            worker = f"task {context['ti'].map_index}, try {context['ti'].try_number}"
            words = ("run", "shard", "--run", run, "--of", of, "--part", part, "--worker", worker)
            status, document = self.ask(*words)
            if status:
                self.judge(context, outcome(status, document))


class Settle(OfRun):
    """Marks what is gone, when all parts were read; what is not complete shows when the run ends."""

    def __init__(self, *, wave: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.wave = wave

    def execute(self, context: Any) -> None:
        run, resources = self.wave_of(context, self.wave)
        for resource in resources:
            status, document = self.ask("run", "settle", "--run", run, "--of", resource)
            if "verdict" not in document:
                self.judge(context, outcome(status, document))
            self.log.info("%s: %s", resource, document["verdict"])


class Finish(OfRun):
    """Ends the run, and judges it."""

    def execute(self, context: Any) -> None:
        status, document = self.ask("run", "finish", "--run", self.begun(context)["run"])
        came_to = outcome(status, document)
        # A run that has ended stays as it is: what is missing is for the next one.
        self.judge(context, came_to._replace(retries=0) if "verdict" in document else came_to)


def usual(name: str, section: dict[str, Any]) -> dict[str, Any]:
    """What all tasks of a connection have in common."""
    return {
        "pool": key_of(name, section),
        "retries": RETRIES,
        "retry_policy": Again(),
        "execution_timeout": timedelta(hours=6),
    }


def dag(dag_id: str, **arguments: Any) -> DAG:
    """A DAG of which one run at a time goes on, and none is made up for."""
    begins = datetime(2026, 1, 1)
    return DAG(
        dag_id,
        schedule=SCHEDULE or None,
        start_date=begins,
        catchup=False,
        max_active_runs=1,
        tags=["vendor-connectors"],
        **arguments,
    )


def complete(name: str) -> Asset:
    """What a DAG waits for that needs the rows of a connection: a sync that is complete."""
    return Asset(name=f"vendor_connectors_{name}", uri=f"x-vendor-connectors://{name}")


def in_parts(name: str, section: dict[str, Any]) -> DAG:
    """A DAG that reads one run of a connection by many tasks."""
    with dag(f"vendor_connectors_{name}", default_args=usual(name, section)) as made:
        begin = Begin(task_id="begin", connection=name)
        finish = Finish(task_id="finish", connection=name, outlets=[complete(name)])
        before: Any = begin
        for wave in range(WAVES):
            # What failed to read a part is seen by who settles, and never keeps the others back.
            rule = TriggerRule.ALL_DONE if wave else TriggerRule.ALL_SUCCESS
            prepare = Prepare(task_id=f"prepare_{wave}", connection=name, wave=wave, trigger_rule=rule)
            read = Shard.partial(
                task_id=f"read_{wave}",
                connection=name,
                map_index_template="{{ task.parts.of }} {{ task.parts.first }}",
            )
            settle = Settle(
                task_id=f"settle_{wave}", connection=name, wave=wave, trigger_rule=TriggerRule.ALL_DONE
            )
            before >> prepare >> read.expand(parts=prepare.output) >> settle
            before = settle
        # As the end of what `begin` set up, it is done whatever comes between, and when somebody
        # marks the run as failed; and the run is as good as what it says.
        before >> finish
        finish.as_teardown(setups=begin, on_failure_fail_dagrun=True)
    return made


def by_themselves(sections: dict[str, dict[str, Any]]) -> DAG:
    """A DAG with a task for each connection."""
    with dag("vendor_connectors") as made:
        for name, section in sections.items():
            Sync(task_id=name, connection=name, outlets=[complete(name)], **usual(name, section))
    return made


if __name__ == "__main__":
    # For `airflow pools import`: a task whose pool does not exist never begins.
    pools = {
        key_of(*each): {"slots": WORKERS, "description": "A key of a vendor", "include_deferred": False}
        for each in connections().items()
    }
    print(json.dumps(pools, indent=2))
else:
    _all = connections()
    _others = {name: section for name, section in _all.items() if name not in LARGE}
    if _others:
        globals()["vendor_connectors"] = by_themselves(_others)
    for _name in LARGE & _all.keys():
        globals()[f"vendor_connectors_{_name}"] = in_parts(_name, _all[_name])
