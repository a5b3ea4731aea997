"""The catalogue of error codes says what the sources raise, each code once and no other."""

import ast
import re
from collections import defaultdict

import pytest

from docs.errors.catalog import errors_page, kinds
from tests.docs.raised import all_raised, codes_written, default_codes, lineage, modules
from trueup.cli.output.errors import show_failure

TREES = modules()
KINDS = {kind.name: kind for kind in kinds()}
CASES = {code: case for kind in KINDS.values() for code, case in kind.errors.items()}


def test_every_code_raised_is_in_the_catalogue_under_its_class_and_no_other_is() -> None:
    raised = {
        (error.code, next(name for name in lineage(TREES, error.kind) if name in KINDS))
        for error in all_raised(TREES)
    }
    assert raised == {(code, name) for name, kind in KINDS.items() for code in kind.errors}


def test_a_code_has_one_entry() -> None:
    assert sum(len(kind.errors) for kind in KINDS.values()) == len(CASES)


def test_the_modules_that_share_a_code_are_named() -> None:
    places = defaultdict(set)
    for error in all_raised(TREES):
        places[error.code].add(error.module)
    shared = {code: sorted(found) for code, found in places.items() if len(found) > 1}
    assert shared == {code: sorted(case.modules) for code, case in CASES.items() if case.modules}


def test_a_code_that_is_compared_with_is_raised_too() -> None:
    assert codes_written(TREES) - default_codes(TREES) <= set(CASES)


def test_a_code_that_is_not_written_out_is_noticed() -> None:
    tree = ast.parse("class TrueupError(Exception): pass\nTrueupError('x', code=f'TUP-{n}')")
    with pytest.raises(ValueError, match="line 2"):
        all_raised({"example.py": tree})


@pytest.mark.parametrize("name", [name for name in KINDS if name != "TrueupError"])
def test_the_first_digit_tells_the_class(name: str) -> None:
    first = {"ConfigError": "3", "AccessError": "4", "ContractError": "5", "QualityError": "6"}
    assert {code[4] for code in KINDS[name].errors} == {first.get(name, "7")}


def test_the_entry_of_wrong_usage_stop_and_defect_has_the_exit_code_they_end_with() -> None:
    from trueup.cli.output.errors import UsageError

    ends = {"TUP-002": UsageError("x"), "TUP-130": KeyboardInterrupt(), "TUP-999": KeyError("x")}
    found = {code: show_failure(failure, ["run"]) for code, failure in ends.items()}
    assert found == {code: KINDS["TrueupError"].exit_code(code) for code in ends}


def test_titles_differ() -> None:
    assert len({case.title for case in CASES.values()}) == len(CASES)


def test_a_code_can_be_linked_to() -> None:
    assert set(re.findall(r"^### (TUP-\d{3})$", errors_page(), re.MULTILINE)) == set(CASES)
