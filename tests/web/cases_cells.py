"""The requests of one cell's arithmetic, for `test_openapi.py`."""

from convlens.web.cells import router
from tests.web.cases import JSON, Case, get

ROUTER = router
PATH = "/api/traces/{trace_id}/nodes/{node}/cell"
NODES = "/api/traces/{kept}/nodes"
KINDS = ("input", "conv_1_1", "relu_1_1", "max_pool_1", "flatten", "output", "softmax")

CASES: list[Case] = [
    *(get(PATH, f"{NODES}/{node}/cell?c=1", 200, JSON) for node in KINDS),
    get(PATH, f"{NODES}/conv_1_1/cell?c=3&y=1&x=2&class=koala", 200, JSON),
    get(PATH, f"{NODES}/output/cell?c=3&class=koala&of=logit", 200, JSON),
    get(PATH, f"{NODES}/nope/cell?c=0", 404),
    get(PATH, f"/api/traces/{'0' * 32}/nodes/conv_1_1/cell?c=0", 410),
    get(PATH, f"{NODES}/conv_1_1/cell?c=10", 422),
    get(PATH, f"{NODES}/conv_1_1/cell?c=3&class=unicorn", 422),
    get(PATH, f"{NODES}/conv_1_1/cell?c=0", 503, busy=True),
]
ELSEWHERE: set[tuple[str, str, int]] = set()
PLACES: dict[str, object] = {}
