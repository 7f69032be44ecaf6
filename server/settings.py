"""Every setting, in one table: its flag, its `CONVLENS_*` variable, its default, its help."""

import os
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from .errors import StartError

PREFIX = "CONVLENS_"
MIB = 1 << 20


def default_data_dir() -> Path:
    """Returns the folder that the XDG base directory specification names for an app's data."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "convlens"


class Settings(BaseSettings):
    """The table. A flag wins over a variable, a variable over `.env`, `.env` over the default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(
        default=8000, ge=0, le=65535, description="port to listen on; 0 picks a free one"
    )
    browser: bool = Field(default=True, description="open the page in the browser")
    data_dir: Path = Field(
        default_factory=default_data_dir, description="folder for what the app stores"
    )
    models: Path | None = Field(
        default=None, description="folder of networks to use instead of those that ship"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="where networks run: auto, cpu, cuda or mps"
    )
    allowed_hosts: str = Field(
        default="", description="further names the page may be opened under, separated by commas"
    )
    workers: int = Field(
        default=max(1, os.cpu_count() or 1), ge=1, le=256, description="pictures worked on at once"
    )
    queue: int = Field(
        default=64, ge=0, le=10_000, description="pictures that may wait; more get 503"
    )
    upload_seconds: int = Field(
        default=60, ge=1, le=3600, description="time for a picture to arrive; a slower one gets 408"
    )
    trace_memory_mb: int = Field(
        default=512, ge=1, le=1_000_000, description="memory for traces kept for hovering, in MiB"
    )
    datasets: Path | None = Field(
        default=None, description="folder of data sets to train on; it is only read"
    )
    dataset_mb: int = Field(
        default=256, ge=1, le=1_000_000, description="largest zip of pictures taken in, in MiB"
    )
    runs: int = Field(
        default=max(1, (os.cpu_count() or 1) - 1),
        ge=1,
        le=64,
        description="training runs at once; more wait in a queue",
    )
    run_steps: int = Field(
        default=1_000_000, ge=1, le=1_000_000_000, description="most steps of a training run"
    )
    run_minutes: int = Field(
        default=240, ge=1, le=100_000, description="most minutes of a training run's work"
    )
    run_parameters: int = Field(
        default=20_000_000,
        ge=1,
        le=1_000_000_000,
        description="most parameters of a trained network",
    )
    run_storage_mb: int = Field(
        default=1024, ge=1, le=1_000_000, description="most that a training run may store, in MiB"
    )

    @field_validator("data_dir", "models", "datasets")
    @classmethod
    def _at_home(cls, folder: Path | None) -> Path | None:
        """A `~` that no shell has replaced, as in `.env`."""
        return folder.expanduser() if folder else None

    @property
    def trace_bytes(self) -> int:
        """The memory budget of the trace store, in bytes."""
        return self.trace_memory_mb * MIB


def add_flags(parser: ArgumentParser, *, only: Collection[str] = ()) -> None:
    """Adds one flag per row of the table; a flag that is not given stays out of the result."""
    for name, field in Settings.model_fields.items():
        if only and name not in only:
            continue
        default = field.get_default(call_default_factory=True)
        known = "" if default in (None, "") else f"; {default!s}"
        text = f"{field.description} [{PREFIX}{name.upper()}{known}]".replace("%", "%%")
        if field.annotation is bool:
            parser.add_argument(_flag(name), action=BooleanOptionalAction, default=None, help=text)
        else:
            parser.add_argument(_flag(name), default=None, metavar=name.upper(), help=text)


def load(flags: Mapping[str, Any]) -> Settings:
    """Returns the settings from flags, environment and `.env`.

    Raises:
        StartError: a value is outside what its row allows, and the sentence holds the value; or
            `.env` cannot be read.
    """
    given = {k: v for k, v in flags.items() if k in Settings.model_fields and v is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        raise _refusal(str(first["loc"][0]), first["input"], first["msg"]) from error
    except (OSError, UnicodeDecodeError, SettingsError) as error:
        raise StartError(
            f"The file {Path('.env').absolute()} cannot be read: {error}.",
            hint=f"Write it as UTF-8 text, one {PREFIX}NAME=value a line, or remove it.",
        ) from error


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _refusal(name: str, value: object, reason: str) -> StartError:
    flag, field = _flag(name), Settings.model_fields[name]
    default = field.get_default(call_default_factory=True)
    example = f"--no-{flag[2:]}" if field.annotation is bool else f"{flag} {default}"
    return StartError(
        f"The setting {flag} ({PREFIX}{name.upper()}) cannot be {str(value)[:80]!r}: "
        f"{reason[0].lower()}{reason[1:]}.",
        hint=f"Give another value, for example {example}.",
    )
