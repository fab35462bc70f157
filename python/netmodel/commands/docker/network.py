"""`docker network …` (cli/command/network)."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Interface, ip_address

from netmodel.commands.docker.goformat import go_time
from netmodel.commands.docker.inspection import inspect_each
from netmodel.commands.docker.listing import Columns, Labelled, render
from netmodel.commands.docker.options import Line, Refused
from netmodel.commands.docker.steps import Cli, Steps, err, out, refusal
from netmodel.commands.docker.units import natural
from netmodel.docker.containers import EndpointConfig
from netmodel.docker.network import Network, NetworkConfig, Subnet
from netmodel.errors import EngineError, UnsupportedError

DEFAULT = "table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}"
RAW = "network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n"
HEADERS = {
    "ID": "NETWORK ID",
    "Name": "NAME",
    "Driver": "DRIVER",
    "Scope": "SCOPE",
    "IPv6": "IPV6",
    "Internal": "INTERNAL",
    "Labels": "LABELS",
    "CreatedAt": "CREATED AT",
}
FILTERS = ("dangling", "driver", "id", "label", "name", "scope", "type")


def ls(line: Line, cli: Cli) -> Steps:
    """Print the networks by name. Raises `EngineError`, `TemplateError`."""
    found = cli.engine.networks()
    if cli.engine.machine.platform.has("docker.natural_order"):
        found.sort(key=lambda network: natural(network.name))
    wanted: dict[str, list[str]] = {}
    for text in line.all("filter"):
        key, _, value = text.partition("=")
        if key not in FILTERS:
            raise EngineError(400, f"Invalid filter '{key}'")
        wanted.setdefault(key, []).append(value)
    for key, values in wanted.items():
        found = [network for network in found if any(_passes(cli, network, key, value) for value in values)]
    is_cut = not line.is_set("no-trunc")
    if line.is_set("quiet") and not line.last("format"):
        yield out("".join(f"{network.id[:12] if is_cut else network.id}\n" for network in found))
        return 0
    source = line.last("format") or "table"
    source = {"table": DEFAULT, "raw": RAW}.get(source, source)
    items: Labelled = [(network, network.config.labels) for network in found]
    yield out(render(source, _columns(cli, is_cut), items, cli.engine.machine.platform))
    return 0


def _columns(cli: Cli, is_cut: bool) -> Columns:
    offset = cli.engine.machine.utc_offset
    cells: dict[str, Callable[[Network], str]] = {
        "ID": lambda network: network.id[:12] if is_cut else network.id,
        "Name": lambda network: network.name,
        "Driver": lambda network: network.driver,
        "Scope": lambda network: "local",
        "IPv6": lambda network: "false",
        "Internal": lambda network: "true" if network.config.internal else "false",
        "Labels": lambda network: ",".join(f"{key}={value}" for key, value in sorted(network.config.labels.items())),
        "CreatedAt": lambda network: go_time(network.created, offset),
    }
    return Columns("*network.networkContext", HEADERS, cells)


def _passes(cli: Cli, network: Network, key: str, value: str) -> bool:
    name, equals, wanted = value.partition("=")
    labels = network.config.labels
    if key == "dangling":
        used = any(network.name in one.endpoints for one in cli.engine.containers.values())
        is_dangling = not network.is_predefined and not used
        return is_dangling == (value in ("true", "1"))
    tests: dict[str, Callable[[], bool]] = {
        "driver": lambda: network.driver == value,
        "id": lambda: network.id.startswith(value),
        "name": lambda: value in network.name,
        "scope": lambda: value == "local",
        "type": lambda: network.is_predefined == (value == "builtin"),
        "label": lambda: name in labels and (not equals or labels[name] == wanted),
    }
    return tests[key]()


def inspect(line: Line, cli: Cli) -> Steps:
    """Print each network as JSON or by template."""
    return (yield from inspect_each(line, lambda name: cli.engine.inspect_network(cli.engine.network(name)), "network"))


def create(line: Line, cli: Cli) -> Steps:
    """Make a network and print its id. Raises `EngineError`, `Refused`."""
    for name in ("ipam-driver", "scope"):
        if line.has(name) and line.last(name) not in ("default", "local"):
            raise UnsupportedError(f"docker network create --{name} {line.last(name)}")
    config = NetworkConfig(
        name=line.arguments[0],
        driver=line.last("driver", "bridge"),
        subnets=_subnets(line),
        options=_pairs(line.all("opt")),
        labels=_pairs(line.all("label")),
        internal=line.is_set("internal"),
        attachable=line.is_set("attachable"),
        ipv6=line.is_set("ipv6"),
    )
    yield out(cli.engine.create_network(config).id + "\n")
    return 0


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    pairs = (text.partition("=") for text in texts)
    return {name: value for name, _, value in pairs}


def _holds(subnet: str, address: str) -> bool:
    """Whether a subnet holds an address or a range's first address (create.go, `subnetMatches`)."""
    try:
        return ip_address(address.partition("/")[0]) in IPv4Interface(subnet).network
    except ValueError:
        return False


