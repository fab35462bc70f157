"""What `docker run` and `docker create` ask the daemon for (cli/command/container/opts.go, create.go)."""

from __future__ import annotations

import re

from netmodel.commands.docker.options import Line, Refused, see
from netmodel.commands.docker.steps import Cli
from netmodel.docker.containers import ContainerConfig, EndpointConfig
from netmodel.docker.network import PREDEFINED
from netmodel.docker.ports import PortError, by_number, parse_expose, parse_publish
from netmodel.errors import UnsupportedError

MAC = re.compile(r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}")


def refused(line: Line, message: str) -> Refused:
    """A refusal of the client's own while it reads what is asked."""
    return Refused(f"docker: {message}.\n{see(line.typed)}", 125)


def config(line: Line, cli: Cli, is_run: bool) -> ContainerConfig:
    """The create call of a command line. Raises `Refused`, `UnsupportedError`."""
    mode, networks = network_mode(line)
    mac = line.last("mac-address")
    if mac and not MAC.fullmatch(mac):
        raise refused(line, f"{mac} is not a valid mac address")
    if line.last("pid"):
        raise refused(line, "--pid: invalid PID mode")
    bindings, exposed = ports(line)
    attach = streams(line, is_run)
    interactive = line.is_set("interactive")
    del networks
    return ContainerConfig(
        image=line.arguments[0],
        cmd=line.arguments[1:] or None,
        entrypoint=entrypoint(line),
        hostname=line.last("hostname"),
        domainname=line.last("domainname"),
        user=line.last("user"),
        workdir=line.last("workdir"),
        env=environment(line, cli),
        labels=labels(line),
        tty=line.is_set("tty"),
        open_stdin=interactive,
        stdin_once=interactive and attach[0],
        attach=attach,
        exposed=exposed,
        mac_address=mac.lower(),
        stop_signal=line.last("stop-signal"),
        stop_timeout=int(line.last("stop-timeout")) if line.has("stop-timeout") else None,
        network_mode=mode,
        port_bindings=bindings,
        restart=restart_policy(line),
        auto_remove=line.is_set("rm"),
        dns=line.all("dns"),
        dns_options=line.all("dns-option"),
        dns_search=line.all("dns-search"),
        extra_hosts=extra_hosts(line),
        cap_add=line.all("cap-add") or None,
        endpoints=endpoints(line, mode),
    )


def network_mode(line: Line) -> tuple[str, tuple[str, ...]]:
    """`--network`, once or more: host, none and container go with no other (`parseNetworkOpts`)."""
    given = line.all("network")
    names = tuple(text.partition("=")[2] if text.startswith("name=") else text for text in given)
    if any("," in text for text in given):
        raise UnsupportedError("docker run --network with options")
    if len(names) > 1:
        if any(not is_user_defined(name) for name in names):
            text = "conflicting options: cannot attach both user-defined and non-user-defined network-modes"
            raise refused(line, text)
        if len(set(names)) < len(names):
            duplicate = next(name for at, name in enumerate(names) if name in names[:at])
            raise refused(line, f'network "{duplicate}" is specified multiple times')
        raise UnsupportedError("docker run with several --network")
    mode = names[0] if names else "default"
    if line.has("network-alias") and names and not is_user_defined(mode):
        raise refused(line, "network-scoped aliases are only supported for user-defined networks")
    return mode, names


def is_user_defined(mode: str) -> bool:
    """Whether a network mode names a user's network (`NetworkMode.IsUserDefined`)."""
    return mode not in ("default", *PREDEFINED) and not mode.startswith("container:") and mode != "container"


def endpoints(line: Line, mode: str) -> dict[str, EndpointConfig]:
    """What is asked of the endpoint, under the network's name."""
    ip, aliases = line.last("ip"), line.all("network-alias")
    if mode == "default" or mode.startswith("container"):
        return {}  # the client puts it under a name that the daemon does not look at: no address is even read
    if line.has("ip6"):
        raise UnsupportedError("docker run --ip6")
    if not (ip or aliases):
        return {}
    return {mode: EndpointConfig(ipv4=ip, aliases=aliases or None, has_ipam=bool(ip))}


def ports(line: Line) -> tuple[dict[str, tuple[tuple[str, str], ...]], tuple[str, ...]]:
    """Published and exposed ports."""
    bindings: dict[str, tuple[tuple[str, str], ...]] = {}
    exposed: set[str] = set()
    try:
        for spec in line.all("publish"):
            for item in parse_publish(spec):
                bindings[item.port] = (*bindings.get(item.port, ()), (item.host_ip, item.host_port))
                exposed.add(item.port)
        for spec in line.all("expose"):
            exposed.update(parse_expose(spec))
    except PortError as error:
        raise refused(line, str(error)) from None
    return dict(sorted(bindings.items())), tuple(sorted(exposed, key=by_number))


def streams(line: Line, is_run: bool) -> tuple[bool, bool, bool]:
    """Which streams are attached: those named by -a; else none with -d, and output, and with -i input."""
    named = tuple(text.lower() for text in line.all("attach"))
    for text in named:
        if text not in ("stdin", "stdout", "stderr"):
            reason = "valid streams are STDIN, STDOUT and STDERR"
            raise Refused(f'invalid argument "{text}" for "-a, --attach" flag: {reason}\n{see(line.typed)}', 125)
    if line.is_set("detach"):
        if named:
            raise Refused("Conflicting options: -a and -d\n", 1)
        return (False, False, False)
    if named:
        return ("stdin" in named, "stdout" in named, "stderr" in named)
    del is_run
    return (line.is_set("interactive"), True, True)


def entrypoint(line: Line) -> tuple[str, ...] | None:
    """`--entrypoint`; empty: the image's is dropped."""
    if not line.has("entrypoint"):
        return None
    return (line.last("entrypoint"),) if line.last("entrypoint") else ()


def environment(line: Line, cli: Cli) -> tuple[str, ...]:
    """`-e NAME=VALUE`, or `-e NAME` to take the client's value, if it has one."""
    own = dict(cli.environ)
    out = []
    for text in line.all("env"):
        name, equals, _ = text.partition("=")
        if not name:
            raise Refused(
                f'invalid argument "{text}" for "-e, --env" flag: invalid environment variable: {text}\n{see(line.typed)}',
                125,
            )
        if equals:
            out.append(text)
        elif name in own:
            out.append(f"{name}={own[name]}")
    return tuple(out)


def labels(line: Line) -> dict[str, str]:
    """`--label NAME[=VALUE]`."""
    pairs = (text.partition("=") for text in line.all("label"))
    return {name: value for name, _, value in pairs}


def restart_policy(line: Line) -> tuple[str, int]:
    """`--restart NAME[:RETRIES]` (opts.ParseRestartPolicy)."""
    text = line.last("restart", "no")
    name, colon, retries = text.partition(":")
    if colon and not retries.isdigit():
        raise refused(line, "maximum retry count must be an integer")
    if name not in ("", "no") and line.is_set("rm"):
        raise refused(line, "Conflicting options: --restart and --rm")
    return name, int(retries or 0)


def extra_hosts(line: Line) -> tuple[str, ...] | None:
    """`--add-host NAME:ADDRESS`."""
    given = line.all("add-host")
    for text in given:
        if ":" not in text:
            reason = f'bad format for add-host: "{text}"'
            raise Refused(f'invalid argument "{text}" for "--add-host" flag: {reason}\n{see(line.typed)}', 125)
    return given or None
