"""torchvision's sets: read as torchvision reads them, fetched and checked without the network."""

import gzip
import hashlib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
import torch

from convlens.data import sets, vision
from convlens.data.dataset import FREE, TEST, Roots
from convlens.data.task import Setup, prepare
from convlens.data.vision import Piece, download
from convlens.data.words import DataError
from tests.data.small_mnist import SIDE, files, pieces


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(tmp_path / "own", None, tmp_path / "downloads")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> tuple[Piece, ...]:
    """Lets the files of every set come from addresses that hold them."""
    found = pieces()
    monkeypatch.setattr(vision, "_pieces", lambda _: found)
    return found


def test_mnist_is_what_torchvision_reads(data_dir: Path, roots: Roots) -> None:
    from torchvision.datasets import MNIST

    found = sets.load("mnist", Roots(roots.own, data_dir))
    assert found.part is not None
    for is_train, part in ((True, FREE), (False, TEST)):
        real = MNIST(str(data_dir), train=is_train)
        assert torch.equal(found.x[found.part == part, 0], real.data)
        assert torch.equal(found.y[found.part == part], real.targets)


def test_the_files_to_fetch_are_those_that_torchvision_names() -> None:
    from torchvision.datasets import CIFAR10, KMNIST

    pieces = vision._pieces(vision.SETS["kmnist"])
    assert [(piece.file, piece.md5) for piece in pieces] == KMNIST.resources
    assert pieces[0].addresses == tuple(mirror + pieces[0].file for mirror in KMNIST.mirrors)
    (piece,) = vision._pieces(vision.SETS["cifar-10"])
    assert piece == Piece((CIFAR10.url,), CIFAR10.filename, CIFAR10.tgz_md5)


def test_a_set_that_is_not_there_says_so_and_can_be_downloaded(roots: Roots) -> None:
    for name in vision.SETS:
        row = sets.listing(name, roots)
        assert row.downloadable and not row.available
        assert row.why and "not on this machine" in row.why["en"]
        with pytest.raises(DataError, match="not on this machine"):
            prepare(Setup(data=name), roots)


def test_a_download_counts_its_bytes_and_the_set_is_there(
    roots: Roots, here: tuple[Piece, ...]
) -> None:
    steps = list(download("fashion-mnist", roots))
    total = steps[-1][0]
    assert total > 50 * 28 * 28
    assert {each for _, each in steps} == {total}
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    row, found = sets.listing("fashion-mnist", roots), sets.load("fashion-mnist", roots)
    assert row.available and not row.downloadable
    assert (len(found.y), found.shape) == (50, (1, SIDE, SIDE))
    assert roots.downloads is not None
    assert [path.name for path in roots.downloads.iterdir()] == ["FashionMNIST"]


@contextmanager
def halting(contents: dict[str, bytes], go_on: Event) -> Iterator[str]:
    """A server of files that sends one half, and the other once it may go on; its address."""

    class Halting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = contents[self.path.rsplit("/", 1)[1]]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            go_on.wait(20)
            self.wfile.write(content[len(content) // 2 :])

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Halting) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_progress_is_told_while_the_rest_is_still_on_its_way(
    roots: Roots, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = {f"{name}.gz": gzip.compress(data) for name, data in files().items()}
    go_on = Event()
    with halting(packed, go_on) as address:
        served = tuple(
            Piece((address + name,), name, hashlib.md5(data).hexdigest())
            for name, data in packed.items()
        )
        monkeypatch.setattr(vision, "_pieces", lambda _: served)
        monkeypatch.setattr(vision, "PIECE", 1024)
        coming = download("mnist", roots)
        total = sum(map(len, packed.values()))
        done = [next(coming) for _ in range(3)]
        assert not go_on.is_set()
        assert done == [(1024, total), (2048, total), (3072, total)]
        go_on.set()
        assert [*coming][-1] == (total, total)
    assert sets.listing("mnist", roots).available


def test_a_file_that_differs_is_refused_and_leaves_nothing(
    roots: Roots, here: tuple[Piece, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = (*here[:-1], here[-1]._replace(md5="0" * 32))
    monkeypatch.setattr(vision, "_pieces", lambda _: wrong)
    with pytest.raises(DataError, match="MD5 sum differs"):
        list(download("mnist", roots))
    assert roots.downloads is not None and list(roots.downloads.iterdir()) == []
    assert not sets.listing("mnist", roots).available


def test_without_network_it_is_said_before_anything_is_written(
    roots: Roots, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = (Piece(("http://127.0.0.1:9/gone",), "x.gz", ""),)
    monkeypatch.setattr(vision, "_pieces", lambda _: gone)
    for _ in range(2):  # The failed one does not block the next.
        with pytest.raises(DataError, match="may have no network") as caught:
            download("mnist", roots)
    assert caught.value.status == 503
    assert roots.downloads is not None and not roots.downloads.exists()


def test_a_connection_that_breaks_leaves_nothing_half_done(
    roots: Roots, here: tuple[Piece, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = urllib.request.urlopen

    class Broken:
        def __init__(self, answer: object) -> None:
            self.answer = answer
            self.headers: dict[str, str] = {}

        def read(self, _: int) -> bytes:
            raise TimeoutError("timed out")

        def __enter__(self) -> "Broken":
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def close(self) -> None:
            self.answer.close()  # type: ignore[attr-defined]

    monkeypatch.setattr(urllib.request, "urlopen", lambda *a, **k: Broken(real(*a, **k)))
    with pytest.raises(DataError, match="cannot be downloaded"):
        list(download("mnist", roots))
    assert roots.downloads is not None and list(roots.downloads.iterdir()) == []


def test_one_download_of_a_set_at_a_time_and_a_stopped_one_leaves_room(
    roots: Roots, here: tuple[Piece, ...]
) -> None:
    first = download("mnist", roots)
    with pytest.raises(DataError, match="being downloaded already"):
        download("mnist", roots)
    next(first)
    first.close()
    assert roots.downloads is not None and list(roots.downloads.iterdir()) == []
    unused = download("mnist", roots)
    unused.close()
    assert list(download("mnist", roots))


def test_what_is_no_set_of_torchvision_has_nothing_to_download(roots: Roots) -> None:
    with pytest.raises(DataError, match="these are: mnist, fashion-mnist, kmnist, cifar-10"):
        download("digits", roots)


def damages() -> list[tuple[str, bytes]]:
    whole = files()["train-labels-idx1-ubyte"]
    other = b"\0\0\x0d" + whole[3:]
    labels = whole[:8] + bytes([11]) * 40
    return [("cut", whole[:-1]), ("empty", b""), ("other", other), ("labels", labels)]


@pytest.mark.parametrize(("what", "data"), damages())
def test_a_damaged_file_is_a_sentence(what: str, data: bytes, roots: Roots) -> None:
    assert roots.downloads is not None, what
    raw = roots.downloads / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, whole in {**files(), "train-labels-idx1-ubyte": data}.items():
        (raw / name).write_bytes(whole)
    with pytest.raises(DataError, match="files of mnist cannot be read"):
        sets.load("mnist", roots)
