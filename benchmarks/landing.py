"""Landing a million ad-report records from pages in memory to Delta: ours, dlt, bare pyarrow.

`python -m benchmarks.landing prepare FILE RECORDS` writes the pages once; `… ours|pyarrow|dlt
FILE FOLDER` lands them. Each landing is a process of its own and reads the pages first.
"""

import json
import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path

PAGE_ROWS = 10_000
DAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 2, 6, tzinfo=UTC)


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
    """Pages of 10,000 rows, one JSON answer a line."""
    with file.open("w") as out:
        for first in range(0, records, PAGE_ROWS):
            rows = [record(n) for n in range(first, min(first + PAGE_ROWS, records))]
            page = {"results": rows, "fieldMask": "campaign.id", "nextPageToken": f"t{first}"}
            out.write(json.dumps(page, separators=(",", ":")) + "\n")


def pages_of(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines()


def land_ours(file: Path, folder: Path) -> int:
    """The way of every page in a sync: split, door, collector, one commit; payload kept."""
    from zoneinfo import ZoneInfo

    from trueup.core.batch import BatchHeader, Counts, ScopeState
    from trueup.core.window import Window
    from trueup.lake.collector import BatchCollector
    from trueup.lake.layout import open_lake
    from trueup.lake.parts import Lineage, Records
    from trueup.lake.table import StreamTable
    from trueup.privacy.door import Door
    from trueup.privacy.vault import Vault
    from trueup.sources.google_ads.streams import STREAMS
    from trueup.sources.records import split

    stream = next(s for s in STREAMS if s.name == "ad_days")
    open_lake(folder)
    table = StreamTable(folder, "google_ads", stream.name)
    door = Door(stream, Vault.open(folder / "vault.sqlite", bytes(32)), now=NOW)
    collector = BatchCollector(table.path, "b1")
    window = Window.of_day(DAY, ZoneInfo("Europe/Berlin"))
    landed, seen = 0, {}
    for index, body in enumerate(pages_of(file)):
        admitted = door.admit(split(body, ("results",)).records)
        if admitted.refused:
            raise SystemExit(f"refused: {admitted.refused[0]}")
        seen.update(zip(admitted.keys, map(hash, admitted.payloads), strict=True))
        lineage = Lineage(
            batch_id="b1", scope="1", extracted_at=NOW, page_index=index, window=window
        )
        collector.add(
            Records(
                payloads=admitted.payloads,
                record_indexes=admitted.indexes,
                keys=admitted.keys,
            ),
            lineage,
        )
        landed += len(admitted.payloads)
    collector.content_hash(window)
    header = BatchHeader(
        batch_id="b1",
        source="google_ads",
        stream=stream.name,
        kind="report",
        scope="1",
        extracted_at=NOW,
        state=ScopeState(),
        counts=Counts(received=landed, landed=landed),
        files=collector.write(lineage),
    )
    table.append(header, None)
    return landed


def land_pyarrow(file: Path, folder: Path) -> int:
    """The least that writes the same bytes: records split, one column, the same codec, durable."""
    import os

    import msgspec
    import pyarrow as pa
    import pyarrow.parquet as pq

    class Answer(msgspec.Struct):
        results: list[msgspec.Raw]

    decoder = msgspec.json.Decoder(Answer)
    chunks = []
    for body in pages_of(file):
        records = [bytes(raw) for raw in decoder.decode(body).results]
        chunks.append(pa.array(records, pa.binary()).cast(pa.string()))
    table = pa.table({"payload": pa.chunked_array(chunks)})
    with (folder / "part.parquet").open("wb") as out:
        pq.write_table(table, out, compression="zstd", compression_level=1, use_dictionary=False)
        out.flush()
        os.fsync(out.fileno())
    return int(table.num_rows)


def land_dlt(file: Path, folder: Path) -> int:
    """dlt's default path: dictionaries in, its normaliser, Delta out."""
    import os

    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt
    import orjson

    @dlt.resource(name="ad_days", write_disposition="append", table_format="delta")
    def ad_days():  # type: ignore[no-untyped-def]  # dlt's own decorator decides
        for body in pages_of(file):
            yield orjson.loads(body)["results"]

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


def main() -> None:
    what, file, target = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    if what == "prepare":
        prepare(file, int(target))
        return
    folder = Path(target)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    landings = {"ours": land_ours, "pyarrow": land_pyarrow, "dlt": land_dlt}
    print(landings[what](file, folder))


if __name__ == "__main__":
    main()
