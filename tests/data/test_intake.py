"""Pictures that a person brings: the good ones are kept, and of each bad one it is said why."""

import io
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from convlens.data import own, sets
from convlens.data.dataset import FREE, TEST, VALIDATION, DataSet, Roots
from convlens.data.gather import gather
from convlens.data.intake import take
from convlens.data.words import NOTES, REFUSALS, DataError
from tests.data.zips import means, square, two_classes, zipped

NAME = {"en": "pets", "zh": "pets"}


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(tmp_path / "own", None, tmp_path / "downloads")


def gathered(files: Mapping[str, bytes]) -> DataSet:
    return gather(zipped(files), "pets", NAME)


def said(found: DataSet) -> str:
    return " ".join(each["en"] for each in found.notes)


def test_a_zip_of_folders_becomes_classes_in_the_order_of_their_names() -> None:
    found = gathered(two_classes(12))
    assert [each["id"] for each in found.classes] == ["cat", "dog"]
    assert found.shape == (3, 20, 24)
    assert found.counts() == (12, 12)
    assert means(found.x) == [10] * 12 + [240] * 12
    assert (found.part, found.notes) == (None, ())


def test_pictures_of_one_size_keep_every_pixel() -> None:
    noise = torch.randint(0, 256, (20, 24, 3), dtype=torch.uint8)
    out = io.BytesIO()
    Image.fromarray(noise.numpy()).save(out, "PNG")
    found = gathered({**two_classes(), "pets/cat/noise.png": out.getvalue()})
    kept = found.x[found.y == 0]
    assert any(torch.equal(each, noise.permute(2, 0, 1)) for each in kept)


def test_pictures_of_several_sizes_become_64_pixels_square_and_it_is_said() -> None:
    found = gathered({**two_classes(), "pets/cat/wide.png": square(10, (300, 100))})
    assert found.shape == (3, 64, 64)
    assert "different sizes" in said(found)
    assert set(means(found.x)) == {10, 240}


def test_pictures_are_grey_when_all_are() -> None:
    grey = {f"{c}/{i}.png": square(i, mode="L") for c in "ab" for i in range(10, 21)}
    assert gathered(grey).shape == (1, 20, 24)
    assert gathered({**grey, "a/colour.png": square(9)}).shape == (3, 20, 24)


def test_train_and_test_folders_deal_the_parts() -> None:
    folders = [f"{half}/{label}" for half in ("train", "val", "test") for label in "ab"]
    found = gathered({f"{folder}/{i}.png": square(9) for folder in folders for i in "12"})
    assert found.part is not None
    assert [int((found.part == each).sum()) for each in (FREE, VALIDATION, TEST)] == [4, 4, 4]


def test_a_folder_called_images_between_class_and_pictures_is_no_class() -> None:
    found = gathered({f"train/{c}/images/{i}.png": square(9) for c in "ab" for i in range(12)})
    assert [each["id"] for each in found.classes] == ["a", "b"]


def test_junk_of_other_systems_is_not_even_mentioned() -> None:
    junk = ("__MACOSX/pets/cat/._1.png", "pets/.DS_Store", "pets/cat/Thumbs.db", "pets/dog/._2.png")
    assert gathered({**two_classes(), **dict.fromkeys(junk, b"junk")}).notes == ()


