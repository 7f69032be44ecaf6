"""The contract that tests outside this repository speak: networks, weights, traces, nodes.

Expected numbers come from torch: the network's own modules called one after the other.
"""

import io
import json
import re
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image
from safetensors import safe_open
from starlette.testclient import TestClient
from torch import Tensor

from convlens import __version__, paths
from convlens.nets import TinyVGG
from convlens.web.schema import TraceHeader

OPS = {
    *("input", "conv", "activation", "pool", "norm", "dropout"),
    *("flatten", "dense", "add", "concat", "softmax", "other"),
}
NETWORKS = ("tiny-vgg", "lenet-5")
TRACE = "/api/models/tiny-vgg/trace"


def noise() -> Image.Image:
    """A picture of the network's own size, so that no pixel changes on the way."""
    pixels = np.random.default_rng(7).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def card(client: TestClient) -> Any:
    return client.get("/api/models/tiny-vgg").json()


@pytest.fixture(scope="module")
def expected(card: Any) -> dict[str, Tensor]:
    """Every node's value of the noise, computed by torch alone."""
    network = TinyVGG()
    network.load_state_dict(
        safetensors.torch.load_file(paths.models() / "tiny-vgg" / "weights.safetensors")
    )
    network.eval()
    pixels = torch.from_numpy(np.asarray(noise()).copy()).permute(2, 0, 1).float()
    mean, std = (torch.tensor(card[key]).view(3, 1, 1) for key in ("mean", "std"))
    x = ((pixels / 255 - mean) / std)[None]
    values = {"input": x}
    with torch.no_grad():
        for name, module in network.named_children():
            values[name] = x = module(x)
        values["softmax"] = x.softmax(1)
    return {name: value[0] for name, value in values.items()}


def header_of(payload: bytes) -> Any:
    length = int.from_bytes(payload[:8], "little")
    return json.loads(payload[8 : 8 + length])


def trace_of(payload: bytes) -> Any:
    return json.loads(header_of(payload)["__metadata__"]["trace"])


