import pytest

from trueup.errors import ContractError
from trueup.sources.pagination import PageChain


def test_a_whole_chain_passes() -> None:
    chain = PageChain("orders")
    chain.page(2, bookmark="a", announced=3)
    chain.page(1, bookmark=None, announced=3)
    chain.finish()
    assert (chain.pages, chain.records) == (2, 3)


def test_a_page_that_leads_back_is_refused() -> None:
    chain = PageChain("orders")
    chain.page(1, bookmark="a")
    chain.page(1, bookmark="b")
    with pytest.raises(ContractError, match="led back"):
        chain.page(1, bookmark="a")


@pytest.mark.parametrize("received", [2, 4])
def test_another_count_than_announced_is_refused(received: int) -> None:
    chain = PageChain("orders")
    chain.page(received, bookmark=None, announced=3)
    with pytest.raises(ContractError, match="3 records announced"):
        chain.finish()


def test_an_announced_count_that_changes_is_refused() -> None:
    chain = PageChain("orders")
    chain.page(1, bookmark="a", announced=3)
    with pytest.raises(ContractError, match="changed from 3 to 4"):
        chain.page(1, bookmark=None, announced=4)


def test_a_next_page_without_a_bookmark_is_not_an_end() -> None:
    with pytest.raises(ContractError, match="without a bookmark"):
        PageChain("orders").page(1, bookmark="")


def test_an_endless_chain_is_refused() -> None:
    chain = PageChain("orders", max_pages=2)
    chain.page(1, bookmark="a")
    with pytest.raises(ContractError, match="no end after 2 pages"):
        chain.page(1, bookmark="b")
