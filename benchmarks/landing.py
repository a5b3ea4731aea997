"""Landing a million ad-report records from pages in memory to Delta: ours, dlt, bare pyarrow.

`python -m benchmarks.landing prepare FILE RECORDS` writes the pages once; `… WAY FILE FOLDER`, with
one of `LANDINGS`, lands them. Each landing is a process of its own.
"""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

PAGE_ROWS = 10_000
DAY = date(2026, 6, 1)


def record(number: int) -> dict[str, object]:
    """One row as Google Ads sends it."""
    customer, campaign, group = "customers/1234567890", number % 997, number % 9973
    return {
        "customer": {"resourceName": customer, "id": "1234567890", "currencyCode": "EUR"},
        "campaign": {"resourceName": f"{customer}/campaigns/{campaign}", "id": str(campaign)},
        "adGroup": {"resourceName": f"{customer}/adGroups/{group}", "id": str(group)},
        "adGroupAd": {
            "resourceName": f"{customer}/adGroupAds/{group}~{number}",
            "ad": {"resourceName": f"{customer}/ads/{number}", "id": str(number)},
        },
        "metrics": {
            "clicks": str(number % 37),
            "costMicros": str(number * 7919 % 90_000_000),
            "impressions": str(number % 4001),
            "conversions": number % 11 / 2,
            "conversionsValue": number % 1009 / 4,
        },
        "segments": {"date": DAY.isoformat()},
    }


def prepare(file: Path, records: int) -> None:
    """Pages of 10,000 rows, each a JSON answer behind a line with its length."""
    with file.open("wb") as out:
        for first in range(0, records, PAGE_ROWS):
            rows = [record(n) for n in range(first, min(first + PAGE_ROWS, records))]
            page = {"results": rows, "fieldMask": "campaign.id", "nextPageToken": f"t{first}"}
            body = json.dumps(page, separators=(",", ":")).encode()
            out.write(b"%d\n%s" % (len(body), body))


def pages_of(file: Path) -> Iterator[bytes]:
    """One page after the other, as answers come: each is in memory whole while it is landed."""
    with file.open("rb") as pages:
        while length := pages.readline():
            yield pages.read(int(length))


def land_ours(pages: Iterator[bytes], folder: Path) -> int:
    """A sync's own read of a report's day; see `benchmarks.one_day`."""
    from benchmarks.one_day import land

    return land(pages, folder, DAY)


def land_pyarrow(pages: Iterator[bytes], folder: Path) -> int:
    """The least that writes the same bytes: records split, one column, the same codec, durable."""
    import os

    import msgspec
    import pyarrow as pa
    import pyarrow.parquet as pq

    class Answer(msgspec.Struct):
        results: list[msgspec.Raw]

    decoder = msgspec.json.Decoder(Answer)
    chunks = []
    for body in pages:
        records = [bytes(raw) for raw in decoder.decode(body).results]
        chunks.append(pa.array(records, pa.binary()).cast(pa.string()))
    table = pa.table({"payload": pa.chunked_array(chunks)})
    with (folder / "part.parquet").open("wb") as out:
        pq.write_table(table, out, compression="zstd", compression_level=1, use_dictionary=False)
        out.flush()
        os.fsync(out.fileno())
    return int(table.num_rows)


def land_dlt(pages: Iterator[bytes], folder: Path, *, keeps_payload: bool = True) -> int:
    """dlt's default path: dictionaries in, its normaliser, Delta out.

    With `keeps_payload` a row also has its record as it was sent, as ours and pyarrow's have.
    """
    import os

    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt
    import msgspec
    import orjson

    class Answer(msgspec.Struct):
        results: list[msgspec.Raw]

    decoder = msgspec.json.Decoder(Answer)

    @dlt.resource(name="ad_days", write_disposition="append", table_format="delta")
    def ad_days():  # type: ignore[no-untyped-def]  # dlt's own decorator decides
        for body in pages:
            rows = orjson.loads(body)["results"]
            if keeps_payload:
                for row, raw in zip(rows, decoder.decode(body).results, strict=True):
                    row["payload"] = bytes(raw).decode()
            yield rows

    pipeline = dlt.pipeline(
        pipeline_name="landing",
        pipelines_dir=str(folder / "state"),
        destination=dlt.destinations.filesystem(bucket_url=(folder / "lake").as_uri()),
        dataset_name="raw",
    )
    info = pipeline.run(ad_days())
    if info.has_failed_jobs:
        raise SystemExit("dlt failed")
    return int(pipeline.last_trace.last_normalize_info.row_counts["ad_days"])


LANDINGS: dict[str, Callable[[Iterator[bytes], Path], int]] = {
    "ours": land_ours,
    "pyarrow": land_pyarrow,
    "dlt": land_dlt,
    "dlt-without-payload": partial(land_dlt, keeps_payload=False),
}


def main() -> None:
    what, file, target = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    if what == "prepare":
        prepare(file, int(target))
        return
    folder = Path(target)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(LANDINGS[what](pages_of(file), folder))


if __name__ == "__main__":
    main()
