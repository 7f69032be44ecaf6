"""Flags, environment, `.env` and defaults: one table, one order."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from convlens.errors import StartError
from convlens.settings import PREFIX, Settings, add_flags, default_data_dir, load


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without `.env`, an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def dotenv(text: str) -> None:
    Path(".env").write_text(text, "utf-8")


def test_without_anything_it_listens_on_loopback_port_8000_and_opens_the_browser() -> None:
    settings = load({})
    assert (settings.host, settings.port, settings.browser) == ("127.0.0.1", 8000, True)


def test_the_environment_wins_over_the_file_and_a_flag_over_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dotenv("CONVLENS_PORT=8101\nCONVLENS_QUEUE=7\nCONVLENS_WORKERS=3\n")
    monkeypatch.setenv("CONVLENS_PORT", "8102")
    monkeypatch.setenv("CONVLENS_QUEUE", "8")
    settings = load({"port": "8103", "queue": None})
    assert (settings.port, settings.queue, settings.workers) == (8103, 8, 3)


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVLENS_PORT", "")
    monkeypatch.setenv("CONVLENS_MODELS", "")
    assert load({}).port == 8000
    assert load({}).models is None


def test_other_lines_of_the_file_are_left_alone() -> None:
    dotenv("SOMEBODY_ELSES=1\nCONVLENS_UNKNOWN=2\nCONVLENS_PORT=8104\n")
    assert load({}).port == 8104


def test_a_tilde_in_the_file_means_the_home_folder() -> None:
    dotenv("CONVLENS_DATA_DIR=~/lens\nCONVLENS_MODELS=~/nets\n")
    assert load({}).data_dir == Path.home() / "lens"
    assert load({}).models == Path.home() / "nets"


def test_the_data_directory_follows_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert default_data_dir() == Path("/somewhere/convlens")
    monkeypatch.delenv("XDG_DATA_HOME")
    assert default_data_dir() == Path.home() / ".local/share/convlens"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "abc"),
        ("port", "-1"),
        ("port", "65536"),
        ("workers", "0"),
        ("queue", "-1"),
        ("upload_seconds", "0"),
        ("trace_memory_mb", "1e99"),
        ("device", "tpu"),
        ("browser", "perhaps"),
        ("host", ""),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_its_flag_and_variable(
    name: str, value: str
) -> None:
    with pytest.raises(StartError) as caught:
        load({name: value})
    flag = "--" + name.replace("_", "-")
    assert flag in caught.value.sentence
    assert PREFIX + name.upper() in caught.value.sentence
    assert repr(value) in caught.value.sentence
    assert caught.value.hint.startswith("Give another value, for example --")


def test_the_example_in_the_hint_of_a_switch_is_a_switch() -> None:
    with pytest.raises(StartError) as caught:
        load({"browser": "perhaps"})
    assert caught.value.hint.endswith("--no-browser.")


def test_a_file_that_is_not_text_is_a_sentence() -> None:
    Path(".env").write_bytes(b"CONVLENS_PORT=\xff\xfe\x00")
    with pytest.raises(StartError, match=r"\.env cannot be read"):
        load({})


def test_a_value_of_a_megabyte_is_not_repeated_in_full() -> None:
    with pytest.raises(StartError) as caught:
        load({"port": "9" * 1_000_000})
    assert len(caught.value.sentence) < 400


def test_every_row_of_the_table_is_a_flag_with_its_variable_and_default_in_the_help() -> None:
    parser = ArgumentParser(prog="convlens")
    add_flags(parser)
    words = " ".join(parser.format_help().split())
    for name, field in Settings.model_fields.items():
        assert f"--{name.replace('_', '-')}" in words
        assert f"[{PREFIX}{name.upper()}" in words
        assert field.description and field.description in words
    assert "[CONVLENS_PORT; 8000]" in words


def test_a_flag_that_is_not_given_hides_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = ArgumentParser()
    add_flags(parser)
    monkeypatch.setenv("CONVLENS_PORT", "8105")
    monkeypatch.setenv("CONVLENS_BROWSER", "false")
    settings = load(vars(parser.parse_args([])))
    assert (settings.port, settings.browser) == (8105, False)


def test_settings_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load({}).port = 1


def test_the_memory_for_traces_is_counted_in_mebibytes() -> None:
    assert load({"trace_memory_mb": 3}).trace_bytes == 3 * 2**20
