"""Builds events with the classes of OpenLineage's own client, which know each name, and prints them."""

import enum
import json
import sys
import types
import typing

import attr
from openlineage.client import event_v2, facet_v2
from openlineage.client.naming.dataset import Postgres
from openlineage.client.serde import Serde

FACETS = {
    "nominalTime": facet_v2.nominal_time_run.NominalTimeRunFacet,
    "processing_engine": facet_v2.processing_engine_run.ProcessingEngineRunFacet,
    "errorMessage": facet_v2.error_message_run.ErrorMessageRunFacet,
    "jobType": facet_v2.job_type_job.JobTypeJobFacet,
    "schema": facet_v2.schema_dataset.SchemaDatasetFacet,
    "columnLineage": facet_v2.column_lineage_dataset.ColumnLineageDatasetFacet,
    "inputStatistics": facet_v2.input_statistics_input_dataset.InputStatisticsInputDatasetFacet,
    "outputStatistics": facet_v2.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
}


def build(hint, value):
    """The value as what its annotation says it is; fails if it is none."""
    origin, of = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return build(next(one for one in of if one is not type(None)), value)
    if origin is list:
        return [build(of[0], one) for one in value]
    if origin is dict:
        if issubclass(of[1], facet_v2.BaseFacet):
            made = {name: build(FACETS[name], one) for name, one in value.items()}
            assert all(isinstance(one, of[1]) for one in made.values()), (of[1], list(made))
            return made
        return {name: build(of[1], one) for name, one in value.items()}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint(value)
    if attr.has(hint):
        hints, known = typing.get_type_hints(hint), attr.fields_dict(hint)
        value = dict(value)
        for name in ("schemaURL", "_schemaURL"):
            if name in known:
                assert value.pop(name) == hint._get_schema(), (name, hint._get_schema())
        return hint(**{known[name].alias: build(hints[name], one) for name, one in value.items()})
    assert type(value) is hint, (hint, value)
    return value


def bare(value):
    """The value without what is empty, of which the client writes more."""
    if isinstance(value, dict):
        members = {name: bare(one) for name, one in value.items()}
        return {name: one for name, one in members.items() if one not in (None, {}, [])}
    return [bare(one) for one in value] if isinstance(value, list) else value


events = json.load(sys.stdin)
for event in events:
    made = build(event_v2.RunEvent, event)
    assert bare(json.loads(Serde.to_json(made))) == bare(event), "the client would write it otherwise"
    for output in made.outputs:
        host, _, port = output.namespace.removeprefix("postgres://").rpartition(":")
        named = Postgres(host, port, *output.name.split("."))
        assert (named.get_namespace(), named.get_name()) == (output.namespace, output.name)
print(json.dumps(len(events)))