def _subnets(line: Line) -> tuple[Subnet, ...]:
    """Ranges, gateways and auxiliary addresses find their subnets (`consolidateIpam`)."""
    subnets, ranges, gateways = line.all("subnet"), line.all("ip-range"), line.all("gateway")
    if len(subnets) < len(ranges) or len(subnets) < len(gateways):
        raise Refused("every ip-range or gateway must have a corresponding subnet\n", 1)
    for at, subnet in enumerate(subnets):
        for other in subnets[:at]:
            if _holds(other, subnet) or _holds(subnet, other):
                raise Refused("multiple overlapping subnet configuration is not supported\n", 1)
    items = {subnet: Subnet(subnet) for subnet in subnets}
    for word, values, name in (("range", ranges, "ip_range"), ("gateway", gateways, "gateway")):
        for value in values:
            subnet = _subnet_of(subnets, word, value)
            if getattr(items[subnet], name):
                what = "ranges" if word == "range" else "gateways"
                raise Refused(
                    f"cannot configure multiple {what} ({value}, {getattr(items[subnet], name)}) on the same subnet ({subnet})\n",
                    1,
                )
            items[subnet] = _with(items[subnet], name, value)
    for name, value in _pairs(line.all("aux-address")).items():
        subnet = _subnet_of(subnets, "aux-address", value)
        items[subnet] = _with(items[subnet], "aux", {**items[subnet].aux, name: value})
    return tuple(items.values())


def _subnet_of(subnets: tuple[str, ...], word: str, value: str) -> str:
    """The first subnet that holds a value. Raises `Refused`."""
    for subnet in subnets:
        if _holds(subnet, value):
            return subnet
    raise Refused(f"no matching subnet for {word} {value}\n", 1)


def _with(item: Subnet, name: str, value: object) -> Subnet:
    from dataclasses import replace

    return replace(item, **{name: value})  # type: ignore[arg-type]


def rm(line: Line, cli: Cli) -> Steps:
    """Remove networks one after the other."""
    code = 0
    for name in line.arguments:
        try:
            cli.engine.remove_network(name)
            yield out(f"{name}\n")
        except EngineError as error:
            code = 1
            missing = error.status == 404
            yield err(f"Error: No such network: {name}\n" if missing else refusal(error))
    return code


def connect(line: Line, cli: Cli) -> Steps:
    """Put a container into a network. Raises `EngineError`."""
    aliases = line.all("alias")
    config = EndpointConfig(
        ipv4=line.last("ip"), aliases=aliases, has_ipam=True, driver_opts=_pairs(line.all("driver-opt"))
    )
    cli.engine.connect(line.arguments[0], line.arguments[1], config)
    yield out("")
    return 0


def disconnect(line: Line, cli: Cli) -> Steps:
    """Take a container out of a network. Raises `EngineError`."""
    cli.engine.disconnect(line.arguments[0], line.arguments[1], line.is_set("force"))
    yield out("")
    return 0


def prune(line: Line, cli: Cli) -> Steps:
    """Remove what no container is in."""
    if not line.is_set("force"):
        yield out(
            "WARNING! This will remove all custom networks not used by at least one container.\n"
            "Are you sure you want to continue? [y/N] "
        )
        if cli.stdin()[:1] not in ("y", "Y"):
            yield out("")
            return 0
    gone = cli.engine.prune_networks()
    if gone:
        yield out("Deleted Networks:\n" + "".join(f"{network.name}\n" for network in gone) + "\n")
    return 0
