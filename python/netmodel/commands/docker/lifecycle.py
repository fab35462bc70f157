"""Commands that do one thing to each container named: stop, restart, kill, rm, rename, wait, pause, unpause, prune; port."""

from __future__ import annotations

from collections.abc import Callable

from netmodel.commands.docker.options import Line, Refused
from netmodel.commands.docker.steps import Cli, Steps, err, out, refusal
from netmodel.docker.containers import Container
from netmodel.docker.running import Waiting
from netmodel.errors import EngineError


def _each(
    line: Line, cli: Cli, act: Callable[[Container], Waiting], prefix: str = "", missing_known: bool = False
) -> Steps:
    """The names that went well as they go; what did not, at the end."""
    problems = []
    for name in line.arguments:
        try:
            container = cli.engine.container(name)
            yield from act(container)
            yield out(f"{name}\n")
        except EngineError as error:
            text = refusal(error, missing_known)
            if prefix:
                text = f"Error response from daemon: {prefix.format(name=name)}{error.message}\n"
            problems.append(text)
    if problems:
        yield err("".join(problems))
        return 1
    return 0


def _seconds(line: Line) -> int | None:
    return int(line.last("time")) if line.has("time") else None


def stop(line: Line, cli: Cli) -> Steps:
    """Stop each."""
    return (yield from _each(line, cli, lambda one: cli.engine.running.stop(one, _seconds(line))))


def restart(line: Line, cli: Cli) -> Steps:
    """Restart each."""
    return (yield from _each(line, cli, lambda one: cli.engine.running.restart(one, _seconds(line))))


def kill(line: Line, cli: Cli) -> Steps:
    """Send a signal to each."""
    sig = line.last("signal", "KILL")

    def act(one: Container) -> Waiting:
        return cli.engine.running.kill(one, sig)

    problems = []
    for name in line.arguments:
        try:
            yield from act(cli.engine.container(name))
            yield out(f"{name}\n")
        except EngineError as error:
            where = "" if error.message.startswith("Invalid signal") else f"Cannot kill container: {name}: "
            problems.append(f"Error response from daemon: {where}{error.message}\n")
    if problems:
        yield err("".join(problems))
        return 1
    return 0


def rm(line: Line, cli: Cli) -> Steps:
    """Remove each."""
    is_forced = line.is_set("force")
    problems = []
    code = 0
    for name in line.arguments:
        try:
            yield from cli.engine.remove(name.strip("/"), is_forced)
            yield out(f"{name}\n")
        except EngineError as error:
            problems.append(refusal(error, is_missing_known=True))
            # The client takes a missing container for removed if it was told to force (docker rm -f, 20.10).
            if not (is_forced and error.status == 404):
                code = 1
    if problems:
        yield err("".join(problems))
    return code


def wait(line: Line, cli: Cli) -> Steps:
    """Print each exit code when it comes."""
    problems = []
    for name in line.arguments:
        try:
            container = cli.engine.container(name)
            yield from cli.engine.running.wait(container)
            yield out(f"{container.state.exit_code}\n")
        except EngineError as error:
            problems.append(refusal(error))
    if problems:
        yield err("".join(problems))
        return 1
    return 0


def rename(line: Line, cli: Cli) -> Steps:
    """Give a container another name."""
    old, new = line.arguments
    try:
        cli.engine.rename(old, new)
    except EngineError as error:
        yield err(f"{refusal(error)}Error: failed to rename container named {old}\n")
        return 1
    return 0


def prune(line: Line, cli: Cli) -> Steps:
    """Remove all containers that do not run."""
    if not line.is_set("force"):
        yield out("WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] ")
        if cli.stdin()[:1] not in ("y", "Y"):
            return 0
    gone = cli.engine.prune_containers()
    if gone:
        yield out("Deleted Containers:\n" + "".join(f"{one.id}\n" for one in gone) + "\n")
    yield out("Total reclaimed space: 0B\n")
    return 0


def port(line: Line, cli: Cli) -> Steps:
    """The published ports of a container, or of one of its ports. None are published without NAT."""
    try:
        container = cli.engine.container(line.arguments[0])
    except EngineError as error:
        yield err(refusal(error, is_missing_known=True))
        return 1
    if len(line.arguments) < 2:
        return 0
    wanted = line.arguments[1]
    number, _, proto = wanted.partition("/")
    if not number.isdigit():
        raise Refused(f'strconv.ParseUint: parsing "{number}": invalid syntax\n', 1)
    text = f"{number}/{proto or 'tcp'}"
    yield err(f"Error: No public port '{text}' published for {container.name}\n")
    return 1
