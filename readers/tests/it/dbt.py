"""Runs the commands of dbt that come in, one a line as a list of words, in one process as dbt's own
program would, and prints how each ended: whether it is good, and which nodes are not."""

import json
import sys

answers, sys.stdout = sys.stdout, sys.stderr
from dbt.cli.main import dbtRunner  # noqa: E402  It looks at once where to write.

GOOD = {"success", "pass"}

for line in sys.stdin:
    ended = dbtRunner().invoke(["--warn-error", "--no-use-colors", *json.loads(line)])
    results = getattr(ended.result, "results", None) or []
    bad = {one.node.unique_id: str(one.status) for one in results if str(one.status) not in GOOD}
    said = {"success": ended.success, "exception": repr(ended.exception), "nodes": len(results), "bad": bad}
    print(json.dumps(said), file=answers, flush=True)
