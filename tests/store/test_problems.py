"""A store that cannot write: a sentence, and nothing stored is harmed."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from convlens.store import Store, StoreError
from convlens.store.schema import FILE
from convlens.train.events import Event
from tests.store.makers import points


@contextmanager
def full(store: Store) -> Iterator[None]:
    """Not one page more fits into the data base."""
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    (before,) = store._db.execute("PRAGMA max_page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    yield
    store._db.execute(f"PRAGMA max_page_count = {before}")


@contextmanager
def read_only(store: Store) -> Iterator[None]:
    store._db.execute("PRAGMA query_only = ON")
    yield
    store._db.execute("PRAGMA query_only = OFF")


def test_on_a_full_disk_a_batch_is_refused_whole_and_what_was_stored_stays(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [points(1, 50)])
    batch: list[Event] = [points(51, 60), points(61, 20_000)]
    with full(store):
        with pytest.raises(StoreError) as caught:
            store.append(id, batch)
        assert caught.value.code == "full"
        assert str(store.folder) in caught.value.sentence
        assert "no space" in caught.value.sentence
        assert "没有空间" in caught.value.words["zh"]
        assert caught.value.hint
        assert store.points(id)[:, 0].tolist() == list(range(1, 51))
        assert store.run(id).seq == 1
    store.append(id, batch)
    assert store.points(id)[:, 0].tolist() == list(range(1, 20_001))


def test_a_read_only_store_refuses_and_can_still_be_read(store: Store) -> None:
    id = store.create({}).id
    store.append(id, [points(1, 5)])
    with read_only(store):
        for write in (
            lambda: store.append(id, [points(6, 7)]),
            lambda: store.create({}),
            lambda: store.delete(id),
            lambda: store.set_state(id, "failed"),
        ):
            with pytest.raises(StoreError) as caught:
                write()
            assert caught.value.code == "readonly"
        assert len(store.points(id)) == 5
    assert store.set_state(id, "failed").state == "failed"


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "full"), (errno.EROFS, "readonly"), (errno.EIO, "refused")],
)
def test_a_checkpoint_that_does_not_fit_leaves_the_one_before(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    id = store.create({}).id
    store.save_checkpoint(id, 1, b"whole")

    def refuse(path: Path, payload: bytes) -> int:
        with path.open("wb") as half:
            half.write(payload[:2])
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", refuse)
        with pytest.raises(StoreError) as caught:
            store.save_checkpoint(id, 2, b"torn")
    assert caught.value.code == code
    assert os.strerror(number) in caught.value.sentence
    assert store.checkpoints(id) == [1]
    assert [path.name for path in store.checkpoint(id).parent.iterdir()] == ["1.safetensors"]


# Fills the store until a limit of the process stops it, as a quota would, and says how that went.
FILLS = """
import resource, signal, sys
from pathlib import Path
from convlens.store import Store, StoreError
from tests.store.makers import points
store = Store(Path(sys.argv[1]))
id = store.create({}).id
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
step = 0
try:
    while True:
        store.append(id, [points(step + 1, step + 500)])
        step += 500
except StoreError as error:
    assert str(store.folder) in error.sentence, error.sentence
    print(error.code, step)
try:
    store.save_checkpoint(id, step, bytes(400_000))
except StoreError as error:
    print(error.code, store.checkpoints(id))
print(len(store.points(id)))
"""


def test_a_file_that_may_not_grow_stops_the_run_and_every_stored_step_is_there_afterwards(
    tmp_path: Path,
) -> None:
    root = Path(__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", FILLS, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    ).stdout
    first, second, stored = out.splitlines()
    code, step = first.split()
    assert code in ("full", "refused")
    assert int(step) > 0
    assert second == "refused []"
    assert stored == step
    store = Store(tmp_path)
    assert store.points("1")[:, 0].tolist() == list(range(1, int(step) + 1))
    assert store._db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    store.append("1", [points(int(step) + 1, int(step) + 500)])
    store.close()


def test_the_last_word_of_a_run_fits_on_a_full_disk_by_the_reserve(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = store.create({}).id
    reserve = store.folder / "reserve"
    assert reserve.stat().st_size > 100_000
    plain = store._set_state

    def only_with_room(id: str, state: str, reason: object) -> object:
        if reserve.exists():
            raise StoreError("full", store.folder)
        return plain(id, state, None)

    monkeypatch.setattr(store, "_set_state", only_with_room)
    assert store.set_state(id, "failed").state == "failed"


def test_a_data_base_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer ConvLens"):
        Store(tmp_path)


def test_a_file_that_is_no_data_base_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a data base, but long enough to look like a file" * 40)
    with pytest.raises(StoreError, match="cannot be read") as caught:
        Store(tmp_path)
    assert caught.value.code == "damaged"


def test_a_folder_that_cannot_be_made_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "file" / "data")
    assert str(tmp_path) in caught.value.sentence
