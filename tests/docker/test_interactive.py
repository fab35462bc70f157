"""^C and the keys of a terminal: what ends the client, what reaches the container. Each was seen on 20.10.24."""

from __future__ import annotations

import signal

import pytest

from netmodel.host import Process
from netmodel.model import ModelHost

SECOND = 10**9
GATEWAY = "172.17.0.1"


@pytest.fixture
def host() -> ModelHost:
    host = ModelHost(platform="debian12", seed=7)
    host.run("docker run -d --name aa busybox sleep 1000")
    return host


def pressed(host: ModelHost, line: str, seconds: float = 2.5) -> Process:
    """A command on a terminal, and ^C after some seconds."""
    process = host.start(line.split(), tty=True)
    host.advance(host.now + round(seconds * SECOND))
    process.signal(signal.SIGINT)
    return process


def code(host: ModelHost, process: Process) -> int | None:
    """The exit code, if it ends within two seconds."""
    host.advance(host.now + 2 * SECOND)
    ended = process.wait(host.now)
    return ended.returncode if ended is not None else None


@pytest.mark.parametrize("options", ["", "-t", "-i", "-it"])
def test_run_passes_an_interrupt_on(host: ModelHost, options: str) -> None:
    process = pressed(host, f"docker run --rm {options} busybox ping {GATEWAY}")
    assert code(host, process) == 0
    assert "3 packets transmitted, 3 packets received, 0% packet loss" in process.output


@pytest.mark.parametrize("options", ["", "-t", "-i"])
def test_exec_does_not_and_the_program_goes_on(host: ModelHost, options: str) -> None:
    process = pressed(host, f"docker exec {options} aa ping {GATEWAY}")
    assert code(host, process) == 130
    assert "packets transmitted" not in process.output
    assert len(host.docker.engine.container("aa").execs) == 1


def test_exec_with_both_types_it_into_the_containers_terminal(host: ModelHost) -> None:
    process = pressed(host, f"docker exec -it aa ping {GATEWAY}")
    assert code(host, process) == 0
    assert "^C\n--- 172.17.0.1 ping statistics ---" in process.output
    assert host.docker.engine.container("aa").execs == []


def test_the_first_process_ignores_what_it_has_no_handler_for(host: ModelHost) -> None:
    process = pressed(host, "docker run --name zz busybox sleep 100")
    assert code(host, process) is None
    assert host.docker.containers.get("zz").status == "running"


def test_a_stop_goes_on_without_the_client(host: ModelHost) -> None:
    assert code(host, pressed(host, "docker stop aa", 1)) == 130
    assert host.docker.containers.get("aa").status == "running"
    host.advance(host.now + 10 * SECOND)
    assert host.docker.containers.get("aa").status == "exited"


def test_a_restart_goes_on_without_the_client(host: ModelHost) -> None:
    started = host.docker.containers.get("aa").attrs["State"]["StartedAt"]
    assert code(host, pressed(host, "docker restart -t 3 aa", 1)) == 130
    host.advance(host.now + 3 * SECOND)
    state = host.docker.containers.get("aa").attrs["State"]
    assert state["Running"]
    assert state["StartedAt"] != started


def test_two_keys_leave_the_containers_terminal(host: ModelHost) -> None:
    process = host.start(["docker", "exec", "-it", "aa", "sh"], tty=True)
    host.advance(host.now + SECOND)
    process.write("\x10\x11")
    assert code(host, process) == 1
    assert process.output.endswith("read escape sequence\n")
    process = host.start(["docker", "run", "-it", "--name", "tt", "busybox"], tty=True)
    host.advance(host.now + SECOND)
    process.write("\x10\x11")
    assert code(host, process) == 0
    assert host.docker.containers.get("tt").status == "running"


def test_what_is_typed_goes_to_the_shell_and_its_code_comes_back(host: ModelHost) -> None:
    process = host.start(["docker", "exec", "-it", "aa", "sh"], tty=True)
    host.advance(host.now + SECOND)
    process.write("echo hi\n")
    host.advance(host.now + SECOND)
    process.write("exit 3\n")
    assert code(host, process) == 3
    assert "/ # echo hi\nhi\n/ # exit 3\n" in process.output
