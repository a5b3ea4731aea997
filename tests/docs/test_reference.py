from pathlib import Path

from docs.generate import PAGES, outdated


def test_the_reference_pages_are_what_the_code_says():
    assert outdated() == []


def test_every_page_says_something():
    assert all(len(page()) > 500 for page in PAGES.values())


def test_the_readme_leads_to_every_page():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert [name for name in PAGES if f"docs/reference/{name}" not in readme] == []
