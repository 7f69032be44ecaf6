"""Traces are kept within a budget of bytes; the least recently used go first."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor

from convlens.core.record import Op, Record
from convlens.errors import Problem
from convlens.web.traces import Kept, Traces, chosen, trace_id

A, B, C = (letter * 32 for letter in "abc")
KIB = 1024


def record(name: str, value: Tensor | None) -> Record:
    shape = () if value is None else tuple(value.shape)
    return Record(name, Op.OTHER, name, (), shape, {"kind": "other"}, 0, {}, value, "")


def kept(key: str, *values: Tensor) -> Kept:
    return Kept(key, tuple(record(f"n{i}", v) for i, v in enumerate(values)), {})


def kibibyte() -> Tensor:
    return torch.zeros(KIB, dtype=torch.uint8)


def status(traces: Traces, key: str) -> int:
    with pytest.raises(Problem) as caught:
        traces.get(key)
    return caught.value.status


def test_the_size_of_a_trace_is_that_of_its_values() -> None:
    assert kept(A, torch.zeros(10, 7), torch.zeros(3, dtype=torch.uint8)).size == 10 * 7 * 4 + 3


def test_a_view_is_not_counted_twice() -> None:
    value = torch.zeros(4, 5, 5)
    assert kept(A, value, value.flatten()).size == 4 * 5 * 5 * 4


def test_a_value_that_is_not_shown_counts_nothing() -> None:
    assert Kept(A, (record("n", None),), {}).size == 0


def test_the_header_as_text_is_json_that_every_reader_takes() -> None:
    header = {"names": ["红"], "numbers": [0.1, float("nan"), float("inf")], "none": None}
    text = Kept(A, (), header).text
    strict = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert strict == {"names": ["红"], "numbers": [0.1, None, None], "none": None}
    assert "红".encode() in text


def test_what_was_kept_is_found_again() -> None:
    traces = Traces(10 * KIB)
    first = kept(A, kibibyte())
    traces.keep(first)
    assert traces.get(A) is first
    assert traces.used == KIB


def test_beyond_the_budget_the_least_recently_used_goes_first() -> None:
    traces = Traces(2 * KIB)
    traces.keep(kept(A, kibibyte()))
    traces.keep(kept(B, kibibyte()))
    traces.get(A)
    traces.keep(kept(C, kibibyte()))
    assert status(traces, B) == 410
    assert traces.find(A) is not None
    assert traces.used == 2 * KIB


def test_one_trace_larger_than_the_budget_is_kept_alone() -> None:
    traces = Traces(KIB)
    traces.keep(kept(A, kibibyte()))
    traces.keep(kept(B, kibibyte(), kibibyte()))
    assert traces.find(A) is None
    assert traces.find(B) is not None


def test_the_same_trace_kept_twice_is_counted_once() -> None:
    traces = Traces(10 * KIB)
    traces.keep(kept(A, kibibyte()))
    traces.keep(kept(A, kibibyte()))
    assert traces.used == KIB


@pytest.mark.parametrize("key", ["", "a" * 31, "a" * 33, "G" * 32, "A" * 32, "红" * 32, "x" * 9999])
def test_what_cannot_be_a_trace_id_is_not_found_rather_than_gone(key: str) -> None:
    with pytest.raises(Problem) as caught:
        Traces(KIB).get(key)
    assert caught.value.status == 404
    assert len(caught.value.detail) < 300


def test_a_trace_that_has_gone_says_to_send_the_picture_again() -> None:
    with pytest.raises(Problem) as caught:
        Traces(KIB).get(A)
    assert caught.value.status == 410
    assert "POST" in caught.value.hint


def test_the_id_depends_on_network_picture_and_crop_and_on_nothing_else() -> None:
    assert trace_id("net", b"picture", "") == trace_id("net", b"picture", "")
    others = [("net2", b"picture", ""), ("net", b"picture2", ""), ("net", b"picture", "1")]
    # The same bytes, cut at other places.
    others += [("netp", b"icture", ""), ("ne", b"tpicture", ""), ("net", b"", "picture")]
    assert len({trace_id("net", b"picture", ""), *(trace_id(*each) for each in others)}) == 7


def test_the_id_has_the_form_that_is_asked_of_it() -> None:
    assert status(Traces(KIB), trace_id("net", b"picture", "")) == 410


def test_a_node_that_does_not_exist_is_named_with_some_that_do() -> None:
    with pytest.raises(Problem, match=r"no node 'conv'.*n0, n1") as caught:
        kept(A, kibibyte(), kibibyte()).record("conv")
    assert caught.value.status == 404


def test_chosen_nodes_come_in_the_order_of_the_network_and_once() -> None:
    records = kept(A, kibibyte(), kibibyte(), kibibyte()).records
    assert [each.id for each in chosen(records, "n2,n0,n2,")] == ["n0", "n2"]
    assert chosen(records, "") == records
    with pytest.raises(Problem) as caught:
        chosen(records, "n0,,n9")
    assert caught.value.status == 422


def test_threads_that_keep_and_find_at_once_leave_the_sum_right() -> None:
    traces = Traces(20 * KIB)

    def work(number: int) -> None:
        for step in range(200):
            key = f"{(number * 31 + step) % 40:032x}"
            if traces.find(key) is None:
                traces.keep(kept(key, kibibyte()))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    left = [found for n in range(40) if (found := traces.find(f"{n:032x}"))]
    assert traces.used == sum(each.size for each in left) <= 20 * KIB
