"""Tables that are ready to be published."""

import duckdb
import pytest


@pytest.fixture
def db():
    with duckdb.connect() as connection:
        connection.execute("""
            create schema core;
            create table core.names (name varchar, load_id bigint);
            insert into core.names values ('a|b', 1), (null, 1);
            create table core.facts
                (day date, amount decimal(20, 6), amount_usd decimal(20, 6), load_id bigint);
            insert into core.facts values
                ('2026-05-31', 1, 1, 1), ('2026-06-01', 2, 2, 1), ('2026-06-02', 3, 3, 2);
        """)
        yield connection
