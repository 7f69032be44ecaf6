import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from convlens.core.image import InputSpec, prepare
from convlens.data import pictures

PHOTO = InputSpec(3, 64, 64, (0.5,) * 3, (0.5,) * 3)
DIGIT = InputSpec(1, 28, 28, (0.1307,), (0.3081,), "digit")


def test_there_are_at_least_twelve_photographs_and_every_digit() -> None:
    fits = [bundled.fit for bundled in pictures.catalogue()]
    assert fits.count("photo") >= 12
    assert fits.count("digit") == 10
    assert fits == sorted(fits, reverse=True)  # Photographs first.


def test_coffee_comes_first() -> None:
    assert pictures.catalogue()[0].id == "coffee"


def test_ids_are_safe_in_an_address_and_differ() -> None:
    ids = [bundled.id for bundled in pictures.catalogue()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[0-9])?", each) for each in ids)


@pytest.mark.parametrize("bundled", pictures.catalogue(), ids=lambda bundled: bundled.id)
def test_every_picture_has_names_and_a_credit_and_can_be_prepared(
    bundled: pictures.Bundled,
) -> None:
    assert bundled.en.isascii() and bundled.en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in bundled.zh)
    assert bundled.credit and bundled.licence
    assert bundled.source in ("scikit-image", "scikit-learn")
    data = pictures.read(bundled.id)
    for spec in (PHOTO, DIGIT):
        facts = prepare(data, spec).facts
        assert facts["format"] in ("PNG", "JPEG")
        assert min(facts["width"], facts["height"]) >= 100


def test_photographs_are_the_packages_own_files() -> None:
    coffee = Path(sys.prefix).rglob("skimage/data/coffee.png")
    assert pictures.read("coffee") == next(coffee).read_bytes()


@pytest.mark.parametrize("digit", range(10))
def test_a_digits_samples_are_scikit_learns_with_this_label(digit: int) -> None:
    from sklearn.datasets import load_digits

    drawn = Image.open(io.BytesIO(pictures.read(f"digit-{digit}")))
    assert drawn.mode == "L"
    assert drawn.getpixel((0, 0)) == 0
    samples = load_digits()
    cells = drawn.resize((10, 10), Image.Resampling.BOX).crop((1, 1, 9, 9))
    grey = [round(level * 16 / 255) for level in cells.tobytes()]
    apart = abs(samples.data - grey).sum(1)
    assert samples.target[apart.argmin()] == digit
    assert apart.min() < 64  # Less than 1 of 16 a cell: enlarging smooths.


def test_an_unknown_picture_is_said_so_with_those_that_there_are() -> None:
    with pytest.raises(pictures.UnknownPictureError, match=r"'tea'; there are coffee, cat"):
        pictures.read("tea")
    assert issubclass(pictures.UnknownPictureError, KeyError)


def test_a_picture_is_read_once() -> None:
    assert pictures.read("cat") is pictures.read("cat")


def test_a_missing_file_leaves_its_picture_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        pictures, "_PACKAGES", {"scikit-image": "skimage", "scikit-learn": "absent"}
    )
    ids = {bundled.id for bundled in pictures.catalogue.__wrapped__()}
    assert "coffee" in ids
    assert not ids & {"flower", "pavilion", "digit-0"}


def test_no_package_is_imported_for_its_pictures() -> None:
    code = (
        "import sys; from convlens.data import pictures;"
        "[pictures.read(b.id) for b in pictures.catalogue()];"
        "sys.exit(bool({'skimage', 'sklearn', 'scipy', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