def post(client: TestClient, query: str = "", **headers: str) -> bytes:
    answer = client.post(TRACE + query, content=png(noise()), headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    return answer.content


def test_health_is_ok_with_the_version(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "version": __version__}


def test_the_list_of_networks_begins_with_the_default(client: TestClient) -> None:
    listed = client.get("/api/models").json()
    assert [each["id"] for each in listed] == list(NETWORKS)
    assert listed[0]["input"] == {"channels": 3, "height": 64, "width": 64}
    assert listed[0]["parameters"] == 19_920  # CNN Explainer's network
    assert listed[1]["parameters"] == 61_706  # D2L's
    assert len(listed[0]["classes"]) == 10
    assert all(re.fullmatch(r"[a-z0-9_]+", each) for each in listed[0]["classes"])
    assert all(each["name"] for each in listed)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_card_holds_its_list_entry_and_the_names_in_both_languages(
    client: TestClient, name: str
) -> None:
    entry = next(each for each in client.get("/api/models").json() if each["id"] == name)
    card = client.get(f"/api/models/{name}").json()
    assert entry.items() <= card.items()
    assert [each["id"] for each in card["labels"]] == card["classes"]
    assert all(each["en"] and each["zh"] for each in card["labels"])
    assert card["licence"]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_graph_is_in_execution_order_from_one_input_to_a_softmax(
    client: TestClient, name: str
) -> None:
    card = client.get(f"/api/models/{name}").json()
    nodes = card["nodes"]
    seen: set[str] = set()
    for node in nodes:
        wanted = {"id", "op", "label", "inputs", "shape", "parameters", "geometry"}
        assert wanted <= node.keys()
        assert node["op"] in OPS
        assert set(node["inputs"]) <= seen
        assert all(isinstance(size, int) for size in node["shape"])
        seen.add(node["id"])
    assert [node["id"] for node in nodes if not node["inputs"]] == [nodes[0]["id"]]
    assert (nodes[0]["op"], nodes[-1]["op"]) == ("input", "softmax")
    assert nodes[0]["shape"] == [card["input"][key] for key in ("channels", "height", "width")]
    assert sum(node["parameters"] for node in nodes) == card["parameters"]


def test_the_graph_names_every_operation(client: TestClient, expected: dict[str, Tensor]) -> None:
    nodes = client.get("/api/models/tiny-vgg").json()["nodes"]
    shapes = {node["id"]: tuple(node["shape"]) for node in nodes}
    assert shapes == {name: tuple(value.shape) for name, value in expected.items()}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_weights_are_a_safetensors_file_with_the_names_of_pytorch(
    client: TestClient, name: str
) -> None:
    answer = client.get(f"/api/models/{name}/weights")
    state = safetensors.torch.load(answer.content)
    card = client.get(f"/api/models/{name}").json()
    assert sum(value.numel() for value in state.values()) == card["parameters"]
    roles = {tensor for node in card["nodes"] for tensor in node["weights"].values()}
    assert roles == state.keys()
    if name == "tiny-vgg":
        assert state.keys() == TinyVGG().state_dict().keys()


def test_the_weights_of_some_nodes_are_theirs_alone(client: TestClient) -> None:
    answer = client.get("/api/models/tiny-vgg/weights?nodes=conv_1_2,relu_1_2")
    some = safetensors.torch.load(answer.content)
    whole = safetensors.torch.load(client.get("/api/models/tiny-vgg/weights").content)
    assert some.keys() == {"conv_1_2.weight", "conv_1_2.bias"}
    assert all(torch.equal(value, whole[name]) for name, value in some.items())


def test_float32_is_what_torch_computes_bit_for_bit(
    client: TestClient, expected: dict[str, Tensor]
) -> None:
    tensors = safetensors.torch.load(post(client, "?precision=float32"))
    assert tensors.keys() == expected.keys()
    for name, value in expected.items():
        assert tensors[name].dtype == torch.float32
        assert torch.equal(tensors[name], value), name


def test_uint8_comes_with_the_range_of_each_map(
    client: TestClient, expected: dict[str, Tensor]
) -> None:
    tensors = safetensors.torch.load(post(client))
    assert tensors.keys() == {*expected, *(f"{name}.range" for name in expected)}
    for name, value in expected.items():
        bytes_, ranges = tensors[name], tensors[f"{name}.range"]
        rows = value.flatten(1) if value.ndim == 3 else value[None]
        assert (bytes_.dtype, ranges.dtype) == (torch.uint8, torch.float32)
        assert bytes_.shape == value.shape
        assert torch.equal(ranges, torch.stack([rows.amin(1), rows.amax(1)], 1)), name
        low, span = ranges[:, :1], ranges[:, 1:] - ranges[:, :1]
        shown = low + bytes_.view(rows.shape).float() / 255 * span
        assert ((shown - rows).abs() <= span / 255 * 0.501 + 1e-6).all(), name


@pytest.mark.parametrize("query", ["", "?precision=float32", "?nodes=conv_1_1"])
def test_the_layout_is_read_by_the_library_and_aligned_to_8_bytes(
    client: TestClient, query: str
) -> None:
    payload = post(client, query)
    assert int.from_bytes(payload[:8], "little") % 8 == 0
    for name, entry in header_of(payload).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            assert entry["data_offsets"][0] % 4 == 0  # A typed array without a copy.
    with io.BytesIO(payload) as stream:
        assert safetensors.torch.load(stream.read())


def test_the_file_opens_as_a_file_too(client: TestClient, tmp_path: Any) -> None:
    place = tmp_path / "trace.safetensors"
    place.write_bytes(post(client))
    with safe_open(place, "pt") as opened:
        assert json.loads(opened.metadata()["trace"])["model"] == "tiny-vgg"


@pytest.mark.parametrize("precision", ["uint8", "float32"])
def test_nodes_limit_both_precisions(client: TestClient, precision: str) -> None:
    payload = post(client, f"?precision={precision}&nodes=softmax,conv_2_1")
    names = {name.removesuffix(".range") for name in header_of(payload)} - {"__metadata__"}
    assert names == {"conv_2_1", "softmax"}


def test_the_header_says_what_the_network_made_of_the_picture(
    client: TestClient, card: Any, expected: dict[str, Tensor]
) -> None:
    trace = trace_of(post(client))
    assert trace["model"] == "tiny-vgg"
    assert trace["classes"] == card["classes"]
    assert trace["nodes"] == card["nodes"]
    assert trace["logits"] == expected["output"].tolist()
    assert trace["probabilities"] == expected["softmax"].tolist()
    assert sum(trace["probabilities"]) == pytest.approx(1, abs=1e-6)
    assert trace["picture"]["width"] == trace["picture"]["height"] == 64
    assert trace["picture"]["format"] == "PNG"
    for name, (low, high) in trace["ranges"]["layer"].items():
        assert (low, high) == (expected[name].min().item(), expected[name].max().item())


def test_ranges_of_blocks_and_network_hold_those_of_their_layers(client: TestClient) -> None:
    trace = trace_of(post(client))
    inner = [node for node in trace["nodes"] if node["op"] not in ("input", "softmax")]
    layers, blocks = trace["ranges"]["layer"], trace["ranges"]["block"]
    for number, (low, high) in blocks.items():
        own = [layers[node["id"]] for node in inner if str(node["block"]) == number]
        assert [low, high] == [min(each[0] for each in own), max(each[1] for each in own)]
    whole = [layers[node["id"]] for node in inner]
    lowest, highest = min(each[0] for each in whole), max(each[1] for each in whole)
    assert trace["ranges"]["network"] == [lowest, highest]


def test_accept_json_gives_that_header_alone(client: TestClient) -> None:
    answer = client.post(TRACE, content=png(noise()), headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == trace_of(post(client))
    assert TraceHeader.model_validate(answer.json(), strict=True).model_dump() == answer.json()


@pytest.mark.parametrize(
    "kind", ["image/png", "image/jpeg", "image/anything; q=1", "application/octet-stream", ""]
)
def test_the_body_is_the_picture_under_any_of_its_types(client: TestClient, kind: str) -> None:
    assert trace_of(post(client, **{"content-type": kind}))["picture"]["format"] == "PNG"


def test_the_same_picture_has_the_same_trace_and_another_crop_another(client: TestClient) -> None:
    first, again = (trace_of(post(client))["trace_id"] for _ in range(2))
    cropped = trace_of(post(client, "?crop=1,2,32"))
    assert first == again != cropped["trace_id"]
    assert cropped["picture"]["crop"] == {"x": 1, "y": 2, "width": 32, "height": 32}


def test_a_node_of_a_kept_trace_is_its_float32_tensor(
    client: TestClient, expected: dict[str, Tensor]
) -> None:
    key = trace_of(post(client))["trace_id"]
    for name, value in expected.items():
        answer = client.get(f"/api/traces/{key}/nodes/{name}")
        assert answer.headers["content-type"] == "application/octet-stream"
        tensors = safetensors.torch.load(answer.content)
        assert tensors.keys() == {name}
        assert torch.equal(tensors[name], value)


def test_a_kept_trace_is_sent_again_without_the_picture(client: TestClient) -> None:
    exact = post(client, "?precision=float32")
    key = trace_of(exact)["trace_id"]
    assert client.get(f"/api/traces/{key}").content == exact


def test_a_bundled_picture_is_traced_without_a_body(client: TestClient) -> None:
    pictures = client.get("/api/pictures").json()
    assert len(pictures) >= 10
    for each in pictures:
        network = {"photo": "tiny-vgg", "digit": "lenet-5"}[each["fit"]]
        answer = client.post(f"/api/models/{network}/trace?picture={each['id']}")
        assert answer.status_code == 200
        assert each["en"] and each["zh"] and each["source"] and each["credit"]
