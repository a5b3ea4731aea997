"""Names that attack, personal values and card numbers: as text unharmed, in the clear nowhere."""

import re
from collections import Counter

import pytest
from trueup_simulators.world import WorldConfig
from trueup_simulators.world.plants import HOSTILE_NAMES, Plant

from tests.end_to_end.company import a_company
from tests.end_to_end.trouble import Rewriting, readable_texts, with_settings
from tests.end_to_end.truth import differences
from trueup.pipeline.run import run_load, run_sync
from trueup.pipeline.status import status

HOSTILE = WorldConfig(scale="small", days=5, hostile_names=True)
TINY = WorldConfig(scale="small", days=3)
CARD = "4111 1111 1111 1111"
CARD_IN_ANY_WRITING = re.compile(r"4111[ .\-]?1111[ .\-]?1111[ .\-]?1111")

# Every personal value that the shop sends becomes one that can be told from all other text.
CANARIES = {
    rb"@example\.com": b"@canary-mail.example",
    rb'"(firstName|lastName)":"': rb'"\1":"Canaryname ',
    rb'"(address1|address2|city|zip)":"': rb'"\1":"Canarystreet ',
    rb'"clientIp":"[^"]*"': b'"clientIp":"198.51.100.77"',
    rb'"phone":"[^"]*"': b'"phone":"+15550107799"',
}
IN_THE_CLEAR = re.compile(
    r"(?i)canary-mail|canaryname|canarystreet|198\.51\.100\.77|\+?1?5550107799"
)
# Where a card number is put, by what it replaces; once per answer.
CARD_PLACES = {
    "note": rb'"note":(null|"[^"]*")',
    "UTM": rb'"utmParameters":null|"content":(null|"[^"]*")',
    "name": rb'"title":"[^"]*"',
    "campaign": rb'"campaign":\{"id":"\d+","name":"[^"]*"',
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A company whose campaigns, products and customers have names that attack."""
    with a_company(tmp_path_factory.mktemp("hostile"), HOSTILE) as company:
        result = company.run()
        yield company, result


def test_figures_of_hostile_names_equal_the_truth(hostile):
    company, result = hostile
    assert result.error() is None
    assert differences(company) == {}
    assert status(company.project, company.clock.now()).quarantine == ()


def test_hostile_campaign_names_are_published_as_they_are(hostile):
    company, _ = hostile
    truth = company.world.truth(company.clock.now())
    sent = {
        name.removesuffix(" (v2)")
        for account in company.world.accounts
        for name in _names_of(company, account)
    }
    published = {
        name.removesuffix(" (v2)")
        for (name,) in company.published("select campaign_name from core.dim_campaign")
        if name
    }
    assert truth.ad_spend.num_rows
    assert sent
    assert sent <= published
    assert "nul\x00inside" in sent


def _names_of(company, account):
    return []


@pytest.mark.parametrize(("table", "column"), [("dim_product", "product_title")])
def test_hostile_product_names_are_published_as_they_are(hostile, table, column):
    company, _ = hostile
    rows = company.published(f"select distinct {column} from core.{table}")
    assert set(HOSTILE_NAMES) <= {name for (name,) in rows}
