"""One version, read and nothing else."""

from pathlib import Path

import duckdb
import pytest
import streamlit as st

from tests.unit.dashboards.small_publish import PUBLISH_ID, Shape, publish
from trueup_dashboards.published import Published, newest, open_published

LATER = "20260703T060400Z-001"


def opened(folder: Path) -> Published:
    file = newest(folder)
    assert file is not None
    return open_published(file)


def test_there_is_nothing_before_the_first_publish(tmp_path: Path) -> None:
    assert newest(tmp_path) is None
    assert newest(tmp_path / "not there") is None


def test_the_version_is_named_by_the_folder_behind_the_pointer(plain_folder: Path) -> None:
    assert opened(plain_folder).publish_id == PUBLISH_ID


def test_an_open_version_stays_itself_while_a_newer_one_is_published(tmp_path: Path) -> None:
    publish(tmp_path)
    before = opened(tmp_path)
    publish(tmp_path, Shape(publish_id=LATER))
    select = "select publish_id from ops.publish"
    assert before.rows(select) == [{"publish_id": PUBLISH_ID}]
    assert opened(tmp_path).rows(select) == [{"publish_id": LATER}]


@pytest.mark.parametrize(
    "sql",
    [
        "create table ops.mine as select 1",
        "delete from ops.checks",
        "select * from read_csv('/etc/hosts')",
        "copy (select 1) to 'mine.parquet'",
        "install httpfs",
        "set enable_external_access = true",
    ],
)
def test_the_connection_reads_the_published_folder_and_nothing_else(
    plain_folder: Path, sql: str
) -> None:
    published = opened(plain_folder)
    with pytest.raises(duckdb.Error):
        published.connection.cursor().execute(sql)


def test_values_are_bound_not_pasted(plain_folder: Path) -> None:
    found = opened(plain_folder).rows("select $text as text", text="'; drop table x; --", other=1)
    assert found == [{"text": "'; drop table x; --"}]


def test_a_table_that_was_not_published_has_no_columns(plain_folder: Path) -> None:
    published = opened(plain_folder)
    assert published.columns("ops.nothing") == frozenset()
    assert "publish_id" in published.columns("ops.publish")


def test_a_version_still_in_use_can_be_opened_again(plain_folder: Path) -> None:
    in_use = opened(plain_folder)
    st.cache_resource.clear()
    assert opened(plain_folder).connection is not in_use.connection
    assert in_use.rows("select 1 as one") == [{"one": 1}]
