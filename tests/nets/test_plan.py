"""A plan is data against an allow-list; what it becomes is what torch makes of it."""

import json
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from convlens.core import tap
from convlens.nets.kinds import ACTIVATIONS, KINDS, describe_kinds
from convlens.nets.plan import (
    MAX_LAYERS,
    PlanError,
    build,
    examine,
    first_problem,
    read_plan,
    totals,
)

PICTURE = [1, 12, 12]
CONV: dict[str, Any] = {"kind": "conv", "out": 4, "padding": 1}
END: list[dict[str, Any]] = [{"kind": "flatten"}, {"kind": "dense"}]


def plan(*layers: dict[str, Any], shape: list[int] | None = None) -> dict[str, Any]:
    return read_plan({"input": shape or PICTURE, "layers": list(layers)})


def problem(*layers: dict[str, Any], shape: list[int] | None = None) -> str:
    found = first_problem(plan(*layers, shape=shape), 3)
    assert found is not None
    assert found[1]["zh"]
    return f"{found[0]}: {found[1]['en']}"


def refusal(given: Any) -> PlanError:
    with pytest.raises(PlanError) as caught:
        read_plan(given)
    assert caught.value.hint
    return caught.value


# --- reading ---


def test_every_setting_has_its_default_and_reading_again_changes_nothing() -> None:
    read = plan({"kind": "conv"}, {"kind": "residual", "layers": [{"kind": "pool"}]}, *END)
    assert read["layers"][0] == {
        "kind": "conv",
        "out": 8,
        "kernel": 3,
        "stride": 1,
        "padding": 0,
        "groups": 1,
        "bias": True,
    }
    assert read_plan(json.loads(json.dumps(read))) == read


@pytest.mark.parametrize(
    ("layer", "path", "value"),
    [
        ({"kind": "magic"}, "layers[0].kind", "'magic'"),
        ({"kind": ["conv"]}, "layers[0].kind", "['conv']"),
        ({}, "layers[0].kind", "None"),
        ({"kind": "conv", "out": 0}, "layers[0].out", "0"),
        ({"kind": "conv", "out": 2.5}, "layers[0].out", "2.5"),
        ({"kind": "conv", "out": True}, "layers[0].out", "True"),
        ({"kind": "conv", "out": "classes"}, "layers[0].out", "'classes'"),
        ({"kind": "conv", "kernel": float("nan")}, "layers[0].kernel", "nan"),
        ({"kind": "conv", "kernel": 10**400}, "layers[0].kernel", "1000"),
        ({"kind": "conv", "bias": 1}, "layers[0].bias", "1"),
        ({"kind": "conv", "code": "import os"}, "layers[0].code", "'code'"),
        ({"kind": "dropout", "p": 1}, "layers[0].p", "1"),
        ({"kind": "activation", "function": "exec"}, "layers[0].function", "'exec'"),
        ({"kind": "pool", "mode": "min"}, "layers[0].mode", "'min'"),
        ({"kind": "conv", "name": "a.b"}, "layers[0].name", "'a.b'"),
        ({"kind": "conv", "name": "forward"}, "layers[0].name", "'forward'"),
        ({"kind": "residual"}, "layers[0].layers", "None"),
        ({"kind": "residual", "layers": 3}, "layers[0].layers", "3"),
        ({"kind": "residual", "layers": [{"kind": "x"}]}, "layers[0].layers[0].kind", "'x'"),
    ],
    ids=str,
)
def test_what_no_layer_can_be_is_refused_with_its_place_and_value(
    layer: dict[str, Any], path: str, value: str
) -> None:
    error = refusal({"input": PICTURE, "layers": [layer]})
    assert error.path == path
    assert value in error.sentence


@pytest.mark.parametrize("given", [None, [], "plan", {}, {"input": [2]}, {"input": [2], "l": []}])
def test_what_is_no_plan_is_refused(given: Any) -> None:
    assert refusal(given).path == "plan"


@pytest.mark.parametrize(
    "shape",
    [None, 3, [], [1, 2], [0, 8, 8], [1, 8, 8, 8], [1, 8, 513], ["a"], [1.5], "123", {"a": 1}],
    ids=str,
)
def test_an_input_is_a_picture_or_a_point_and_nothing_else(shape: Any) -> None:
    assert refusal({"input": shape, "layers": []}).path == "input"


def test_a_plan_has_at_most_400_layers_with_those_inside_blocks() -> None:
    block = {"kind": "residual", "layers": [CONV] * 199}
    assert "401" in refusal({"input": PICTURE, "layers": [block, block, CONV]}).sentence
    assert "401" in refusal({"input": PICTURE, "layers": [CONV] * (MAX_LAYERS + 1)}).sentence


def test_blocks_are_not_nested_without_end() -> None:
    layer = CONV
    for _ in range(3):
        layer = {"kind": "residual", "layers": [layer]}
    assert "inside" in refusal({"input": PICTURE, "layers": [layer]}).sentence


