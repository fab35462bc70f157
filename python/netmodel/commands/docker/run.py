"""`docker run`, `create`, `start`, `exec` and `logs`: commands that are joined to a container's processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from netmodel.commands.docker.asked import config
from netmodel.commands.docker.options import Line, Refused, see
from netmodel.commands.docker.steps import Attach, Cli, Keys, Step, Steps, err, out, refusal
from netmodel.commands.system import Write
from netmodel.docker.containers import Container, ContainerConfig, LogEntry
from netmodel.docker.execution import ExecConfig
from netmodel.docker.golang import rfc3339
from netmodel.docker.images import split_reference
from netmodel.docker.machine import Task
from netmodel.docker.resolv import nameservers
from netmodel.entropy import Draw, draw
from netmodel.errors import EngineError
from netmodel.programs.process import Wait
from netmodel.request import RouteGet, RouteReply

REGISTRY = "registry-1.docker.io"
PATIENCE = 20 * 10**9


@dataclass
class Stream:
    """What a process has written and the command has not yet passed on. A terminal has one stream and ends lines by CR LF,
    which the client's own terminal undoes."""

    tty: bool
    attached: tuple[int, ...] = (1, 2)
    pending: list[tuple[int, str]] = field(default_factory=list)

    def put(self, stream: int, text: str) -> None:
        """Take what was written, if its stream is attached."""
        if self.tty or stream in self.attached:
            self.pending.append((1 if self.tty else stream, text))

    def take(self) -> Iterator[Write]:
        """Pass it on."""
        while self.pending:
            stream, text = self.pending.pop(0)
            yield out(text) if stream == 1 else err(text)


def join(stream: Stream, has_ended: Callable[[], bool], attach: Attach) -> Iterator[Step]:
    """Pass on what is written until the process has ended."""
    while True:
        yield from stream.take()
        if has_ended():
            return
        yield replace(attach, is_done=lambda: bool(stream.pending) or has_ended())


def run(line: Line, cli: Cli) -> Steps:
    """Make a container and start it; in the foreground, stay with it to its end. Raises `Refused`, `UnsupportedError`."""
    asked = config(line, cli, is_run=True)
    if asked.attach[0] and asked.tty and not cli.is_tty:
        raise Refused("the input device is not a TTY\n", 1)
    if asked.port_bindings and asked.network_mode == "host":
        yield err("WARNING: Published ports are discarded when using host network mode\n")
    container = yield from _create(line, cli, asked, "docker: ")
    if container is None:
        return 125
    if line.is_set("detach"):
        yield out(f"{container.id}\n")
    return (yield from _start(line, cli, container))


def create(line: Line, cli: Cli) -> Steps:
    """Make a container and print its id."""
    asked = config(line, cli, is_run=False)
    container = yield from _create(line, cli, asked, "")
    if container is None:
        return 1
    yield out(f"{container.id}\n")
    return 0


def _create(line: Line, cli: Cli, asked: ContainerConfig, prefix: str) -> Generator[Step, Any, Container | None]:
    """The container, or `None` after the refusal was printed. A missing image is asked of a registry that is not there."""
    try:
        return cli.engine.create(asked, line.last("name"))
    except EngineError as error:
        text = refusal(error)
        if error.status == 404 and error.message.startswith("No such image"):
            name, tag = split_reference(asked.image)
            yield err(f"Unable to find image '{name}:{tag}' locally\n")
            text = f"Error response from daemon: {(yield from pull(cli))}\n"
        if prefix:
            text = f"{prefix}{text.rstrip().removesuffix('.')}.\n{see(line.typed)}"
        yield err(text)
        return None


