"""Reads with PyAirbyte into a cache of DuckDB, and writes what that holds to a file."""

import datetime
import decimal
import json
import resource
import sys
from pathlib import Path

import airbyte
import sqlalchemy

asked = json.load(sys.stdin)


def written(value):
    """What JSON has no form for."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(type(value))


source = airbyte.get_source(asked["name"], local_executable=Path(asked["program"]), config=asked["config"])
source.check()
source.select_all_streams()
cache = airbyte.new_local_cache("peers", cache_dir=Path(asked["cache"]), cleanup=False)
told = {"streams": sorted(source.get_available_streams()), "error": None, "processed": None}
try:
    told["processed"] = source.read(cache=cache).processed_records
except Exception as error:  # What it is shows in the tests.
    told["error"] = type(error).__name__
told["tables"], told["types"] = {}, {}
with cache.get_sql_engine().connect() as connection:
    for stream in told["streams"]:
        types = sqlalchemy.text("select column_name, data_type from information_schema.columns where table_name = :name")
        types = dict(connection.execute(types, {"name": stream}).fetchall())
        if not types:
            continue
        told["types"][stream] = types
        rows = connection.execute(sqlalchemy.text(f'select * from main."{stream}"')).mappings().all()
        told["tables"][stream] = [dict(row) for row in rows]
own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
told["peak_mb"] = (own.ru_maxrss + children.ru_maxrss) // 1000
Path(asked["result"]).write_text(json.dumps(told, default=written))