def test_two_layers_of_one_name_are_refused() -> None:
    twice = [{**CONV, "name": "first"}, {**CONV, "name": "first"}]
    assert refusal({"input": PICTURE, "layers": twice}).path == "layers[1].name"
    hidden = {"kind": "residual", "layers": [{**CONV, "name": "add"}]}
    assert refusal({"input": PICTURE, "layers": [hidden]}).path == "layers[0].layers[0].name"


# --- names ---


def test_names_say_the_kind_and_its_number_and_give_way_to_names_of_ones_own() -> None:
    relu = {"kind": "activation"}
    block = {"kind": "residual", "layers": [{**CONV, "out": 2}, {"kind": "norm"}]}
    layers = [{**CONV, "name": "conv1"}, CONV, relu, block, {"kind": "global_pool"}, END[1]]
    network = build(plan(*layers), 3)
    assert list(network._modules) == ["conv1", "conv2", "relu1", "block1", "pool1", "dense1"]
    assert {name.rpartition(".")[0] for name in network.state_dict()} == {
        "conv1",
        "conv2",
        "block1.conv1",
        "block1.norm1",
        "block1.project.conv",
        "block1.project.norm",
        "dense1",
    }


def test_every_layer_is_a_node_of_the_same_name_for_the_recorder() -> None:
    block = {"kind": "residual", "layers": [CONV, {"kind": "activation"}, CONV]}
    layers = [CONV, {"kind": "activation"}, {"kind": "pool"}, block, *END]
    network = build(plan(*layers), 3)
    trace = tap.run(network, torch.rand(1, *PICTURE))
    assert trace.complete
    assert [record.id for record in trace.records] == [
        "input",
        "conv1",
        "relu1",
        "pool1",
        "block1.conv1",
        "block1.relu1",
        "block1.conv2",
        "block1.add",
        "flatten1",
        "dense1",
        "softmax",
    ]


# --- what it becomes ---


def _kinds(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from([k for k in KINDS if k != "residual"]))
    layer: dict[str, Any] = {"kind": kind}
    small = {"out": 6, "kernel": 5, "stride": 3, "padding": 3, "groups": 3}
    for each in KINDS[kind].settings:
        if each.name in small:
            low = max(1, int(each.low or 0))
            layer[each.name] = draw(st.integers(low, small[each.name]))
        elif each.choices:
            layer[each.name] = draw(st.sampled_from(each.choices))
    return layer


@st.composite
def stacks(draw: Any) -> list[dict[str, Any]]:
    """Layers as they come, with now and then a block around some."""
    layers = [_kinds(draw) for _ in range(draw(st.integers(0, 5)))]
    if layers and draw(st.booleans()):
        cut = draw(st.integers(1, len(layers)))
        layers = [{"kind": "residual", "layers": layers[:cut]}, *layers[cut:]]
    end: list[dict[str, Any]] = draw(st.sampled_from([[], END, [{"kind": "global_pool"}, END[1]]]))
    return layers + end


@settings(max_examples=250, deadline=None)
@given(stacks(), st.sampled_from([[1, 9, 7], [3, 8, 8], [4]]))
def test_shapes_and_numbers_are_torchs_own(layers: list[dict[str, Any]], shape: list[int]) -> None:
    read = read_plan({"input": shape, "layers": layers})
    if first_problem(read, 5) is not None:
        with pytest.raises(PlanError):
            build(read, 5)
        return
    network, rows = build(read, 5), examine(read, 5)
    shapes: dict[str, tuple[int, ...]] = {}
    for name, module in network.named_modules():
        module.register_forward_hook(lambda _, __, out, name=name: shapes.update({name: out.shape}))
    assert network(torch.randn(2, *shape)).shape == (2, 5)
    assert {row.name: (2, *(row.shape or ())) for row in rows} == {
        row.name: shapes[row.name] for row in rows
    }
    counts = {
        row.name: sum(p.numel() for p in network.get_submodule(row.name).parameters())
        for row in rows
    }
    assert {row.name: row.parameters for row in rows} == counts
    assert totals(read, rows, 5).parameters == sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("function", ACTIVATIONS)
def test_no_activation_writes_over_what_arrives(function: str) -> None:
    network = build(plan({"kind": "activation", "function": function}, *END), 3)
    x = torch.randn(2, *PICTURE)
    before = x.clone()
    network(x)
    assert torch.equal(x, before)


def test_multiplications_are_counted_as_the_dive_into_deep_learning_book_counts_them() -> None:
    wide: dict[str, Any] = {"kind": "conv", "out": 32, "kernel": 5, "padding": 2, "bias": False}
    head = {"kind": "global_pool"}, END[1]
    rows = examine(plan(wide, *head, shape=[64, 28, 28]), 10)
    assert rows[0].macs == 32 * 64 * 25 * 28 * 28
    squeezed = [{"kind": "conv", "out": 16, "kernel": 1, "bias": False}, wide]
    rows = examine(plan(*squeezed, *head, shape=[64, 28, 28]), 10)
    assert rows[0].macs + rows[1].macs == 16 * 64 * 784 + 32 * 16 * 25 * 784


