"""The `convlens` command: serve, train, doctor, version."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

from . import __version__
from .errors import StartError
from .settings import Settings, add_flags, load
from .train import command
from .train.options import OptionError

EXIT_CANNOT_START = 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line as every other start error is said."""

    def error(self, message: str) -> NoReturn:
        """Raises a StartError instead of printing the usage."""
        sentence = f"{message[0].upper()}{message[1:]}."
        raise StartError(sentence, hint=f"See what there is with {self.prog} --help.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="convlens",
        description="See a convolutional network think. Without a command: serve.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="{serve,train,doctor,version}")
    serve = commands.add_parser("serve", help="start the app and open the page", allow_abbrev=False)
    doctor = commands.add_parser(
        "doctor", help="say what is missing and how to mend it", allow_abbrev=False
    )
    train = commands.add_parser("train", help="train a network in the terminal", allow_abbrev=False)
    commands.add_parser("version", help="print the version")
    add_flags(serve)
    add_flags(doctor)
    add_flags(train, only=("data_dir", "datasets", "models"))
    command.add_flags(train)
    return parser


def say(text: str) -> None:
    """Prints one line of progress at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _complain(error: StartError | OptionError) -> int:
    sys.stderr.write(f"convlens: {error.sentence}\n  hint: {error.hint}\n")
    return EXIT_CANNOT_START


def _serve(settings: Settings) -> int:
    from . import launch

    started = time.perf_counter()
    with launch.listen(settings) as socket:
        say(f"ConvLens {__version__}")
        launch.check_data_dir(settings.data_dir)
        say("Loading PyTorch and the networks ...")
        from .app import create_app

        app = create_app(settings)
        say(f"Ready after {time.perf_counter() - started:.1f} s. Stop with Ctrl+C.")
        launch.run(app, socket, settings, say)
    return 0


def _train(options: dict[str, Any], settings: Settings) -> int:
    from .card import ZooError
    from .data.sets import Roots
    from .paths import models
    from .zoo import Zoo

    own = settings.data_dir / "data"
    roots = Roots(own, settings.datasets, settings.data_dir / "downloads")
    zoo = Zoo(settings.models or models())

    def beginning(name: str) -> command.Begin:
        try:
            classes = tuple(each["id"] for each in zoo.card(name).classes)
            return command.Begin(zoo.network(name).state_dict(), classes)
        except ZooError as error:
            raise StartError(error.sentence, hint=error.hint) from error

    return command.run(options, roots, beginning)


def _doctor(settings: Settings) -> int:
    from .doctor import examine

    findings = examine(settings)
    for finding in findings:
        say(f"{'ok     ' if finding.ok else 'MISSING'} {finding.what}: {finding.detail}")
        if not finding.ok:
            say(f"        {finding.remedy}")
    return 0 if all(finding.ok for finding in findings) else EXIT_CANNOT_START


def _without_package(error: ImportError) -> StartError:
    return StartError(
        f"A package that ConvLens needs cannot be imported: {error}.",
        hint="Run convlens doctor to see which, or install again: "
        "pip install --force-reinstall convlens.",
    )


def _terminated(_: int, __: FrameType | None) -> NoReturn:
    sys.exit(0)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code: 0, 2 when the app cannot start.

    `train` returns 1 when its run failed.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments.insert(0, "serve")
    signal.signal(signal.SIGTERM, _terminated)
    try:
        options = vars(_parser().parse_args(arguments))
        if options.pop("command") == "version":
            say(f"convlens {__version__}")
            return 0
        settings = load(options)
        if arguments[0] == "train":
            return _train(options, settings)
        return _doctor(settings) if arguments[0] == "doctor" else _serve(settings)
    except (StartError, OptionError) as error:
        return _complain(error)
    except ImportError as error:
        return _complain(_without_package(error))
    except KeyboardInterrupt:
        return 0