@pytest.mark.parametrize(
    "name", ["../x.png", "/etc/x.png", "pets/../../x.png", "C:/x.png", "..\\cat\\x.png"]
)
def test_a_name_that_leads_out_is_left_out_and_nothing_written(name: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    found = gathered({**two_classes(), name: square(9)})
    assert len(found.y) == 24
    assert "1 members whose names lead out of the archive were left out" in said(found)
    assert sorted(tmp_path.rglob("*")) == before


def test_archives_inside_are_not_opened() -> None:
    inner = zipped(two_classes()).getvalue()
    found = gathered({**two_classes(), "pets/cat/more.zip": inner})
    assert "were not opened, such as 'pets/cat/more.zip'" in said(found)


def test_a_link_is_not_followed() -> None:
    files = zipped(two_classes())
    with zipfile.ZipFile(files, "a") as archive:
        link = zipfile.ZipInfo("pets/cat/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert "1 links were not followed" in said(gather(files, "pets", NAME))


def test_a_member_that_would_unpack_to_much_is_left_out_unread() -> None:
    files = {**two_classes(), "pets/cat/bomb.png": bytes(30_000_000)}
    found = gather(zipped(files, zipfile.ZIP_DEFLATED), "pets", NAME)
    assert len(found.y) == 24
    assert "more than 20 MB each" in said(found)


def test_a_member_that_lies_about_its_size_is_unreadable_and_costs_no_more() -> None:
    data = bytearray(zipped({**two_classes(), "pets/cat/z.png": bytes(9_000_000)}, 8).getvalue())
    place = data.rindex(b"PK\x01\x02")
    assert data[place + 46 : place + 60] == b"pets/cat/z.png"
    struct.pack_into("<I", data, place + 24, 100)
    found = gather(io.BytesIO(bytes(data)), "pets", NAME)
    assert len(found.y) == 24
    assert "1 pictures could not be read" in said(found)


def test_a_member_with_a_password_is_left_out() -> None:
    data = bytearray(zipped(two_classes()).getvalue())
    first = data.index(b"PK\x01\x02")
    data[first + 8] |= 1
    found = gather(io.BytesIO(bytes(data)), "pets", NAME)
    assert len(found.y) == 23
    assert "need a password" in said(found)


def test_unreadable_pictures_are_counted_and_the_first_is_named_with_its_reason() -> None:
    cut = square(9)[:60]
    broken = {"pets/cat/x.png": cut, "pets/dog/y.jpg": b"no picture", "pets/dog/z.png": b""}
    found = gathered({**two_classes(), **broken})
    assert found.counts() == (12, 12)
    assert "3 pictures could not be read and were left out, such as 'pets/cat/x.png'" in said(found)


def test_pictures_outside_of_class_folders_and_other_files_are_left_out() -> None:
    other = {"loose.png": square(9), "pets/loose.png": square(9), "pets/cat/notes.txt": b"hello"}
    found = gathered({**two_classes(), **other})
    assert len(found.y) == 24
    assert "2 pictures lie in no class folder" in said(found)
    assert "1 files are no pictures" in said(found)


def test_an_empty_class_is_no_class_and_is_named() -> None:
    found = gathered({**two_classes(), "pets/bird/": b"", "pets/fish/1.png": b"broken"})
    assert [each["id"] for each in found.classes] == ["cat", "dog"]
    assert "2 folders hold no readable picture and became no class, such as 'bird'" in said(found)


def test_unequal_and_small_classes_are_kept_and_said() -> None:
    found = gathered({**two_classes(3), **{f"pets/cat/m{i}.png": square(9) for i in range(9)}})
    assert found.counts() == (12, 3)
    assert "cat has 12 pictures, dog has 3" in said(found)
    assert "dog has 3 pictures; validation" in said(found)


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        ({f"cat/{i}.png": square(9) for i in range(3)}, "one_class", "of one class, 'cat'"),
        ({}, "no_pictures", "Not one picture"),
        ({"a/1.txt": b"x", "b/2.zip": b"PK"}, "no_pictures", "such as 'b/2.zip'"),
        ({"a/1.png": square(9), "b/2.png": b"broken"}, "one_class", "'b/2.png'"),
    ],
)
def test_what_leaves_fewer_than_two_classes_is_refused_with_the_reasons(
    files: dict[str, bytes], code: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        gathered(files)
    assert caught.value.code == code
    assert words in caught.value.sentence
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.words["zh"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_zip"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_zip"),
        (b"PK\x03\x04" + bytes(200), "not_zip"),
        (zipped(two_classes()).getvalue()[:-200], "not_zip"),
        (b"PK\x05\x06" + bytes(8) + struct.pack("<II", 1000, 50) + bytes(2), "damaged_zip"),
        (b"PK\x05\x06" + bytes(8) + struct.pack("<II", 1 << 30, 0) + bytes(2), "crowded_zip"),
    ],
)
def test_what_is_no_whole_zip_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(DataError) as caught:
        gather(io.BytesIO(data), "x", NAME)
    assert caught.value.code == code


def test_more_than_a_thousand_classes_are_refused() -> None:
    with pytest.raises(DataError, match="1,001 class folders; at most 1,000"):
        gathered({f"{i}/1.png": b"" for i in range(1001)})


def test_a_set_that_is_taken_in_is_read_back_whole(roots: Roots) -> None:
    made = take(zipped(two_classes()), "My Pets", roots)
    assert made.id == "my-pets"
    found = sets.load("my-pets", roots)
    assert torch.equal(found.x, made.x)
    assert torch.equal(found.y, made.y)
    assert (found.name, found.classes) == ({"en": "My Pets", "zh": "My Pets"}, made.classes)
    row = sets.listing("my-pets", roots)
    assert (row.kind, row.count, row.per_class, row.shape) == ("own", 24, (12, 12), (3, 20, 24))


def test_two_sets_of_one_name_have_two_ids_and_neither_takes_a_bundled_one(roots: Roots) -> None:
    ids = [take(zipped(two_classes()), name, roots).id for name in ("pets", "pets", "digits", "猫")]
    assert ids == ["pets", "pets-2", "digits-2", "own"]


def test_a_folder_is_read_as_a_zip_is(tmp_path: Path) -> None:
    for name, data in two_classes().items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    found, same = gather(tmp_path / "folder", "pets", NAME), gathered(two_classes())
    assert torch.equal(found.x.sort(dim=0).values, same.x.sort(dim=0).values)
    assert found.classes == same.classes


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    roots: Roots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("convlens.data.packed.save_file", full)
    with pytest.raises(DataError, match="No space left on device"):
        take(zipped(two_classes()), "pets", roots)
    assert own.names(roots) == []
    assert [path for path in roots.own.rglob("*") if path.is_file()] == []


def test_every_sentence_is_there_in_both_languages() -> None:
    texts = [(each.en, each.zh) for each in REFUSALS.values()] + [*NOTES.values()]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in zh) for _, zh in texts)
    assert all(en.isascii() or "×" in en for en, _ in texts)
