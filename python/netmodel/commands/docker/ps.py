"""`docker ps`: which containers, and their cells (cli/command/container/list.go, formatter/container.go)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from netmodel.commands.docker.evaluate import Template
from netmodel.commands.docker.goformat import go_time
from netmodel.commands.docker.listing import Columns, Labelled, Row, render
from netmodel.commands.docker.options import Line
from netmodel.commands.docker.steps import Cli, Steps, out
from netmodel.commands.docker.template import TemplateError
from netmodel.commands.docker.units import human_duration, human_size
from netmodel.docker.containers import Container
from netmodel.docker.images import CATALOGUE, find
from netmodel.docker.inspect import has_bridge
from netmodel.docker.ports import exposed_line
from netmodel.errors import EngineError, UnsupportedError

DEFAULT = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
HEADERS = {
    "ID": "CONTAINER ID",
    "Names": "NAMES",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "CreatedAt": "CREATED AT",
    "RunningFor": "CREATED",
    "Ports": "PORTS",
    "State": "STATE",
    "Status": "STATUS",
    "Size": "SIZE",
    "Labels": "LABELS",
    "Mounts": "MOUNTS",
    "LocalVolumes": "LOCAL VOLUMES",
    "Networks": "NETWORKS",
}
FILTERS = [
    "ancestor",
    "before",
    "exited",
    "expose",
    "health",
    "id",
    "is-task",
    "isolation",
    "label",
    "name",
    "network",
    "publish",
    "since",
    "status",
    "volume",
]
STATES = ("created", "restarting", "running", "removing", "paused", "exited", "dead")
SECOND = 10**9


def ps(line: Line, cli: Cli) -> Steps:
    """Print the table, the ids or what the template makes. Raises `EngineError`, `TemplateError`."""
    last = int(line.last("last", "-1"))
    if line.is_set("latest"):
        last = 1
    filters = [tuple(text.split("=", 1)) for text in line.all("filter")]
    everything = line.is_set("all") or last > 0 or any(key in ("status", "exited") for key, _ in filters)
    found = _filtered(cli, cli.engine.listed(everything), [(key, value) for key, value in filters])
    if last > 0:
        found = found[:last]
    if line.is_set("quiet") and not line.last("format"):
        yield out("".join(f"{one.id if line.is_set('no-trunc') else one.short_id}\n" for one in found))
        return 0
    source = _format(line, cli)
    items: Labelled = [(one, one.config.labels) for one in found]
    yield out(render(source, columns(cli, not line.is_set("no-trunc")), items, cli.engine.machine.platform))
    return 0


RAW = (
    "container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\n"
    "state: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\nnames: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\n"
    "ports: {{- pad .Ports 1 0}}\n"
)


def _format(line: Line, cli: Cli) -> str:
    """The format in full. The client tries one that was given on an empty line first (`buildContainerListOptions`).

    Raises `TemplateError`.
    """
    source = line.last("format") or "table"
    size = "\t{{.Size}}" if line.is_set("size") else ""
    if source in ("table", "raw"):
        return DEFAULT + size if source == "table" else RAW
    try:
        template = Template(source)
    except TemplateError as error:
        raise TemplateError(f"failed to parse template: template: :{error}") from None
    empty = Columns("*formatter.ContainerContext", HEADERS, dict.fromkeys(columns(cli, True).cells, lambda one: ""))
    try:
        template.execute(Row(empty, None, {}))
    except TemplateError as error:
        raise TemplateError(f"failed to execute template: template: :{error}") from None
    return source


def columns(cli: Cli, is_cut: bool) -> Columns:
    """The cells of a container's line."""
    offset = cli.engine.machine.utc_offset
    cells: dict[str, Callable[[Container], str]] = {
        "ID": lambda one: one.short_id if is_cut else one.id,
        "Names": lambda one: one.name,
        "Image": lambda one: one.config.image,
        "Command": lambda one: command(one, is_cut),
        "CreatedAt": lambda one: go_time(one.created, offset, has_fraction=False),
        "RunningFor": lambda one: human_duration(cli.now - one.created // SECOND * SECOND) + " ago",
        "Ports": lambda one: ports(one),
        "Status": lambda one: status(one, cli.now),
        "Size": lambda one: f"0B (virtual {human_size(find(one.config.image, CATALOGUE).size, 3)})",
        "Labels": lambda one: ",".join(f"{key}={value}" for key, value in sorted(one.config.labels.items())),
        "Mounts": lambda one: "",
        "LocalVolumes": lambda one: "0",
        "Networks": lambda one: ",".join(sorted(one.endpoints)),
    }
    if cli.engine.machine.platform.has("docker.state_column"):
        cells["State"] = lambda one: one.state.status
    return Columns("*formatter.ContainerContext", HEADERS, cells)


def command(one: Container, is_cut: bool) -> str:
    """The command in quotes, cut to twenty characters (`Ellipsis`)."""
    text = " ".join(_quoted(word) for word in one.argv)
    if is_cut and len(text) > 20:
        text = text[:19] + "…"
    return _go_quote(text)


def _quoted(word: str) -> str:
    """A word with a blank in it is shown in quotes (daemon/list.go)."""
    return f"'{word}'" if " " in word else word


def _go_quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def ports(one: Container) -> str:
    """The PORTS cell."""
    if not one.state.running or not has_bridge(one):
        return ""
    return exposed_line(dict.fromkeys(one.config.exposed))


def status(one: Container, now: int) -> str:
    """The daemon's text (container/state.go, `String`)."""
    state = one.state
    if state.status == "paused":
        return f"Up {human_duration(now - state.started)} (Paused)"
    if state.status == "restarting":
        return f"Restarting ({state.exit_code}) {human_duration(now - state.finished)} ago"
    if state.running:
        return f"Up {human_duration(now - state.started)}"
    if state.status == "created":
        return "Created"
    return f"Exited ({state.exit_code}) {human_duration(now - state.finished)} ago"


def _filtered(cli: Cli, found: list[Container], filters: list[tuple[str, str]]) -> list[Container]:
    """Values of one key are alternatives, keys must all hold (daemon/list.go)."""
    for key, value in filters:
        if key not in FILTERS:
            raise EngineError(400, f"Invalid filter '{key}'")
        if key == "status" and value not in STATES:
            raise EngineError(400, f"Invalid filter 'status={value}'")
    tests = {key: [value for other, value in filters if other == key] for key, _ in filters}
    for key, values in tests.items():
        test = _test(cli, key)
        if key == "label":
            found = [one for one in found if all(test(one, value) for value in values)]
        else:
            found = [one for one in found if any(test(one, value) for value in values)]
    return found


def _test(cli: Cli, key: str) -> Callable[[Container, str], bool]:
    tests: Mapping[str, Callable[[Container, str], bool]] = {
        "name": lambda one, value: (
            re.search(value, f"/{one.name}") is not None or re.search(value, one.name) is not None
        ),
        "id": lambda one, value: one.id.startswith(value),
        "status": lambda one, value: one.state.status == value,
        "exited": lambda one, value: one.has_started and not one.state.running and one.state.exit_code == int(value),
        "label": lambda one, value: _has_label(one.config.labels, value),
        "network": lambda one, value: _in_network(one, value),
        "ancestor": lambda one, value: _is_image(one, value),
        "before": lambda one, value: one.created < cli.engine.container(value).created,
        "since": lambda one, value: one.created > cli.engine.container(value).created,
        "expose": lambda one, value: value in one.config.exposed or f"{value}/tcp" in one.config.exposed,
    }
    if key not in tests:
        raise UnsupportedError(f"docker ps --filter {key}")
    return tests[key]


def _has_label(labels: Mapping[str, str], wanted: str) -> bool:
    name, equals, value = wanted.partition("=")
    return name in labels and (not equals or labels[name] == value)


def _in_network(one: Container, wanted: str) -> bool:
    return any(
        name == wanted or (settings.network_id and settings.network_id.startswith(wanted))
        for name, settings in one.endpoints.items()
    )


def _is_image(one: Container, wanted: str) -> bool:
    try:
        return find(wanted).id == one.image_id
    except EngineError:
        return False
