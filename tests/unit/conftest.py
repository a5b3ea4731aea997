"""What tests of several folders share: building it takes longer than all of them."""

import shutil

import pytest

from tests.end_to_end.company import a_company
from trueup.pipeline.run import run_sync, run_transform
from trueup_simulators.world import WorldConfig


@pytest.fixture(scope="session")
def grown_company(tmp_path_factory):
    """A company that published once; a day later there are new candidate tables, unaudited."""
    folder = tmp_path_factory.mktemp("grown")
    with a_company(folder / "company", WorldConfig(scale="small", days=3)) as company:
        company.run()
        company.a_day_later()
        run_sync(company.project, company.clock.now(), company.project.config.sources)
        run_transform(company.project, company.clock.now())
        yield company
    shutil.rmtree(folder)
