"""`inspect` of whatever object (cli/command/inspect, cli/command/system/inspect.go)."""

from __future__ import annotations

from collections.abc import Callable

from netmodel.commands.docker.options import Line
from netmodel.commands.docker.steps import Cli, Steps, err, out, parsed
from netmodel.commands.docker.template import TemplateError
from netmodel.docker.golang import Struct, indented
from netmodel.errors import EngineError, UnsupportedError

Getter = Callable[[str], Struct]
BAD_TEMPLATE = 64


def inspect_each(line: Line, get: Getter, kind: str) -> Steps:
    """Print all that is found, then what is not there."""
    source = line.last("format")
    if source in ("json",):
        raise UnsupportedError("docker inspect --format json")
    try:
        template = parsed(source) if source else None
    except TemplateError as error:
        yield err(f"{error}\n")
        return BAD_TEMPLATE
    views: list[Struct] = []
    texts: list[str] = []
    problems: list[str] = []
    for name in line.arguments:
        try:
            view = get(name)
            if template:
                texts.append(template.inspect(view))
            views.append(view)
        except EngineError:
            problems.append(f"Error: No such {kind}: {name}\n")
        except TemplateError as error:
            problems.append(f"template parsing error: template: :{error}\n")
    if template:
        yield out("".join(f"{text}\n" for text in texts) or "\n")
    else:
        yield out(indented(views) + "\n")
    if problems:
        yield err("".join(problems))
        return 1
    return 0


def inspect(line: Line, cli: Cli) -> Steps:
    """`docker inspect`: a container, else an image or a network of that name."""
    engine = cli.engine

    def container(name: str) -> Struct:
        return engine.inspect(engine.container(name))

    def network(name: str) -> Struct:
        return engine.inspect_network(engine.network(name))

    def anything(name: str) -> Struct:
        try:
            return container(name)
        except EngineError:
            return network(name)

    wanted = line.last("type")
    getters: dict[str, tuple[Getter, str]] = {
        "": (anything, "object"),
        "container": (container, "container"),
        "network": (network, "network"),
    }
    if wanted not in getters:
        if wanted in ("image", "volume", "node", "service", "plugin", "task", "secret"):
            raise UnsupportedError(f"docker inspect --type {wanted}")
        yield err(f'"{wanted}" is not a valid value for --type\n')
        return 1
    get, kind = getters[wanted]
    return (yield from inspect_each(line, get, kind))


def inspect_container(line: Line, cli: Cli) -> Steps:
    """`docker container inspect`."""
    return (yield from inspect_each(line, lambda name: cli.engine.inspect(cli.engine.container(name)), "container"))
