import pytest

from trueup.errors import ContractError, IncompleteReadError
from trueup.sources.pagination import PageChain


def test_a_whole_chain_passes() -> None:
    chain = PageChain("orders")
    chain.page(["1", "2"], bookmark="a", announced=3)
    chain.page(["3"], bookmark=None, announced=3)
    chain.finish()
    assert (chain.pages, chain.records) == (2, 3)


def test_a_page_that_leads_back_is_refused() -> None:
    chain = PageChain("orders")
    chain.page([], bookmark="a")
    chain.page([], bookmark="b")
    with pytest.raises(ContractError, match="led back"):
        chain.page([], bookmark="a")


@pytest.mark.parametrize("received", [2, 4])
def test_another_count_than_announced_is_refused(received: int) -> None:
    chain = PageChain("orders")
    chain.page([str(n) for n in range(received)], bookmark=None, announced=3)
    with pytest.raises(ContractError, match="3 records announced"):
        chain.finish()


def test_an_announced_count_that_changes_is_refused() -> None:
    chain = PageChain("orders")
    chain.page([], bookmark="a", announced=3)
    with pytest.raises(ContractError, match="changed from 3 to 4"):
        chain.page([], bookmark=None, announced=4)


def test_a_next_page_without_a_bookmark_is_not_an_end() -> None:
    with pytest.raises(ContractError, match="without a bookmark"):
        PageChain("orders").page([], bookmark="")


def test_an_endless_chain_is_refused() -> None:
    chain = PageChain("orders", max_pages=2)
    chain.page([], bookmark="a")
    with pytest.raises(ContractError, match="no end after 2 pages"):
        chain.page([], bookmark="b")


def test_a_page_that_comes_in_place_of_another_does_not_meet_the_announced_count() -> None:
    chain = PageChain("clicks")
    chain.page(["1", "2"], bookmark="a", announced=4)
    chain.page(["1", "2"], bookmark=None, announced=4)
    with pytest.raises(IncompleteReadError, match="4 records announced, 2 received"):
        chain.finish()


def test_a_record_that_came_twice_counts_once() -> None:
    chain = PageChain("clicks")
    chain.page(["1", "2"], bookmark="a", announced=3)
    chain.page(["2", "3"], bookmark=None, announced=3)
    chain.finish()
    with pytest.raises(IncompleteReadError, match="came twice"):
        chain.refuse_repeats()
