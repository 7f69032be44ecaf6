"""The guide: both languages say the same, its numbers are PyTorch's, its links lead somewhere."""

import json
import re
from collections.abc import Callable

import pytest
import torch
from starlette.testclient import TestClient
from torch import nn

from convlens import paths
from convlens.core.record import Op
from convlens.web.guide import facts, preferred
from convlens.zoo import Zoo
from tests.conftest import ROOT
from tests.web.test_pages import BROWSER, Elements

LANGUAGES = ("en", "zh")
TAG = re.compile("<[^>]*>")
NUMBER = re.compile(r"(?<![A-Za-z\d.,])(?:\d[\d,]*\d|\d)(?:\.\d+)?")


@pytest.fixture(scope="module")
def texts(client: TestClient) -> dict[str, str]:
    return {language: client.get(f"/guide/{language}").text for language in LANGUAGES}


def attributes(html: str, *names: str) -> list[tuple[str | None, ...]]:
    """The values of these attributes of every element that has the first of them, in order."""
    found = Elements(html).found
    return [tuple(has.get(name) for name in names) for _, has in found if names[0] in has]


@pytest.mark.parametrize(
    "look",
    [
        lambda html: attributes(html, "id"),
        lambda html: attributes(html, "href"),
        lambda html: attributes(html, "data-figure", "data-op", "data-name"),
        lambda html: attributes(html, "data-term"),
        lambda html: re.findall(r"<math.*?</math>", html, re.S),
        lambda html: sorted(NUMBER.findall(TAG.sub(" ", html))),
    ],
    ids=["sections", "links", "figures", "terms", "formulas", "numbers"],
)
def test_both_languages_have_the_same(
    texts: dict[str, str], look: Callable[[str], list[object]]
) -> None:
    english, chinese = (look(texts[language]) for language in LANGUAGES)
    assert len(english) > 5
    assert english == chinese


def test_every_kind_of_step_has_a_section(texts: dict[str, str]) -> None:
    assert {op.value for op in Op} <= {value for (value,) in attributes(texts["en"], "id")}


def section(html: str, name: str) -> str:
    """The words of a section, with single spaces."""
    found = re.search(rf'<section id="{name}">(.*?)</section>', html, re.S)
    assert found
    return " ".join(TAG.sub("", found[1]).split())


# What the article must not leave to be misunderstood: section -> its sentence in both languages.
CLAIMS = [
    ("conv", "is, in mathematics, cross-correlation", "在数学上是互相关"),
    ("window", "p counts cells on each side", "p 是每一侧的格数"),
    ("softmax", "The result is not one-hot", "结果不是独热的"),
    ("pool", "Pooling does not make a network tolerant to size", "池化并不能让网络容忍大小变化"),
]


@pytest.mark.parametrize(("name", "english", "chinese"), CLAIMS)
def test_what_is_often_misunderstood_is_said(
    texts: dict[str, str], name: str, english: str, chinese: str
) -> None:
    assert english in section(texts["en"], name)
    assert chinese in section(texts["zh"], name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_the_glossarys_each_once_in_a_section(
    texts: dict[str, str], language: str
) -> None:
    glossary = json.loads((ROOT / "static/src/i18n/terms.json").read_text("utf-8"))
    known = {term["key"] for term in glossary}
    for part in texts[language].split("<section")[1:]:
        terms = [term for (term,) in attributes(part, "data-term")]
        assert set(terms) <= known
        assert len(terms) == len(set(terms))


@pytest.fixture(scope="module")
def zoo() -> Zoo:
    return Zoo(paths.models())


def test_the_numbers_are_those_of_the_network(zoo: Zoo) -> None:
    name = zoo.ids()[0]
    network = zoo.network(name)
    said = facts(zoo.card(name), zoo.graph(name))
    conv = next(each for each in network.modules() if isinstance(each, nn.Conv2d))
    dense = next(each for each in network.modules() if isinstance(each, nn.Linear))
    total = sum(each.numel() for each in network.parameters())
    assert said["net"]["parameters"] == f"{total:,}"
    assert (said["conv"]["out"], said["conv"]["in"]) == conv.weight.shape[:2]
    assert said["conv"]["kernel"] == conv.kernel_size[0]
    assert said["conv"]["parameters"] == sum(each.numel() for each in conv.parameters())
    assert said["dense"]["in"] == said["flatten"]["length"] == dense.in_features
    assert said["dense"]["parameters"] == f"{sum(each.numel() for each in dense.parameters()):,}"
    even = torch.zeros(1, dense.out_features)
    loss = nn.functional.cross_entropy(even, torch.tensor([0])).item()
    assert float(said["net"]["chance"]) == pytest.approx(loss, abs=5e-4)


def test_a_network_without_a_layer_leaves_its_sentences_out(zoo: Zoo) -> None:
    name = zoo.ids()[0]
    only = [record for record in zoo.graph(name) if record.op is Op.INPUT]
    said = facts(zoo.card(name), only)
    assert said["conv"] is said["dense"] is said["flatten"] is None
    assert set(said["look"].values()) == {"/#v=1", "/#v=1&node=input&c=0&cell=32,32"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_without_javascript(
    client: TestClient, texts: dict[str, str], language: str
) -> None:
    html = client.get(f"/guide?lang={language}", headers=BROWSER).text
    shown = re.search(r"<noscript>(.*?)</noscript>", html, re.S)
    assert shown
    assert texts[language] in shown[1]
    for address in Elements(shown[1]).addresses():
        assert client.get(address.split("#")[0]).status_code == 200, address


def test_the_browsers_language_is_taken_when_none_is_asked_for(client: TestClient) -> None:
    for accepted, title in (
        ("zh-TW,en;q=0.5", "卷积神经网络怎样看图"),
        ("de", "How a convolutional"),
    ):
        assert title in client.get("/guide", headers={"accept-language": accepted}).text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-CN,zh;q=0.9", "zh"), ("de-DE, en;q=0.8, zh;q=0.5", "en"), ("", "en"), ("fr", "en")],
)
def test_the_first_known_language_wins(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_another_language_is_refused_with_the_ones_there_are(client: TestClient) -> None:
    answer = client.get("/guide/fr")
    assert answer.status_code == 422
    assert "zh" in answer.json()["detail"]
