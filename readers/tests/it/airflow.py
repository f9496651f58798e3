"""Has Airflow's own scheduler run deploy/airflow/vendor_connectors.py, and prints what came of it.

It is told on stdin where what is, as which states of tasks and of runs it is to wait for, and which
task it is to end when a file is there.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

# Whoever ends this ends what it has started.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
told = json.load(sys.stdin)
home = Path(told["folder"]) / "airflow"
dags = Path(told["deploy"]) / "airflow"
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
api = f"http://127.0.0.1:{port}"
environment = {
    "HOME": told["folder"],
    "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "AIRFLOW_HOME": str(home),
    "AIRFLOW__API__HOST": "127.0.0.1",
    "AIRFLOW__API__PORT": str(port),
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__API_AUTH__JWT_SECRET": "of-a-test-that-listens-on-loopback",
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
    "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{api}/execution/",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "150",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "1",
    **told["environment"],
}


def ask(method, path, body=None):
    request = urllib.request.Request(f"{api}{path}", method=method, data=body and json.dumps(body).encode())
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def until(what, limit_s=420):
    ends = time.monotonic() + limit_s
    while not (found := what()):
        if time.monotonic() > ends:
            raise TimeoutError(f"{what.__name__} did not come: {tasks()}")
        time.sleep(0.5)
    return found


def call(*words, **options):
    subprocess.run(words, check=True, env=environment, stdout=sys.stderr, **options)


began = time.monotonic()
took = {}


def lap(name):
    took[name] = round(time.monotonic() - began, 1)


call("airflow", "db", "migrate")
pools = home / "pools.json"
with open(pools, "w") as file:
    subprocess.run([sys.executable, dags / "vendor_connectors.py"], check=True, env=environment, stdout=file)
call("airflow", "pools", "import", pools)
lap("made_s")
log = open(home / "log.txt", "wb")
parts = ("api-server", "scheduler", "dag-processor")
running = [
    subprocess.Popen(["airflow", part], env=environment, stdout=log, stderr=log, start_new_session=True)
    for part in parts
]
runs = {}


def known():
    try:
        wrong = ask("GET", "/api/v2/importErrors")["import_errors"]
        assert not wrong, wrong
        return {one["dag_id"] for one in ask("GET", "/api/v2/dags")["dags"]} >= set(told["expected"])
    except OSError:
        return False


def tasks():
    found = {}
    for dag, run in runs.items():
        of = ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances?limit=1000")["task_instances"]
        found[dag] = [
            {
                name: one[name]
                for name in ("task_id", "map_index", "state", "try_number", "rendered_map_index")
            }
            for one in of
        ]
    return found


def begun():
    return os.path.exists(told["asked"])


def state_of(dag):
    return ask("GET", f"/api/v2/dags/{dag}/dagRuns/{runs[dag]}")["state"]


def ended():
    by_name = {
        dag: {one["task_id"]: one["state"] for one in of if one["map_index"] < 0}
        for dag, of in tasks().items()
    }
    as_expected = all(
        by_name[dag].get(task) == state for dag, of in told["expected"].items() for task, state in of.items()
    )
    return as_expected and all(state_of(dag) == state for dag, state in told["runs"].items())


def memory_mb():
    sessions = ",".join(map(str, [one.pid for one in running]))
    return round(sum(map(int, subprocess.check_output(["ps", "-o", "rss=", "-s", sessions]).split())) / 1e3)


try:
    until(known)
    lap("ready_s")
    for dag in told["expected"]:
        ask("PATCH", f"/api/v2/dags/{dag}", {"is_paused": False})
        runs[dag] = ask("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None})["dag_run_id"]
    memory = memory_mb()
    until(begun)
    kill = told["kill"]
    path = f"/api/v2/dags/{kill['dag']}/dagRuns/{runs[kill['dag']]}/taskInstances/{kill['task']}"
    ask("PATCH", path, {"new_state": "failed"})
    until(ended)
    lap("ended_s")
    reports, links = {}, {}
    for dag, of in tasks().items():
        for one in of:
            path = f"/api/v2/dags/{dag}/dagRuns/{runs[dag]}/taskInstances/{one['task_id']}"
            if one["map_index"] < 0:
                entries = ask("GET", f"{path}/xcomEntries")["xcom_entries"]
                if any(entry["key"] == "report" for entry in entries):
                    reports[f"{dag}.{one['task_id']}"] = ask("GET", f"{path}/xcomEntries/report")["value"]
                    links[f"{dag}.{one['task_id']}"] = ask("GET", f"{path}/links")["extra_links"]
    assets = ask("GET", "/api/v2/assets/events")["asset_events"]
    with sqlite3.connect(home / "airflow.db") as database:
        waits = dict(
            database.execute(
                "select task_id, retry_delay_override from task_instance where retry_delay_override is not null"
            )
        )
        seconds = "(julianday(max(end_date)) - julianday(min(start_date))) * 86400 / count(*)"
        each = database.execute(
            f"select {seconds} from task_instance where task_id = 'read_1' and map_index >= 0"
        ).fetchone()[0]
        largest = database.execute("select max(length(value)) from xcom").fetchone()[0]
    came = {
        "took": {**took, "mapped_task_s": round(each, 1)},
        "memory_mb": memory,
        "tasks": tasks(),
        "reports": reports,
        "links": links,
        "waits_s": waits,
        "assets": {one["name"]: one["extra"] for one in assets},
        "largest_xcom": largest,
    }
finally:
    for process in running:
        os.killpg(process.pid, signal.SIGTERM)
    for process in running:
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    log.close()
    sys.stderr.write((home / "log.txt").read_text(errors="replace")[-20_000:])

# What Airflow has written anywhere, in its database and in the logs of tasks, holds no secret.
found = [
    str(path)
    for path in home.rglob("*")
    if path.is_file() and any(secret.encode() in path.read_bytes() for secret in told["secrets"])
]
print(json.dumps({**came, "with_a_secret": found}))
