"""BrightCart for a year: full build, and what one more day costs with 60 and with 365 days behind.

`python -m benchmarks.year prepare FOLDER DAYS` lands the history, `build FOLDER` loads, models,
gates and publishes it, `increment FOLDER` syncs one new day and 28 restated ones on top.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.brightcart_year import START, GoogleInMemory, now_after
from trueup.core.batch import BatchHeader, Counts, ScopeState
from trueup.core.source import Source
from trueup.lake.batch_writer import BatchWriter
from trueup.lake.data_files import Lineage, Records
from trueup.pipeline.run import RunResult, _after_sync, run_publish
from trueup.pipeline.run_context import Run
from trueup.pipeline.settings.config import load_config
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.load import LoadResult
from trueup.pipeline.steps.publish import PublishResult
from trueup.pipeline.sync import engine as syncing
from trueup.sources.context import ignore_incomplete_read
from trueup_simulators.faults import FaultPlan
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

ORDERS_PER_DAY = 2_740
PRODUCTS = 5_000
SHOP = "bench.myshopify.com"
_PROJECT = f"""
name: brightcart-year
timezone: America/New_York
currency: USD
start_date: {START}
workers: 2
sources:
  google_ads: {{developer_token: x, client_id: x, client_secret: x, refresh_token: x}}
  shopify: {{shop: {SHOP}, access_token: x}}
"""


def opened(folder: Path) -> Project:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trueup.yml").write_text(_PROJECT)
    return Project(folder=folder, config=load_config(folder, {}))


class InMemoryProject(Project):
    """A project whose Google Ads answers from memory."""

    def connect(
        self,
        name: str,
        now: datetime,
        on_incomplete_read: Callable[[str], None] = ignore_incomplete_read,
    ) -> Source:
        if name == "google_ads":
            return GoogleInMemory(now)
        return super().connect(name, now, on_incomplete_read)


def in_memory(folder: Path) -> InMemoryProject:
    project = opened(folder)
    return InMemoryProject(folder=folder, config=project.config)


def prepare(folder: Path, days: int) -> None:
    """The history through the engine itself for ads, and as stamped copies for orders."""
    now = now_after(days - 1)
    result = syncing.sync(Run(project=in_memory(folder), now=now, run_id="prepare"), ["google_ads"])
    if errors := result.errors():
        raise errors[0]
    _land_orders(opened(folder), _order_templates(), days, now)


def build(folder: Path) -> PublishResult:
    return _published(run_publish(opened(folder), now_after(_days_behind(folder) - 1)))


def increment(folder: Path) -> tuple[LoadResult, PublishResult]:
    """One new day and 28 restated ones of 40,000 rows each, from the source to the figures."""
    project = in_memory(folder)
    now = now_after(_days_behind(folder))
    run = Run(project=project, now=now, run_id="increment")
    result = _after_sync(run, syncing.sync(run, ["google_ads"]))
    return result.loaded, _published(result)


def _published(result: RunResult) -> PublishResult:
    if error := result.error():
        raise error
    assert result.published is not None
    return result.published


def _days_behind(folder: Path) -> int:
    return int((folder / "days").read_text())


def _order_templates() -> list[bytes]:
    """A few hundred complete orders as the shop sends them, personal values already tokens."""
    size = WorldConfig(scale="small", days=12)
    world, clock = World(size), SimulatedClock(size.clock_start)
    import time

    from trueup.core.window import Window
    from trueup.sources.context import SourceContext
    from trueup.sources.shopify import ShopifyConfig, create

    with running(build_app(world, clock, FaultPlan())) as url:
        context = SourceContext(sleep=time.sleep, monotonic=time.monotonic, now=clock.now())
        settings = {"shop": "brightcart.myshopify.com", "access_token": "shpat_simulated"}
        config = ShopifyConfig.model_validate({**settings, "base_url": f"{url}/shopify"})
        with closing(create(config, context)) as source:
            stream = next(s for s in source.streams if s.name == "orders")
            window = Window(size.clock_start - timedelta(days=13), size.clock_start)
            pages = source.read(stream, source.accounts()[0], window)
            return [bytes(record) for page in pages for record in page.records]


_STAMPED = re.compile(rb"(gid://shopify/[A-Za-z]+/\d+|2026-\d\d-\d\dT)")


def _land_orders(project: Project, templates: list[bytes], days: int, now: datetime) -> None:
    """Copies of the templates with ids and days of their own, a month to a batch."""
    table = project.table("shopify", "orders")
    split = [_STAMPED.split(template) for template in templates]
    position, number = None, 0
    for first in range(0, days, 30):
        batch_id = f"orders-{first}"
        collector = BatchWriter(table.path, batch_id)
        lineage = Lineage(batch_id=batch_id, scope=SHOP, extracted_at=now, page_index=0)
        landed = 0
        for day in range(first, min(first + 30, days)):
            records = list(_stamped(split, number, day))
            number += len(records)
            landed += len(records)
            collector.add(
                Records(
                    payloads=[payload for payload, _ in records],
                    record_indexes=range(len(records)),
                    keys=[key for _, key in records],
                ),
                lineage,
            )
        header = BatchHeader(
            batch_id=batch_id,
            source="shopify",
            stream="orders",
            kind="incremental",
            scope=SHOP,
            extracted_at=now,
            state=ScopeState(cursor_until=now),
            counts=Counts(received=landed, landed=landed),
            files=collector.write(lineage),
            timezone="America/New_York",
            currency="USD",
        )
        position = table.append(header, position)


def _stamped(
    templates: list[list[bytes]], first_number: int, day: int
) -> Iterator[tuple[bytes, str]]:
    date_text = (START + timedelta(days=day)).isoformat().encode() + b"T"
    for n in range(ORDERS_PER_DAY):
        number = first_number + n
        parts = list(templates[number % len(templates)])
        for index in range(1, len(parts), 2):
            part = parts[index]
            if part.startswith(b"20"):
                parts[index] = date_text
            else:
                kind, _, old = part.rpartition(b"/")
                own = _own_number(kind, number)
                parts[index] = b"%s/%s%07d" % (kind, old[-6:], own)
        payload = b"".join(parts)
        yield payload, payload[7 : payload.index(b'"', 7)].decode()


def _own_number(kind: bytes, order: int) -> int:
    """Half of the orders are of customers that ordered before, all of a few thousand goods."""
    if kind.endswith(b"Customer"):
        return order // 2
    return order % PRODUCTS if b"/Product" in kind else order


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "prepare":
        days = int(sys.argv[3])
        prepare(folder, days)
        (folder / "days").write_text(str(days))
    elif what == "build":
        print(build(folder).manifest.publish_id)
    else:
        loaded, published = increment(folder)
        print(loaded, published.changed_tables)
        (folder / "days").write_text(str(_days_behind(folder) + 1))


if __name__ == "__main__":
    main()