def pull(cli: Cli) -> Generator[Step, Any, str]:
    """What the daemon says when no name server answers: two questions of five seconds each, twice (Go's resolver)."""
    machine = cli.engine.machine
    servers = nameservers(machine.read_file("/etc/resolv.conf") or "")
    n = machine.entropy.count("port", "registry")
    port = 32768 + int.from_bytes(draw(machine.entropy.seed, Draw("port", "registry", n), 4), "little") % 28232
    head = f'Get "https://{REGISTRY}/v2/": dial tcp: lookup {REGISTRY} on'
    if not servers:
        return f"{head} [::1]:53: read udp [::1]:{port}->[::1]:53: read: connection refused"
    found = machine.kernel.apply(RouteGet(netns=0, dst=servers[0], src=None, iif=None, oif=None))
    source = found.value.src if isinstance(found, RouteReply) else None
    yield Wait(lambda: False, machine.now + PATIENCE)
    return f"{head} {servers[0]}:53: read udp {source}:{port}->{servers[0]}:53: i/o timeout"


def _start(line: Line, cli: Cli, container: Container) -> Steps:
    engine, detached = cli.engine, line.is_set("detach")
    _, stdout, stderr = container.config.attach
    stream = Stream(container.config.tty, (*(1,) * stdout, *(2,) * stderr))
    if not detached:
        engine.running.watchers.setdefault(container.id, []).append(stream.put)
    try:
        engine.start_container(container.id)
    except EngineError as error:
        if container.config.auto_remove:
            engine.containers.pop(container.id, None)
        yield err(f"docker: {refusal(error).rstrip().removesuffix('.')}.\n")
        if (
            not detached
            and not container.config.auto_remove
            and error.message.startswith(("failed to create shim", "OCI runtime"))
        ):
            yield err(_context_canceled(cli))
        return start_code(error)
    if detached:
        return 0
    task = container.task
    proxies = task is not None and line.last("sig-proxy", "true") == "true"
    write, close = _input(container.config.attach[0], task)
    is_raw = container.config.tty and write is not None and cli.is_tty
    keys = Keys()
    attach = Attach(lambda: False, write, close, task.signal if task and proxies else None, keys if is_raw else None)
    yield from join(stream, lambda: not container.state.running or keys.have_detached, attach)
    engine.running.watchers.pop(container.id, None)
    return 0 if keys.have_detached else container.state.exit_code


def start_code(error: EngineError) -> int:
    """The exit code of a container that could not be started (`runStartContainerErr`)."""
    if any(text in error.message for text in ("executable file not found", "no such file or directory")):
        return 127
    if any(text in error.message for text in ("permission denied", "not a directory")):
        return 126
    return 125


