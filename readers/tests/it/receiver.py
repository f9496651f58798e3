"""A receiver of OTLP by HTTP: prints its port, and then a line of JSON for each request."""

import gzip
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


def attributes(pairs):
    value = lambda one: getattr(one.value, one.value.WhichOneof("value"))
    return {one.key: value(one) for one in pairs}


def span(one):
    return {
        "trace": one.trace_id.hex(),
        "id": one.span_id.hex(),
        "parent": one.parent_span_id.hex(),
        "name": one.name,
        "kind": one.kind,
        "failed": one.status.code == 2,
        "words": [one.status.message] + [event.name for event in one.events],
        "took": one.end_time_unix_nano - one.start_time_unix_nano,
        "attributes": attributes(one.attributes),
    }


def metric(one):
    kind = one.WhichOneof("data")
    data = getattr(one, kind)
    value = lambda point: (
        point.count if kind == "histogram" else getattr(point, point.WhichOneof("value"))
    )
    return {
        "name": one.name,
        "unit": one.unit,
        "kind": kind,
        "cumulative": data.aggregation_temporality == 2,
        "points": [
            {"attributes": attributes(point.attributes), "value": value(point)}
            for point in data.data_points
        ],
    }


def traces(body):
    told = ExportTraceServiceRequest.FromString(body).resource_spans
    spans = [span(one) for group in told for scope in group.scope_spans for one in scope.spans]
    return told, {"spans": spans}, ExportTraceServiceResponse()


def metrics(body):
    told = ExportMetricsServiceRequest.FromString(body).resource_metrics
    all = [metric(one) for group in told for scope in group.scope_metrics for one in scope.metrics]
    return told, {"metrics": all}, ExportMetricsServiceResponse()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers["content-encoding"] == "gzip":
            body = gzip.decompress(body)
        told, line, answer = {"/v1/traces": traces, "/v1/metrics": metrics}[self.path](body)
        line["who"] = attributes(told[0].resource.attributes)
        line["headers"] = {name.lower(): value for name, value in self.headers.items()}
        line["text"] = body.decode("latin-1")
        print(json.dumps(line), flush=True)
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.end_headers()
        self.wfile.write(answer.SerializeToString())

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
