from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from longshore.errors import SettingsError
from longshore_tasks.settings import Settings
from longshore_tasks.storage import FileMissing, StorageUnavailable, open_storage
from longshore_tasks.storage.directory import DirectoryStorage


class Broken(BytesIO):
    """A stream that ends in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(5, "Input/output error")


def test_what_was_put_can_be_read_listed_and_removed(storage: DirectoryStorage) -> None:
    stat = storage.put("uploads/a", BytesIO(b"hello"))
    storage.put("uploads/b/c.png", BytesIO(b"x"))
    assert stat.size_bytes == 5
    with storage.open("uploads/a") as file:
        assert file.read() == b"hello"
    assert [stat.key for stat in storage.list("uploads/")] == ["uploads/a", "uploads/b/c.png"]
    assert [stat.key for stat in storage.list("uploads/b")] == ["uploads/b/c.png"]
    assert storage.delete("uploads/a") is True
    assert storage.delete("uploads/a") is False
    with pytest.raises(FileMissing, match="uploads/a"):
        storage.stat("uploads/a")
    with pytest.raises(FileMissing), storage.open("uploads/a"):
        pass


def test_an_empty_storage_lists_nothing(storage: DirectoryStorage) -> None:
    assert list(storage.list("uploads/")) == []


def test_a_second_put_replaces_the_file(storage: DirectoryStorage) -> None:
    storage.put("uploads/a", BytesIO(b"one"))
    assert storage.put("uploads/a", BytesIO(b"three")).size_bytes == 5


def test_a_put_that_breaks_leaves_the_old_file_and_no_half_of_the_new(
    storage: DirectoryStorage, settings: Settings
) -> None:
    storage.put("uploads/a", BytesIO(b"old"))
    with pytest.raises(StorageUnavailable, match="Input/output error"):
        storage.put("uploads/a", Broken())
    with storage.open("uploads/a") as file:
        assert file.read() == b"old"
    assert [path.name for path in (settings.storage_directory / "uploads").iterdir()] == ["a"]


@pytest.mark.parametrize(
    "key", ["../a", "/etc/passwd", "uploads/../../a", "", "a//b", ".hidden", "a\x00b", "a/"]
)
def test_a_key_cannot_climb_out(storage: DirectoryStorage, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(key, BytesIO(b"x"))


def test_a_directory_that_cannot_be_written_is_worth_another_attempt(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("a file where the directory should be")
    with pytest.raises(StorageUnavailable, match="uploads/a"):
        DirectoryStorage(tmp_path / "root").put("uploads/a", BytesIO(b"x"))


def test_the_settings_choose_the_storage(settings: Settings) -> None:
    assert isinstance(open_storage(settings), DirectoryStorage)


def test_s3_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "longshore_tasks.storage.s3", None)
    with pytest.raises(SettingsError, match=r"longshore-tasks\[s3\]"):
        open_storage(Settings(storage="s3", s3_bucket="b"))