def _context_canceled(cli: Cli) -> str:
    """What the client logs when it waits for a container that never ran; on a terminal logrus writes seconds since it
    was started, and colours, which a reader of the screen does not see as characters."""
    message = "error waiting for container: context canceled"
    if cli.is_tty:
        return f"ERRO[0000] {message} \n"
    moment = rfc3339(cli.now // 10**9 * 10**9, cli.engine.machine.utc_offset)
    return f'time="{moment}" level=error msg="{message}"\n'


def _input(is_attached: bool, task: Task | None) -> tuple[Callable[[str], None] | None, Callable[[], None] | None]:
    if not is_attached or task is None:
        return None, None
    return task.write, task.close


def exec_(line: Line, cli: Cli) -> Steps:
    """Run one more program in a container. Raises `EngineError`, `Refused`."""
    engine = cli.engine
    tty, interactive, detached = line.is_set("tty"), line.is_set("interactive"), line.is_set("detach")
    try:
        container = engine.container(line.arguments[0])
    except EngineError as error:
        yield err(refusal(error, is_missing_known=True))
        return 1
    asked = ExecConfig(line.arguments[1:], line.all("env"), line.last("workdir"), line.last("user"), tty, interactive)
    made = engine.exec(container, asked)
    if tty and interactive and not detached and not cli.is_tty:
        raise Refused("the input device is not a TTY\n", 1)
    stream = Stream(tty)
    if not detached:
        made.output = stream.put
    engine.start_exec(made)
    if made.error:
        if detached:
            yield err(f"Error response from daemon: {made.error}\n")
            return 1
        yield out(made.error + ("\r\n" if not tty else "\n"))
        return 126
    if detached:
        return 0
    task = made.task
    assert task is not None
    # The client passes no signals on: but where keys go to the container's terminal, ^C ends the client alone.
    write, close = (task.write, task.close) if interactive else (None, None)
    keys = Keys()
    attach = Attach(lambda: False, write, close, None, keys if tty and interactive and cli.is_tty else None)
    yield from join(stream, lambda: made.exit_code is not None or keys.have_detached, attach)
    if keys.have_detached:
        yield err("read escape sequence\n")
        return 1
    return made.exit_code or 0


def start(line: Line, cli: Cli) -> Steps:
    """Start containers; with -a or -i stay with the only one."""
    if line.is_set("attach") or line.is_set("interactive"):
        return (yield from _start_attached(line, cli))
    failed: list[str] = []
    for name in line.arguments:
        try:
            cli.engine.start_container(name)
            yield out(f"{name}\n")
        except EngineError as error:
            failed.append(name)
            yield err(refusal(error))
    if failed:
        yield err(f"Error: failed to start containers: {', '.join(failed)}\n")
        return 1
    return 0


def _start_attached(line: Line, cli: Cli) -> Steps:
    if len(line.arguments) > 1:
        yield err("you cannot start and attach multiple containers at once\n")
        return 1
    container = cli.engine.container(line.arguments[0])
    stream = Stream(container.config.tty)
    cli.engine.running.watchers.setdefault(container.id, []).append(stream.put)
    cli.engine.start_container(container.id)
    task = container.task
    interactive = line.is_set("interactive") and container.config.open_stdin
    write, close = _input(interactive, task)
    keys = Keys()
    is_raw = container.config.tty and write is not None and cli.is_tty
    signal = task.signal if task is not None and not container.config.tty else None
    attach = Attach(lambda: False, write, close, signal, keys if is_raw else None)
    yield from join(stream, lambda: not container.state.running or keys.have_detached, attach)
    cli.engine.running.watchers.pop(container.id, None)
    return 0 if keys.have_detached else container.state.exit_code


def logs(line: Line, cli: Cli) -> Steps:
    """What a container has written; with -f, what it writes from now on, too."""
    try:
        container = cli.engine.container(line.arguments[0])
    except EngineError as error:
        yield err(refusal(error, is_missing_known=True))
        return 1
    is_stamped = line.is_set("timestamps")
    entries = list(container.log)
    lines = _lines(entries, is_stamped)
    tail = line.last("tail", "all")
    if tail.isdigit():
        lines = lines[len(lines) - int(tail) :] if int(tail) else []
    for stream, text in lines:
        yield out(text) if stream == 1 or container.config.tty else err(text)
    if line.is_set("follow") and container.state.running:
        pending = Stream(container.config.tty)
        watchers = cli.engine.running.watchers.setdefault(container.id, [])
        watchers.append(pending.put)
        yield from join(pending, lambda: not container.state.running, Attach(lambda: False))
        watchers.remove(pending.put)
    return 0


def _lines(entries: list[LogEntry], is_stamped: bool) -> list[tuple[int, str]]:
    """Whole lines by stream, as the json-file driver keeps them, each with the time of its end."""
    out_lines: list[tuple[int, str]] = []
    held: dict[int, str] = {}
    last = 0
    for entry in entries:
        *whole, rest = (held.pop(entry.stream, "") + entry.text).split("\n")
        last = entry.at
        for text in whole:
            stamp = f"{rfc3339(entry.at)} " if is_stamped else ""
            out_lines.append((entry.stream, f"{stamp}{text}\n"))
        if rest:
            held[entry.stream] = rest
    for stream, rest in held.items():
        out_lines.append((stream, f"{rfc3339(last)} {rest}" if is_stamped else rest))
    return out_lines