def test_the_receptive_field_is_what_a_pixels_change_can_reach() -> None:
    """The field is 1 + sum of (k - 1) times the product of the strides before it."""
    layers = [CONV, {"kind": "pool"}, CONV, {"kind": "conv", "kernel": 5, "stride": 2}]
    rows = examine(plan(*layers, shape=[1, 40, 40]), 3)
    assert [(row.field.size, row.field.jump) for row in rows if row.field] == [
        (3, 1),
        (4, 2),
        (8, 2),
        (16, 4),
    ]
    network = nn.Sequential(*build(plan(*layers, *END, shape=[1, 40, 40]), 3).children())[
        : len(layers)
    ]
    x = torch.randn(1, 1, 40, 40, requires_grad=True)
    network(x)[0, :, 3, 3].sum().backward()
    assert x.grad is not None
    touched = x.grad[0, 0].nonzero()
    assert (touched.amax(0) - touched.amin(0) + 1).tolist() == [16, 16]


def test_behind_a_problem_nothing_is_known_and_the_problem_is_said_once() -> None:
    rows = examine(plan({"kind": "dense"}, {"kind": "residual", "layers": [CONV]}, *END), 3)
    assert [row.problem is not None for row in rows] == [True, False, False, False, False]
    assert [row.shape for row in rows] == [None] * 5


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([{"kind": "dense"}], "layers[0]: It works on a vector, but 1 maps of 12×12 arrive"),
        ([*END, CONV], "layers[2]: It works on maps, but a vector of 3 numbers arrives"),
        ([{"kind": "conv", "kernel": 13}], "12 + 2 × 0 padding = 12 cells"),
        ([{"kind": "pool", "kernel": 2, "padding": 2}], "at most 1 is allowed"),
        ([{"kind": "conv", "groups": 2}], "1 maps into 8 kernels"),
        ([CONV], "layers: The network ends with 4 maps of 12×12"),
        ([{"kind": "flatten"}, {"kind": "dense", "out": 4}], "it must end with 3 numbers"),
        (
            [{"kind": "flatten"}, {"kind": "dense", "out": 8000}] * 1
            + [{"kind": "dense", "out": 8000}, {"kind": "dense"}],
            "parameters; at most 20,000,000",
        ),
        (
            [{"kind": "residual", "layers": [{"kind": "conv"}]}, *END],
            "layers[0]: 1 maps of 12×12 cannot be added to 8 maps of 10×10",
        ),
        (
            [{"kind": "residual", "layers": [CONV, {"kind": "dense"}]}, *END],
            "layers[0]: A layer inside it cannot be",
        ),
    ],
)
def test_a_network_that_cannot_be_is_told_why(layers: list[dict[str, Any]], words: str) -> None:
    assert words in problem(*layers)


def test_a_layer_that_would_fill_the_memory_is_refused_before_it_is_made() -> None:
    wide = {"kind": "conv", "out": 1024, "padding": 1}
    assert "8,000,000" in problem(wide, shape=[3, 512, 512])


def test_a_network_larger_than_the_given_cap_is_refused() -> None:
    small = plan(*END)
    build(small, 3, parameters=435)  # 144 * 3 + 3
    with pytest.raises(PlanError, match="435 parameters; at most 434"):
        build(small, 3, parameters=434)


def test_a_network_without_parameters_has_nothing_to_learn() -> None:
    assert "nothing to learn" in problem({"kind": "global_pool"}, shape=[3, 4, 4])


# --- blocks ---


def test_a_block_whose_layers_give_zero_passes_its_input_on_exactly() -> None:
    block = {"kind": "residual", "layers": [{**CONV, "out": 1}]}
    network = build(plan(block, *END), 3)
    with torch.no_grad():
        network.get_parameter("block1.conv1.weight").zero_()
        network.get_parameter("block1.conv1.bias").zero_()
        x = torch.randn(2, *PICTURE)
        assert torch.equal(network.get_submodule("block1")(x), x)


def test_a_block_that_halves_the_maps_projects_its_input_with_the_same_stride() -> None:
    layers = [{"kind": "conv", "out": 6, "stride": 2, "padding": 1}]
    network = build(plan({"kind": "residual", "layers": layers}, *END), 3)
    x = torch.randn(2, *PICTURE)
    block, project = network.get_submodule("block1"), network.get_submodule("block1.project")
    assert project.stride == (2, 2)
    inside = network.get_submodule("block1.conv1")
    torch.testing.assert_close(block(x), inside(x) + project(x))


def test_the_page_is_told_every_kind_with_its_settings_in_both_languages() -> None:
    told = describe_kinds()
    assert [each["kind"] for each in told] == list(KINDS)
    for kind in told:
        labels = [kind["name"], *(setting["label"] for setting in kind["settings"])]
        assert all(label["en"] and label["zh"] for label in labels)
    json.dumps(told)
