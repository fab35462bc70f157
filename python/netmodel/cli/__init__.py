"""The command `netmodel`: a group whose verbs are loaded when they are called, one file each."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

VERBS = {
    "record": "fill in the outputs of an experiment's commands on a live host",
    "replay": "run experiments on the modelled host, and compare line for line",
    "shell": "type commands on a modelled host, or where an experiment stands",
}


class Verbs(click.Group):
    """Knows the verbs by name; imports one when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, sorted."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb, its module imported."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"netmodel.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but a verb that is not known is answered with those that are."""
        if args and args[0] not in VERBS:
            ctx.fail(f"no verb {args[0]!r}; expected one of {', '.join(sorted(VERBS))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, without importing any."""
        with formatter.section("Verbs"):
            formatter.write_dl(sorted(VERBS.items()))


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from netmodel._core import VERSION

        click.echo(f"netmodel {VERSION}")
        ctx.exit()


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def group() -> None:
    """An exact model of the Linux packet path that containers use."""


def main(argv: list[str] | None = None) -> None:
    """Run the command line. Exit codes: 0 holds, 1 does not hold, 2 usage, 3 not modelled, 70 a bug, 130
    interrupted."""
    sys.exit(_run(argv))


def _run(argv: list[str] | None) -> int:
    from netmodel.errors import ExperimentError, InternalError, UnsupportedError

    try:
        # Not `group.main`, which ends with 1 where the pipe is broken.
        with group.make_context("netmodel", list(sys.argv[1:] if argv is None else argv)) as context:
            result: Any = group.invoke(context)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.NoSuchOption as error:
        known = error.ctx.command.params if error.ctx else []
        error.show()
        return _say(f"expected one of {', '.join(name for one in known for name in one.opts if name[0] == '-')}", 2)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ExperimentError as error:
        return _say(error, 2)
    except UnsupportedError as error:
        return _say(error, 3)
    except InternalError as error:
        return _say(error, 70)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        # What is still in the buffer has nowhere to go; without this the interpreter complains at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 130


def _say(error: object, code: int) -> int:
    click.echo(f"netmodel: {error}", err=True)
    return code
