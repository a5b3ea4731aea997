import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from deltalake import DeltaTable

from tests.unit.lake.lake_builders import a_header, a_table, committed
from trueup.core.batch import ScopeState
from trueup.errors import ConfigError, IntegrityError, TransientError
from trueup.lake.layout import open_lake


def test_payloads_land_byte_for_byte(tmp_path):
    payloads = [b'{"a":1.10,"b":"\xc3\xa9"}', b'{ "a" :\t2 }']
    table = a_table(tmp_path)
    committed(table, "b1", payloads)
    stored = DeltaTable(str(table.path)).to_pyarrow_dataset().to_table(["payload"])
    assert [p.encode() for p in stored["payload"].to_pylist()] == payloads


def test_the_state_comes_back_with_the_last_batch_of_its_scope(tmp_path):
    table = a_table(tmp_path)
    state = ScopeState(first_day=date(2026, 6, 1), open_windows={"2026-06-01": "1-ab"})
    table.append(a_header("b1", "1", state=state), None)
    table.append(a_header("b2", "2"), None)
    assert a_table(tmp_path).last_commit("1").header.state == state


def test_a_writer_with_an_old_position_is_refused(tmp_path):
    table, stale = a_table(tmp_path), a_table(tmp_path)
    position = stale.last_commit("1")
    committed(table, "b1", [b"{}"])
    with pytest.raises(TransientError, match="another run"):
        committed(stale, "b2", [b"{}"], expected=position)
    assert [c.header.batch_id for c in table.commits_after(-1)] == ["b1"]


def test_scopes_do_not_stand_in_each_others_way(tmp_path):
    table = a_table(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        for n in range(24):
            pool.submit(committed, table, f"b{n}", [b"{}"], scope=str(n))
    assert len(list(table.commits_after(-1))) == 24


def _append_from_the_start(lake: Path, name: str) -> str:
    try:
        committed(a_table(lake), name, [b"{}"], expected=None)
    except TransientError:
        return "refused"
    return "committed"


def test_of_two_processes_at_one_position_only_one_commits(tmp_path):
    a_table(tmp_path)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        outcomes = list(pool.map(_append_from_the_start, [tmp_path] * 2, ["b1", "b2"]))
    assert sorted(outcomes) == ["committed", "refused"]
    assert len(list(a_table(tmp_path).commits_after(-1))) == 1


def test_commits_are_read_back_in_order_and_by_version(tmp_path):
    table = a_table(tmp_path)
    made = [committed(table, f"b{n}", [b"{}"]) for n in range(5)]
    assert [c.version for c in table.commits_after(made[1].version)] == [
        c.version for c in made[2:]
    ]
    assert table.commit_at(made[3].version).header.batch_id == "b3"


def test_a_header_of_a_newer_version_is_refused(tmp_path):
    table = a_table(tmp_path)
    commit = committed(table, "b1", [b"{}"])
    log = table.path / "_delta_log" / f"{commit.version:020d}.json"
    log.write_text(log.read_text().replace('\\"format\\":1', '\\"format\\":2'))
    with pytest.raises(IntegrityError, match="format 2"):
        a_table(tmp_path).last_commit("1")


def test_a_lake_of_a_newer_version_is_not_touched(tmp_path):
    (tmp_path / "_trueup.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(IntegrityError, match="format 99"):
        open_lake(tmp_path)


@pytest.mark.parametrize("name", ["../x", "/etc", "a b", "A", "", "x" * 64, "a;drop"])
def test_a_hostile_stream_name_never_becomes_a_path(tmp_path, name):
    with pytest.raises(ConfigError, match="cannot name"):
        a_table(tmp_path, stream=name)
