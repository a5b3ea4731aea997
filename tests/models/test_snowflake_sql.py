"""Every model renders to SQL that a Snowflake parser takes, without the other engine's words."""

import re
from pathlib import Path

import pytest
import sqlglot

from tests.models.snowflake_rendering import MODELS, SnowflakeProject

PROJECTS = {name: SnowflakeProject(incremental=name == "later") for name in ("first", "later")}
ONLY_DUCKDB = re.compile(
    r"\b(json_extract\w*|list_\w+|unnest|generate_subscripts|timezone|hugeint|range|bool_or|"
    r"bool_and|date_diff|md5_number_lower|regexp_extract|len|arg_max|exclude)\s*\(| // |\[\d"
)


@pytest.mark.parametrize("run", PROJECTS)
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_is_sql_for_snowflake(path: Path, run: str) -> None:
    sql = PROJECTS[run].render(path)
    assert sqlglot.parse_one(sql, dialect="snowflake")
    assert not ONLY_DUCKDB.search(sql)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_no_model_asks_which_engine_it_runs_on(path: Path) -> None:
    text = path.read_text()
    assert "target." not in text
    assert not ONLY_DUCKDB.search(re.sub(r"\{[{%].*?[}%]\}", "", text, flags=re.DOTALL))
