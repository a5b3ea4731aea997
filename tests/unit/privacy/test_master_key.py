import base64
import threading
from pathlib import Path

import pytest

from trueup.errors import ConfigError
from trueup.privacy.master_key import (
    derive_keys,
    load_or_create_master_key,
    master_key_from_text,
)


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    key = load_or_create_master_key(path)
    assert load_or_create_master_key(path) == key
    assert (len(key), path.stat().st_mode & 0o777) == (32, 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_two_who_make_a_key_at_once_get_the_same(tmp_path: Path) -> None:
    path, keys = tmp_path / "master.key", []
    start = threading.Barrier(8)

    def make() -> None:
        start.wait()
        keys.append(load_or_create_master_key(path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    load_or_create_master_key(path)
    path.chmod(mode)
    with pytest.raises(ConfigError, match="others may read it") as raised:
        load_or_create_master_key(path)
    assert "chmod 600" in raised.value.hint


@pytest.mark.parametrize("text", ["secret-but-wrong!", base64.b64encode(b"short").decode(), ""])
def test_text_that_is_no_key_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ConfigError) as raised:
        master_key_from_text(text)
    assert not text or text not in raised.value.message


def test_each_purpose_has_its_own_key() -> None:
    keys = derive_keys(bytes(32))
    assert len({keys.wrapping, keys.lookup, keys.log, keys.check, bytes(32)}) == 5
    assert "wrapping" not in repr(keys)
    with pytest.raises(ConfigError, match="31 bytes"):
        derive_keys(bytes(31))
