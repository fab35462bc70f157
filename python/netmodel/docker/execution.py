"""Further processes in running containers: `docker exec` (moby, daemon/exec.go)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from netmodel.docker.caps import capabilities
from netmodel.docker.containers import Container
from netmodel.docker.machine import Program, StartError, Task
from netmodel.docker.running import Running, Waiting, pair
from netmodel.errors import EngineError
from netmodel.programs.process import Wait


@dataclass(frozen=True)
class ExecConfig:
    """What an exec call asks for."""

    argv: tuple[str, ...]
    env: tuple[str, ...] = ()
    workdir: str = ""
    user: str = ""
    tty: bool = False
    stdin: bool = False


@dataclass
class Exec:
    """A process started by exec. `exit_code` is `None` while it runs."""

    id: str
    container: Container
    config: ExecConfig
    task: Task | None = None
    exit_code: int | None = None
    error: str = ""
    output: Callable[[int, str], None] = field(default=lambda stream, text: None)

    def wait(self) -> Waiting:
        """Until it has ended."""
        yield Wait(lambda: self.exit_code is not None)


def check_running(container: Container) -> None:
    """Raises `EngineError` unless something can be run in it."""
    if container.state.status == "paused":
        raise EngineError(409, f"Container {container.name} is paused, unpause the container before exec")
    if container.state.status == "restarting":
        message = f"Container {container.id} is restarting, wait until the container is running"
        raise EngineError(409, message)
    if not container.state.running:
        raise EngineError(409, f"Container {container.id} is not running")


def start(run: Exec, running: Running) -> None:
    """Start its process. One that cannot be started writes the runtime's words to stdout and ends with 126."""
    container, config = run.container, run.config
    check_running(container)
    assert container.netns is not None
    joins = container.config.joins
    hostname = running.find(joins).hostname if joins is not None else container.hostname
    env = running.environment(container, hostname, config.tty)
    env.update(pair(entry) for entry in config.env)
    container.execs.append(run.id)

    def ended(code: int) -> None:
        run.exit_code = code
        container.execs.remove(run.id)

    program = Program(
        argv=config.argv,
        container=container.id,
        image=container.config.image,
        netns=container.netns,
        hostname=hostname,
        env=env,
        files=container.files,
        output=lambda stream, text: run.output(stream, text),
        ended=ended,
        workdir=config.workdir or container.config.workdir or "/",
        user=config.user or container.config.user,
        tty=config.tty,
        stdin=config.stdin,
        is_init=False,
        capabilities=capabilities(container.config.cap_add),
        resolve=lambda name: running.resolve(container, name),
    )
    try:
        run.task = running.machine.spawn(program)
    except StartError as error:
        container.execs.remove(run.id)
        run.exit_code = 126
        run.error = f"OCI runtime exec failed: exec failed: unable to start container process: {error.message}: unknown"
        if not running.machine.platform.has("docker.shim_task_error"):
            run.error = (
                "OCI runtime exec failed: exec failed: container_linux.go:348: starting container process caused "
                f'"{error.message}": unknown'
            ).replace(f'"{error.message}"', '"' + error.message.replace('"', '\\"') + '"')
