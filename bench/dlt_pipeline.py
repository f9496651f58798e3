"""The benchmark's vendor into Postgres, by dlt's source for REST APIs.

Without --tuned, everything is as dlt has it by default. With it, it is as its
guide to performance has it: more workers, CSV in place of inserts, larger
buffers, no tables for nested values, and rows updated in place, but for those
that are as they were.
"""

import argparse
import os

parser = argparse.ArgumentParser()
for name in ["base-url", "key", "resource", "page", "dataset", "pipelines"]:
    parser.add_argument(f"--{name}", required=True)
parser.add_argument("--tuned", action="store_true")


def main():
    args = parser.parse_args()
    if args.tuned:
        os.environ.update(
            {
                "EXTRACT__WORKERS": "2",
                "NORMALIZE__WORKERS": "2",
                "LOAD__WORKERS": "2",
                "DATA_WRITER__BUFFER_MAX_ITEMS": "50000",
                "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "50000",
                "EXTRACT__DATA_WRITER__FILE_MAX_ITEMS": "50000",
            }
        )
    # Its settings are read when it is imported.
    import dlt
    from dlt.sources.rest_api import rest_api_source

    disposition = {"disposition": "merge"}
    if args.tuned:
        disposition.update(strategy="upsert", skip_unchanged_rows=True)
    # The parents' pages are larger than the children's, as with the connector.
    page = {"children": "1000"}.get(args.resource, args.page)
    listing = "parents" if args.resource == "children" else args.resource

    def endpoint(path, limit):
        by_offset = {
            "type": "offset",
            "limit": int(limit),
            "offset_param": "offset",
            "limit_param": "limit",
            "total_path": None,
        }
        return {"path": path, "data_selector": "data", "paginator": by_offset}

    resources = [
        {
            "name": listing,
            "endpoint": endpoint("/" + listing.replace("_", "-"), page),
            "primary_key": "id",
            "write_disposition": disposition,
        }
    ]
    if args.resource == "children":
        resources.append(
            {
                "name": "children",
                "endpoint": endpoint("/parents/{resources.parents.id}/children", 50),
                "include_from_parent": ["id"],
                "primary_key": ["_parents_id", "id"],
                "write_disposition": disposition,
            }
        )
    source = rest_api_source(
        {
            "client": {
                "base_url": args.base_url,
                "auth": {"type": "bearer", "token": args.key},
            },
            "resources": resources,
        }
    )
    if args.tuned:
        source.max_table_nesting = 0
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        destination="postgres",
        dataset_name=args.dataset,
        pipelines_dir=args.pipelines,
    )
    pipeline.run(source, loader_file_format="csv" if args.tuned else None)


if __name__ == "__main__":
    main()
