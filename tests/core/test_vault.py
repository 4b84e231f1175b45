"""加密存储：读出来的就是存进去的；改、截、换序、换名、换密钥都看得出；轮换中途停了不坏。"""

from __future__ import annotations

import io
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.http import FileResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.core import vault
from gongkai.core.vault import CHUNK, HEADER, TAG, Sealed, SealedStorage, is_current

BORDERS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7]


@pytest.fixture
def storage(tmp_path: Path) -> SealedStorage:
    return SealedStorage(location=tmp_path)


def put(storage: SealedStorage, data: bytes, name: str = "requests/ab/file") -> str:
    return storage.save(name, ContentFile(data))


def read(storage: SealedStorage, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()


@pytest.mark.parametrize("size", BORDERS)
def test_what_is_read_is_what_was_saved(storage: SealedStorage, size: int) -> None:
    data = os.urandom(size)
    name = put(storage, data)
    assert read(storage, name) == data and storage.size(name) == size
    held = Path(storage.path(name)).read_bytes()
    assert len(held) == HEADER + size + TAG * max(1, -(-size // CHUNK))
    assert size < 16 or data[:16] not in held
    assert oct(Path(storage.path(name)).stat().st_mode)[-3:] == "600"
    response = FileResponse(storage.open(name), as_attachment=True, filename="件.pdf")
    assert b"".join(response) == data and response["Content-Length"] == str(size)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.sampled_from(BORDERS),
    reads=st.lists(st.tuples(st.integers(0, 3 * CHUNK), st.integers(0, CHUNK + 9)), max_size=6),
)
def test_any_place_reads_like_a_plain_file(
    storage: SealedStorage, size: int, reads: list[tuple[int, int]]
) -> None:
    data = os.urandom(size)
    plain = io.BytesIO(data)
    with storage.open(put(storage, data)) as file:
        for place, length in reads:
            assert file.seek(place) == plain.seek(place) and file.read(length) == plain.read(length)
        assert file.seek(0, os.SEEK_END) == size and file.seek(-min(3, size), os.SEEK_END) == max(0, size - 3)


def test_a_zip_opens_in_place(storage: SealedStorage) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.txt", "甲" * CHUNK)
        archive.writestr("b.txt", "乙")
    with storage.open(put(storage, held.getvalue())) as file, zipfile.ZipFile(file) as archive:
        assert archive.read("b.txt").decode() == "乙" and len(archive.read("a.txt")) == 3 * CHUNK


def _flip(place: int) -> Any:
    def change(data: bytes) -> bytes:
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    return change


BLOCK = CHUNK + TAG
FIRST = slice(HEADER, HEADER + 2 * BLOCK)
TAMPERED = {
    "改一位": _flip(HEADER + BLOCK + 5),
    "改头": _flip(20),
    "截去末块": lambda data: data[: HEADER + 2 * BLOCK],
    "截去半块": lambda data: data[:-5],
    "只剩头": lambda data: data[:HEADER],
    "只剩半个头": lambda data: data[: HEADER - 9],
    "两块换序": lambda data: (
        data[:HEADER] + data[FIRST][BLOCK:] + data[FIRST][:BLOCK] + data[HEADER + 2 * BLOCK :]
    ),
    "多一块": lambda data: data + data[-BLOCK:],
}  # fmt: skip


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_changed_file_is_not_read(storage: SealedStorage, change: Any) -> None:
    name = put(storage, os.urandom(2 * CHUNK + 9))
    path = Path(storage.path(name))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Sealed, match="解不开：内容被改过或不完整"):
        read(storage, name)


def test_a_file_put_in_place_of_another_is_not_read(storage: SealedStorage) -> None:
    one, two = put(storage, b"one", "requests/1"), put(storage, b"two", "requests/2")
    Path(storage.path(two)).replace(storage.path(one))
    with pytest.raises(Sealed):
        read(storage, one)


def test_without_its_key_the_reader_is_told_which_setting(storage: SealedStorage, settings: Any) -> None:
    name = put(storage, b"secret")
    settings.FIELD_KEYS = ["another-key-of-more-than-32-characters"]
    with pytest.raises(Sealed, match="GONGKAI_FIELD_KEYS"):
        read(storage, name)


def test_nothing_is_changed_in_place_and_no_name_is_taken_twice(storage: SealedStorage) -> None:
    first = put(storage, b"first")
    second = put(storage, b"second")
    assert first != second and read(storage, first) == b"first" and read(storage, second) == b"second"
    with pytest.raises(SuspiciousFileOperation):
        storage.open(first, "r+b")


def test_a_failed_upload_leaves_nothing(storage: SealedStorage) -> None:
    class Broken(ContentFile):  # type: ignore[type-arg]
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            yield b"x" * 2 * CHUNK
            raise OSError("断线")

    with pytest.raises(OSError, match="断线"):
        storage.save("requests/broken", Broken(b""))
    assert not list(Path(storage.location).rglob("broken*"))


def test_old_files_read_on_and_are_sealed_once(storage: SealedStorage, settings: Any) -> None:
    name = "requests/old"
    path = Path(storage.path(name))
    path.parent.mkdir()
    path.write_bytes(b"%PDF-1.7 plain")
    assert read(storage, name) == b"%PDF-1.7 plain"
    assert storage.reseal(name) and not storage.reseal(name)
    assert b"plain" not in path.read_bytes() and read(storage, name) == b"%PDF-1.7 plain"
    settings.FIELD_KEYS = ["a-newer-key-of-more-than-32-characters!", *settings.FIELD_KEYS]
    assert not is_current(path) and storage.reseal(name) and is_current(path)
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert read(storage, name) == b"%PDF-1.7 plain"


def test_a_rotation_that_stops_halfway_leaves_the_old_file(
    storage: SealedStorage, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = put(storage, b"whole" * CHUNK)
    settings.FIELD_KEYS = ["a-newer-key-of-more-than-32-characters!", *settings.FIELD_KEYS]
    with monkeypatch.context() as patch:
        patch.setattr(vault.os, "fsync", lambda handle: (_ for _ in ()).throw(OSError("满了")))
        with pytest.raises(OSError, match="满了"):
            storage.reseal(name)
    assert read(storage, name) == b"whole" * CHUNK
    assert storage.reseal(name) and read(storage, name) == b"whole" * CHUNK
    assert [each.name for each in Path(storage.path(name)).parent.iterdir()] == ["file"]


def test_a_rotation_killed_before_the_rename_leaves_the_old_file(
    storage: SealedStorage, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = put(storage, b"whole" * CHUNK)
    settings.FIELD_KEYS = ["a-newer-key-of-more-than-32-characters!", *settings.FIELD_KEYS]
    child = os.fork()
    if not child:
        monkeypatch.setattr(vault.os, "replace", lambda *names: os.kill(os.getpid(), signal.SIGKILL))
        storage.reseal(name)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    folder = Path(storage.path(name)).parent
    assert len(list(folder.iterdir())) == 2 and read(storage, name) == b"whole" * CHUNK
    assert storage.reseal(name) and read(storage, name) == b"whole" * CHUNK
    assert [each.name for each in folder.iterdir()] == ["file"] and not storage.reseal(name)


def test_what_a_killed_rotation_left_is_cleared(storage: SealedStorage, settings: Any) -> None:
    name = put(storage, b"whole")
    folder = Path(storage.path(name)).parent
    settings.FIELD_KEYS = ["a-newer-key-of-more-than-32-characters!", *settings.FIELD_KEYS]
    (folder / f"file.x1{vault.PART}").write_bytes(b"half")
    assert storage.reseal(name) and [each.name for each in folder.iterdir()] == ["file"]
    (folder / f"file.x2{vault.PART}").write_bytes(b"half")
    storage.delete(name)
    assert not list(folder.iterdir())


def test_a_reader_keeps_the_whole_old_file_while_it_is_resealed(
    storage: SealedStorage, settings: Any
) -> None:
    data = os.urandom(3 * CHUNK)
    name = put(storage, data)
    with storage.open(name) as file:
        begun = file.read(CHUNK)
        settings.FIELD_KEYS = ["a-newer-key-of-more-than-32-characters!", *settings.FIELD_KEYS]
        assert storage.reseal(name)
        assert begun + file.read() == data
    assert read(storage, name) == data


def test_what_was_written_wrong_never_replaces_the_file(
    storage: SealedStorage, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(storage.path("old"))
    path.write_bytes(b"plain" * 9)
    real = vault.seal
    with monkeypatch.context() as patch:
        patch.setattr(vault, "seal", lambda source, target, name: real(iter(list(source)[1:]), target, name))
        with pytest.raises(Sealed):
            storage.reseal("old")
    assert path.read_bytes() == b"plain" * 9 and len(list(path.parent.iterdir())) == 1


def test_closed_and_opened_again_it_is_still_plain(storage: SealedStorage) -> None:
    file = storage.open(put(storage, b"again"))
    file.close()
    with file.open("rb") as again:
        assert again.read() == b"again" and again.size == 5
    with pytest.raises(SuspiciousFileOperation):
        file.open("r+b")


def test_once_all_are_sealed_a_plain_file_is_not_taken(storage: SealedStorage, settings: Any) -> None:
    name = put(storage, b"true")
    Path(storage.path(name)).write_bytes(b"false")
    assert read(storage, name) == b"false"
    settings.SEALED_ONLY = True
    with pytest.raises(Sealed, match="没有加密"):
        read(storage, name)


def test_a_large_file_is_never_whole_in_memory(storage: SealedStorage) -> None:
    import tracemalloc

    class Large(ContentFile):  # type: ignore[type-arg]
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            return (bytes(CHUNK) for _ in range(400))

    tracemalloc.start()
    try:
        name = storage.save("large", Large(b""))
        with storage.open(name) as file:
            assert sum(len(part) for part in file.chunks()) == 400 * CHUNK
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
