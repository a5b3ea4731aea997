from docs.generate import PAGES, outdated


def test_the_reference_pages_are_what_the_code_says():
    assert outdated() == []


def test_every_page_says_something():
    assert all(len(page()) > 500 for page in PAGES.values())
