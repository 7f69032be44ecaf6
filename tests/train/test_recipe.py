"""Recipes: they are read strictly, cooked reproducibly, and what they make is written whole."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional as F
from torchvision.transforms.functional import to_pil_image

from convlens import paths
from convlens.card import ZooError, read_card
from convlens.train import recipe as recipes
from convlens.train.corpus import DataError, load

TINY = """
data = "tiny-imagenet-10"
seed = 3
threads = 1
[learn]
epochs = 2
batch = 8
norms = true
mix = 0.5
smoothing = 0.1
[learn.augment]
flip = true
shift = 0.1
light = 0.2
erase = 0.5
[finish]
epochs = 2
batch = 8
[finish.augment]
shift = 0.1
sharp = 1.0
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Generated pictures, four a class, of noise around a colour of the class's own."""
    noise = torch.Generator().manual_seed(0)
    for place, each in enumerate(read_card(paths.models() / "tiny-vgg").classes):
        for part in ("train", "val"):
            folder = tmp_path / "data" / "tiny-imagenet-10" / part / each["id"]
            folder.mkdir(parents=True)
            for number in range(4):
                picture = torch.rand(3, 64, 64, generator=noise) * 0.3 + place / 15
                to_pil_image(picture).save(folder / f"{number}.png")
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A network's folder with a small recipe and no weights."""
    folder = tmp_path / "models" / "tiny-vgg"
    folder.mkdir(parents=True)
    shutil.copy(paths.models() / "tiny-vgg" / "card.json", folder)
    (folder / "recipe.toml").write_text(TINY, "utf-8")
    return folder


def _main(data: Path, folder: Path, *ids: str) -> int:
    return recipes.main(["--data", str(data), "--models", str(folder.parent), *ids])


@pytest.fixture(autouse=True)
def _threads_as_before() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_the_same_seed_gives_bit_identical_weights_twice(data: Path, folder: Path) -> None:
    assert _main(data, folder) == 0
    first = (folder / "weights.safetensors").read_bytes()
    assert _main(data, folder, "tiny-vgg") == 0
    assert (folder / "weights.safetensors").read_bytes() == first


def test_another_seed_gives_other_weights(data: Path, folder: Path) -> None:
    _main(data, folder)
    first = load_file(folder / "weights.safetensors")
    (folder / "recipe.toml").write_text(TINY.replace("seed = 3", "seed = 4"), "utf-8")
    _main(data, folder)
    second = load_file(folder / "weights.safetensors")
    assert not torch.equal(first["output.weight"], second["output.weight"])


def test_training_leaves_the_random_numbers_of_others_alone(data: Path, folder: Path) -> None:
    before = torch.get_rng_state()
    _main(data, folder)
    assert torch.equal(torch.get_rng_state(), before)


def test_metrics_in_the_card_are_those_of_the_weights_beside_it(data: Path, folder: Path) -> None:
    _main(data, folder)
    card = read_card(folder)
    pictures = load("tiny-imagenet-10", data, "val", [each["id"] for each in card.classes])
    weights = load_file(folder / "weights.safetensors")
    x = (pictures.x / 255 - torch.tensor(card.mean).view(3, 1, 1)) / torch.tensor(card.std).view(
        3, 1, 1
    )
    for name in ("conv_1_1", "conv_1_2", "conv_2_1", "conv_2_2"):
        x = F.relu(F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"]))
        x = F.max_pool2d(x, 2) if name.endswith("2") else x
    logits = F.linear(x.flatten(1), weights["output.weight"], weights["output.bias"])
    share = (logits.argmax(1) == pictures.y).float().mean().item()
    assert card.metrics["val_top1"] == pytest.approx(share, abs=1e-4)
    assert card.metrics["measured_on"] == "tiny-imagenet-10/val, 40 pictures"
    assert card.recipe["file"] == "recipe.toml"


def test_weights_may_be_read_by_all_and_nothing_half_written_stays(
    data: Path, folder: Path
) -> None:
    _main(data, folder)
    assert (folder / "weights.safetensors").stat().st_mode & 0o777 == 0o644
    names = {path.name for path in folder.iterdir()}
    assert names == {"card.json", "recipe.toml", "weights.safetensors"}


def test_progress_with_the_time_left_is_written_to_standard_error(
    data: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _main(data, folder)
    said = capsys.readouterr()
    assert "tiny-vgg [########################] 10/10 loss" in said.err
    assert "0:00 left" in said.err
    assert said.out == ""


def test_pictures_come_in_the_order_of_the_cards_classes(data: Path) -> None:
    names = [each["id"] for each in read_card(paths.models() / "tiny-vgg").classes]
    pictures = load("tiny-imagenet-10", data, "train", names)
    assert pictures.x.shape == (40, 3, 64, 64)
    for place in range(10):
        mean = pictures.x[pictures.y == place].float().mean().item() / 255
        assert mean == pytest.approx(place / 15 + 0.15, abs=0.01)


def test_pictures_of_other_classes_are_refused(data: Path) -> None:
    with pytest.raises(DataError, match="its folders are"):
        load("tiny-imagenet-10", data, "train", ["cat", "dog"])


def test_missing_data_is_a_sentence_and_exit_code_2(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(tmp_path / "nowhere", folder) == 2
    assert "tiny-imagenet-10/train cannot be read in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("epochs = 2", "epocs = 2"), "epocs"),
        (("tiny-imagenet-10", "imagenet"), "data = 'imagenet' is not one of"),
        (("flip", "flop"), "flop"),
        (("[learn]", "[learn"), "Expected"),
        (("seed = 3", ""), "seed"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(
    folder: Path, change: tuple[str, str], sentence: str
) -> None:
    path = folder / "recipe.toml"
    path.write_text(TINY.replace(*change), "utf-8")
    with pytest.raises(ZooError, match=sentence):
        recipes.read_recipe(path)


@pytest.mark.parametrize("name", ["tiny-vgg", "lenet-5"])
def test_shipped_recipes_can_be_read_and_name_how_long_they_took(name: str) -> None:
    folder = paths.models() / name
    assert recipes.read_recipe(folder / "recipe.toml").learn.epochs > 1
    assert read_card(folder).recipe["seconds"] > 0


def test_a_card_written_as_text_is_the_same_card(folder: Path) -> None:
    card = json.loads((folder / "card.json").read_text("utf-8"))
    assert json.loads(recipes.as_text(card)) == card
    assert list(json.loads(recipes.as_text(card))) == list(card)
