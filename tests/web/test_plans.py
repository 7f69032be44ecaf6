"""Networks over HTTP: what the presets become for each data set, and why others cannot be."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from convlens.nets.presets import PRESETS

TINY8 = ["conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten1", "dense1", "relu3"]


def ask(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/plans", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/plans", json=body)
    assert answer.status_code == 422
    problem: dict[str, Any] = answer.json()
    assert problem["hint"]
    return problem


def test_the_list_holds_every_preset_and_every_kind_of_layer(client: TestClient) -> None:
    told = client.get("/api/presets").json()
    assert [each["id"] for each in told["presets"]] == list(PRESETS)
    assert [each["kind"] for each in told["kinds"]][:3] == ["conv", "activation", "pool"]
    assert told["limits"]["parameters"] == 20_000_000
    dense = next(each for each in told["kinds"] if each["kind"] == "dense")
    assert dense["settings"][0]["default"] == "classes"


def test_nothing_asked_for_is_the_default_network_of_the_default_data(client: TestClient) -> None:
    told = ask(client)
    assert told["plan"]["input"] == [1, 8, 8]
    assert told["classes"] == 10
    assert [row["name"] for row in told["rows"]] == [*TINY8, "dense2"]
    # conv 80 + conv 1,168 + dense 64*32+32 + dense 32*10+10
    assert told["totals"]["parameters"] == 3_658
    assert told["problem"] is None


def test_a_data_set_decides_input_and_classes(client: TestClient) -> None:
    told = ask(client, data="shapes")
    assert told["plan"]["input"] == [1, 28, 28]
    assert told["totals"]["parameters"] == 26_566
    assert [row["shape"] for row in told["rows"]][-4:] == [[784], [32], [32], [6]]
    assert told["rows"][0]["receptive_field"] == {"size": 3, "jump": 1}
    assert told["rows"][0]["macs"] == 9 * 8 * 28 * 28


@pytest.mark.parametrize("net", PRESETS)
def test_every_preset_fits_the_data_it_takes(client: TestClient, net: str) -> None:
    for data, takes in (("digits", "pictures"), ("shapes-colour", "pictures"), ("ring", "points")):
        if takes in PRESETS[net].takes:
            assert ask(client, preset=net, data=data)["problem"] is None
        else:
            assert net in refused(client, preset=net, data=data)["detail"]


def test_the_settings_of_a_preset_change_its_plan(client: TestClient) -> None:
    told = ask(client, preset="plain", depth=40, width=4, norm="batch", activation="tanh")
    kinds = [row["kind"] for row in told["rows"]]
    assert (kinds.count("conv"), kinds.count("norm")) == (40, 40)
    assert told["rows"][2]["name"] == "tanh1"


def test_a_plan_comes_back_as_it_was_sent(client: TestClient) -> None:
    plan = ask(client, preset="residual", data="shapes")["plan"]
    assert ask(client, plan=plan, classes=6)["plan"] == plan


def test_layers_of_ones_own_are_examined_for_the_data(client: TestClient) -> None:
    block = {"kind": "residual", "layers": [{"kind": "conv", "out": 4, "padding": 1}]}
    told = ask(client, layers=[block, {"kind": "global_pool"}, {"kind": "dense"}])
    assert [row["path"] for row in told["rows"]] == [[0], [0, 0], [1], [2]]
    assert [row["name"] for row in told["rows"]][:2] == ["block1", "block1.conv1"]
    # the 1x1 projection has 4 weights and 4 biases
    assert told["rows"][0]["parameters"] == (9 * 4 + 4) + 8


def test_what_cannot_be_has_its_sentence_in_its_row_in_both_languages(client: TestClient) -> None:
    layers = [{"kind": "pool", "kernel": 9}, {"kind": "flatten"}, {"kind": "dense"}]
    told = ask(client, layers=layers)
    first, second, _ = told["rows"]
    assert "9×9 is larger than the map" in first["problem"]["en"]
    assert first["problem"]["zh"].startswith("9×9")
    assert (second["problem"], second["shape"]) == (None, None)
    assert told["problem"] == first["problem"]
    assert told["totals"]["receptive_field"] is None


def test_a_wrong_end_is_a_problem_of_the_whole(client: TestClient) -> None:
    told = ask(client, layers=[{"kind": "flatten"}])
    assert [row["problem"] for row in told["rows"]] == [None]
    assert "must end with 10 numbers" in told["problem"]["en"]


@pytest.mark.parametrize(
    ("body", "path", "words"),
    [
        ({"layers": [{"kind": "eval"}]}, "layers[0].kind", "'eval'"),
        ({"layers": [{"kind": "conv", "kernel": 99}]}, "layers[0].kernel", "99"),
        ({"layers": "conv"}, "layers", "'conv'"),
        ({"plan": {"input": [1, 9], "layers": []}}, "input", "[1, 9]"),
        ({"preset": "vgg"}, "net", "'vgg'"),
        ({"preset": 3}, "preset", "3"),
        ({"depth": 0}, "depth", "0"),
        ({"depth": True}, "depth", "True"),
        ({"width": 1.5}, "width", "1.5"),
        ({"dropout": 1}, "dropout", "1"),
        ({"norm": "layer"}, "norm", "'layer'"),
        ({"activation": []}, "activation", "[]"),
        ({"data": "nothing"}, "data", "'nothing'"),
        ({"data": ["digits"]}, "data", "['digits']"),
        ({"classes": 1}, "classes", "1"),
        ({"classes": "two"}, "classes", "'two'"),
        ({"input": [1, 8, 9999]}, "input", "9999"),
        ({"preset": "tiny8", "input": [1, 2, 2], "classes": 2}, "net", "[1, 2, 2]"),
        ({"code": "import os"}, "code", "'code'"),
    ],
    ids=str,
)
def test_a_body_that_is_no_network_is_refused_with_its_place_and_value(
    client: TestClient, body: dict[str, Any], path: str, words: str
) -> None:
    problem = refused(client, **body)
    assert problem["values"]["path"] == path
    assert words in problem["detail"]
