"""The demo's own folder: BrightCart's project file, and rates as published so far."""

import csv
import shutil
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from trueup.errors import ConfigError, IntegrityError
from trueup.pipeline.settings.opening import SIMULATED_CLOCK as MARKER
from trueup.pipeline.settings.opening import open_project
from trueup.pipeline.settings.project import Project

RATES = "fx_rates.csv"


def example_folder() -> Path:
    """BrightCart's files: inside an installed package, or beside `src` in a checkout."""
    packaged = Path(str(files("trueup"))) / "_examples" / "brightcart"
    checkout = Path(str(files("trueup"))).parents[1] / "examples" / "brightcart"
    for folder in (packaged, checkout):
        if (folder / "trueup.yml").exists():
            return folder
    raise IntegrityError(
        f"demo: neither {packaged} nor {checkout} holds the example",
        hint="Install Trueup again; the example belongs to the package.",
        code="TUP-712",
    )


def make_folder(folder: Path) -> None:
    """An empty demo folder; an earlier demo's is made anew.

    Raises ConfigError for a folder that holds anything else, and leaves it as it is.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise ConfigError(
            f"{folder}: exists and was not made by the demo",
            why="Nothing was touched there.",
            hint="Choose another: trueup demo --folder DIR",
            code="TUP-351",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text("")
        shutil.rmtree(folder / ".trueup", ignore_errors=True)
        shutil.copyfile(example_folder() / "trueup.yml", folder / "trueup.yml")
    except OSError as error:
        raise IntegrityError(
            f"{folder}: {error.strerror}",
            hint="Choose a folder that this user may write: trueup demo --folder DIR",
            code="TUP-701",
        ) from error


def publish_rates(folder: Path, now: datetime, without: tuple[str, int] | None = None) -> int:
    """Write the rates that are published by `now`; returns how many.

    `without` leaves out a currency's newest so many rates, as a provider's gap would.
    """
    with (example_folder() / RATES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = [row for row in rows if datetime.fromisoformat(row["published_at"]) <= now]
    if without is not None:
        currency, count = without
        gap = [row for row in known if row["base"] == currency][-count:]
        known = [row for row in known if row not in gap]
    scratch = folder / f"{RATES}.new"
    with scratch.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(known)
    scratch.replace(folder / RATES)
    return len(known)


def set_clock(folder: Path, now: datetime) -> None:
    """Note the simulated time, so that whoever looks into the folder later looks at that time."""
    (folder / MARKER).write_text(now.isoformat() + "\n")


def open_demo(folder: Path, base_url: str, shop: str) -> Project:
    """The demo's project, wired to the simulators that answer at `base_url`."""
    return open_project(folder, simulated_credentials(base_url, shop))


def simulated_credentials(base_url: str, shop: str) -> Mapping[str, str]:
    """What the example's project file names. The simulators know no other credentials."""
    return {
        "BRIGHTCART_GOOGLE_ADS_URL": f"{base_url}/google-ads",
        "BRIGHTCART_GOOGLE_ADS_CLIENT_ID": "client-id",
        "BRIGHTCART_GOOGLE_ADS_CLIENT_SECRET": "client-secret",
        "BRIGHTCART_GOOGLE_ADS_REFRESH_TOKEN": "refresh-token",
        "BRIGHTCART_GOOGLE_ADS_DEVELOPER_TOKEN": "developer-token",
        "BRIGHTCART_META_URL": f"{base_url}/meta",
        "BRIGHTCART_META_ACCESS_TOKEN": "EAASimulatedSystemUserToken",
        "BRIGHTCART_SHOPIFY_URL": f"{base_url}/shopify",
        "BRIGHTCART_SHOPIFY_SHOP": shop,
        "BRIGHTCART_SHOPIFY_ACCESS_TOKEN": "shpat_simulated",
    }
