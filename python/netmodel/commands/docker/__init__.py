"""The `docker` command line: parse, call the Engine, render.

`run` is a generator of steps, as every command is; besides writing, it waits for the daemon (`Wait`) and is joined to
processes in containers (`Attach`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from netmodel.commands.docker import images, inspection, lifecycle, network, ps, run as running, version
from netmodel.commands.docker.options import ALIASES, MODELLED, Line, Refused, help_of, parse
from netmodel.commands.docker.steps import Cli, Steps, err, out, refusal
from netmodel.commands.docker.template import TemplateError
from netmodel.errors import EngineError, UnsupportedError

GROUPS = ("network", "container", "image")
OTHER_GROUPS = (
    "builder",
    "config",
    "context",
    "manifest",
    "node",
    "plugin",
    "secret",
    "service",
    "stack",
    "swarm",
    "system",
    "trust",
    "volume",
    "completion",
)
OTHERS = [
    "attach",
    "build",
    "commit",
    "cp",
    "diff",
    "events",
    "export",
    "history",
    "import",
    "info",
    "load",
    "login",
    "logout",
    "pull",
    "push",
    "rmi",
    "save",
    "search",
    "stats",
    "tag",
    "top",
    "update",
]
COMMANDS: Mapping[str, Callable[[Line, Cli], Steps]] = {
    "run": running.run,
    "create": running.create,
    "start": running.start,
    "exec": running.exec_,
    "logs": running.logs,
    "ps": ps.ps,
    "stop": lifecycle.stop,
    "restart": lifecycle.restart,
    "kill": lifecycle.kill,
    "rm": lifecycle.rm,
    "rename": lifecycle.rename,
    "wait": lifecycle.wait,
    "port": lifecycle.port,
    "container prune": lifecycle.prune,
    "inspect": inspection.inspect,
    "container inspect": inspection.inspect_container,
    "images": images.images,
    "version": version.version,
    "network ls": network.ls,
    "network inspect": network.inspect,
    "network create": network.create,
    "network rm": network.rm,
    "network connect": network.connect,
    "network disconnect": network.disconnect,
    "network prune": network.prune,
}
# What a command is called by its help, when another name for it was typed.
OTHER_NAMES = {"container ps": "container ls", "container list": "container ls", "image list": "image ls"}
OTHER_NAMES |= {"network list": "network ls", "network remove": "network rm"}
UNREACHABLE = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"


def docker(argv: Sequence[str], cli: Cli) -> Steps:
    """Run `docker ARGV`; `argv` without the program's name. Raises `UnsupportedError` for what is not modelled."""
    words = list(argv)
    if not words:
        yield err(_help(cli, "docker"))
        return 0
    if words[0].startswith("-"):
        return (yield from _global(words, cli))
    name, rest = words[0], words[1:]
    if name in GROUPS:
        if not rest or rest[0].startswith("-"):
            wants = rest[:1] == ["--help"]
            yield out(_help(cli, name)) if wants else err(_help(cli, name))
            return 0 if wants or not rest else 125
        name, rest = f"{name} {rest[0]}", rest[1:]
    name = OTHER_NAMES.get(name, name)
    command = ALIASES.get(name, name)
    if command not in COMMANDS:
        return (yield from _unknown(name, cli))
    return (yield from _command(command, name, rest, cli))


def _help(cli: Cli, command: str) -> str:
    """A help text. Raises `UnsupportedError` on a platform whose texts were not recorded."""
    if not cli.engine.machine.platform.has("docker.narrow_cells"):
        raise UnsupportedError(f"docker {command} --help of {cli.engine.machine.platform.name}")
    return help_of(command)


def _global(words: list[str], cli: Cli) -> Steps:
    """Options before the command."""
    if words[0] in ("-v", "--version"):
        yield out(version.short(cli.engine.machine.platform))
        return 0
    if words[0] == "--help":
        yield out(_help(cli, "docker"))
        return 0
    if words[0].partition("=")[0] in (
        "-H",
        "--host",
        "-D",
        "--debug",
        "-l",
        "--log-level",
        "--config",
        "-c",
        "--context",
        "--tls",
    ):
        raise UnsupportedError(f"docker {words[0].partition('=')[0]}")
    if words[0].startswith("--"):
        problem = f"unknown flag: {words[0].partition('=')[0]}"
    else:
        problem = f"unknown shorthand flag: {words[0][1]!r} in {words[0]}"
    # cobra adds `completion` when a command is carried out, which has not come to pass here.
    usage = "".join(line for line in _help(cli, "docker").splitlines(True) if not line.startswith("  completion "))
    yield err(f"{problem}\nSee 'docker --help'.\n{usage}\n")
    return 125


def _unknown(name: str, cli: Cli) -> Steps:
    """A command that Docker has and the model has not, or none at all."""
    head = name.split()[0]
    if name in OTHERS or name in OTHER_GROUPS or name in MODELLED:
        raise UnsupportedError(f"docker {name}")
    if head in GROUPS:
        try:
            known = help_of(head)
        except FileNotFoundError:
            known = ""
        if f"\n  {name.split()[1]} " in known:
            raise UnsupportedError(f"docker {name}")
        yield err(_help(cli, head))
        return 1
    yield err(f"docker: '{name}' is not a docker command.\nSee 'docker --help'\n")
    return 1


def _command(command: str, typed: str, words: list[str], cli: Cli) -> Steps:
    """One command, with what the client says of refusals."""
    try:
        if any(word == "--help" for word in _own(command, words)):
            yield out(_help(cli, typed))
            return 0
        line = parse(command, typed, words)
        if not cli.engine.is_up and command != "version":
            yield err(
                UNREACHABLE if command != "run" else f"docker: {UNREACHABLE.rstrip()}.\nSee 'docker run --help'.\n"
            )
            return 1 if command != "run" else 125
        return (yield from COMMANDS[command](line, cli))
    except Refused as error:
        yield err(error.stderr)
        return error.code
    except EngineError as error:
        yield err(refusal(error))
        return 1
    except TemplateError as error:
        yield err(f"{error}\n")
        return 1


def _own(command: str, words: list[str]) -> list[str]:
    """The words that are the command's own, and not those of a program that it runs."""
    if command not in ("run", "create", "exec"):
        return words
    first = next((at for at, word in enumerate(words) if not word.startswith("-")), len(words))
    return words[:first]
