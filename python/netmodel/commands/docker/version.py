"""`docker version` and `docker --version` of the platforms whose builds were recorded."""

from __future__ import annotations

from collections.abc import Mapping

from netmodel.commands.docker.options import Line
from netmodel.commands.docker.steps import Cli, Steps, out, parsed
from netmodel.docker.golang import Struct
from netmodel.errors import UnsupportedError
from netmodel.platform import Platform

COMPONENTS = (
    ("containerd", "1.6.20~ds1", "1.6.20~ds1-1+deb12u3"),
    ("runc", "1.1.5+ds1", "1.1.5+ds1-1+deb12u1"),
    ("docker-init", "0.19.0", ""),
)
CLIENT = {
    "Version": "20.10.24+dfsg1",
    "ApiVersion": "1.41",
    "GoVersion": "go1.19.8",
    "GitCommit": "297e128",
    "BuildTime": "Thu May  7 21:09:36 2026",
    "Os": "linux",
    "Arch": "amd64",
    "Experimental": True,
}
SERVER = {**CLIENT, "GitCommit": "5d6db84", "Experimental": False, "MinAPIVersion": "1.12"}


def check(platform: Platform) -> None:
    """Raise `UnsupportedError` for an engine whose build was never recorded."""
    if platform.docker != (20, 10, 24):
        raise UnsupportedError(f"docker version of {'.'.join(map(str, platform.docker))}")


def short(platform: Platform) -> str:
    """`docker --version`."""
    check(platform)
    return f"Docker version {CLIENT['Version']}, build {CLIENT['GitCommit']}\n"


def version(line: Line, cli: Cli) -> Steps:
    """Client and server."""
    check(cli.engine.machine.platform)
    if line.last("format"):
        view = Struct({"Client": Struct({**CLIENT, "Context": "default"}), "Server": Struct(SERVER)})
        yield out(parsed(line.last("format")).execute(view) + "\n")
        return 0
    yield out(
        "Client:\n"
        + _build(CLIENT, " ", "API version:       1.41")
        + " Context:           default\n"
        + _experimental(CLIENT, " ")
    )
    if not cli.engine.is_up:
        return 0
    server = _build(SERVER, "  ", "API version:      1.41 (minimum version 1.12)") + _experimental(SERVER, "  ")
    parts = "".join(
        f" {name}:\n  Version:          {release}\n  GitCommit:        {commit}\n"
        for name, release, commit in COMPONENTS
    )
    yield out("\nServer:\n Engine:\n" + server + parts)
    return 0


def _build(values: Mapping[str, object], indent: str, api: str) -> str:
    rows = (
        ("Version:", values["Version"]),
        ("Go version:", values["GoVersion"]),
        ("Git commit:", values["GitCommit"]),
        ("Built:", values["BuildTime"]),
        ("OS/Arch:", f"{values['Os']}/{values['Arch']}"),
    )
    width = api.index("1.")
    lines = [f"{indent}{name.ljust(width)}{value}" for name, value in rows]
    lines.insert(1, indent + api)
    return "".join(f"{line}\n" for line in lines)


def _experimental(values: Mapping[str, object], indent: str) -> str:
    width = 19 if indent == " " else 18
    return f"{indent}{'Experimental:'.ljust(width)}{str(values['Experimental']).lower()}\n"
