"""The page's shell, its built files, the API's page, and errors as a person sees them."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient

from convlens import __version__, paths
from convlens.errors import StartError
from convlens.web import pages

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def addresses(self) -> set[str]:
        """All that the page points to."""
        named = [value for _, has in self.found for key, value in has.items() if key in LINKS]
        return {value for value in named if value}


LINKS = {"src", "href", "action"}


@pytest.fixture(scope="module")
def index(client: TestClient) -> str:
    return client.get("/", headers=BROWSER).text


def page_data(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.S)
    assert found
    return json.loads(found[1])


def test_every_address_in_the_shell_is_answered_by_this_server(
    client: TestClient, index: str
) -> None:
    addresses = Elements(index).addresses()
    assert any(address.endswith(".js") for address in addresses)
    for address in addresses:
        assert address.startswith("/")
        assert client.get(address).status_code == 200, address


def test_the_shell_has_no_script_or_style_of_its_own(index: str) -> None:
    for tag, has in Elements(index).found:
        assert not [name for name in has if name.startswith("on") or name == "style"], tag
        assert tag != "style"
        if tag == "script":
            assert "src" in has or has["type"] == "application/json"


def test_the_data_in_the_page_are_those_of_the_api(client: TestClient, index: str) -> None:
    data = page_data(index)
    assert data["version"] == __version__
    assert data["models"] == client.get("/api/models").json()
    assert data["pictures"] == client.get("/api/pictures").json()
    assert data["card"] == client.get(f"/api/models/{data['models'][0]['id']}").json()


def test_data_cannot_end_the_element_that_holds_them() -> None:
    hostile = {"name": "</script><script>alert(1)</script><!--", "line": "\u2028\u2029"}
    text = pages.json_for_html(hostile)
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == hostile


def test_without_javascript_the_page_says_what_it_is_in_both_languages(index: str) -> None:
    words = index.split("<noscript>")[1].split("</noscript>")[0]
    assert "convolutional network" in words
    assert "卷积神经网络" in words
    assert '<html lang="en">' in index


def test_the_shell_is_asked_for_again_and_its_files_are_kept_for_ever(
    client: TestClient, index: str
) -> None:
    assert client.get("/").headers["cache-control"] == "no-cache"
    script = next(each for each in Elements(index).addresses() if each.endswith(".js"))
    assert "immutable" in client.get(script).headers["cache-control"]
    assert client.get("/static/favicon.svg").headers["cache-control"] == "no-cache"


def test_a_built_file_comes_as_its_compressed_twin_when_that_is_accepted(
    client: TestClient, index: str
) -> None:
    scripts = [each for each in Elements(index).addresses() if each.endswith(".js")]
    # The largest one: what is small comes as it is.
    script, plain = max(
        ((each, client.get(each, headers={"accept-encoding": "identity"})) for each in scripts),
        key=lambda answer: len(answer[1].content),
    )
    small = client.get(script, headers={"accept-encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"])
    assert small.content == plain.content
    assert plain.headers["vary"] == small.headers["vary"] == "accept-encoding"
    assert plain.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "name",
    [
        "nope.js",
        "../package.json",
        "..%2f..%2fpyproject.toml",
        "%2e%2e/%2e%2e/pyproject.toml",
        "/etc/passwd",
        "//etc/passwd",
        "assets",
        "assets/",
        "%00",
        "assets/%00.js",
        "x" * 5000,
        "红.js",
        "..\\..\\pyproject.toml",
    ],
)
def test_nothing_but_a_built_file_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_the_icon_is_found_where_browsers_look(client: TestClient) -> None:
    answer = client.get("/favicon.ico")
    assert answer.headers["content-type"] == "image/svg+xml"


def test_the_page_of_the_api_names_every_operation(client: TestClient) -> None:
    html = client.get("/docs", headers=BROWSER).text
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in html


@pytest.mark.parametrize("path", ["/nope", "/static/nope.js", "/%3Cscript%3Ealert(1)%3C/script%3E"])
def test_a_person_gets_an_error_as_a_page_with_a_way_on(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script>alert" not in answer.text
    assert {"/", "/docs"} <= Elements(answer.text).addresses()
    for address in Elements(answer.text).addresses():
        assert client.get(address).status_code == 200


def test_a_caller_of_the_api_never_gets_a_page(client: TestClient) -> None:
    answer = client.get("/api/models/nope", headers=BROWSER)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_page_that_was_not_built_is_a_sentence_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(paths, "page", lambda: tmp_path)
    with pytest.raises(StartError, match="has not been built") as caught:
        pages.bundle()
    assert "pip install" in caught.value.hint
