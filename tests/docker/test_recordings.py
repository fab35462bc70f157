"""What the model's `docker` prints is what 20.10.24 printed, command after command, but for what is random."""

from __future__ import annotations

import re

import pytest

from netmodel.docker.engine import Engine
from netmodel.entropy import Draw
from netmodel.errors import UnsupportedError
from tests.docker.recorded import Names, Turn, read
from tests.docker.small_machine import START, Ended, SmallMachine, command, is_simple, words_of

AGE = re.compile(r"(Less than a second|About a minute|\d+ seconds?)( ago)?")
PLACE = re.compile(r"/tmp/pd\.\w+/(lib|exec|sock)")
PLACES = {"lib": "/var/lib/docker", "exec": "/var/run/docker", "sock": "/var/run/docker.sock"}
# The first word after `docker exec NAME` that only a machine with programs can run.
PROGRAMS = ("ping",)
# What the real engine gives in no order, or what depends on how long its runtime took.
UNORDERED = {
    "@ 1.204 ip -o link": "a bridge 0.6 s old",
    "@ 3.720 ip -o link show dev br-y": "a bridge 0.1 s old",
    "@ 0.970 ip a": "a bridge 0.1 s old: when its carrier is looked at depends on what else the machine did in that second",
    "docker network ls --format '{{json .}}'": "labels come out of a Go map",
    "docker ps --format 'table {{.Names}}\\t{{.Image}}\\t{{.Networks}}\\t{{.Ports}}\\t{{.RunningFor}}\\t{{.State}}'": "so do",
    "docker container ls": "p4 was killed by a command with a shell's operators in it",
    "docker container prune -f": "and a container was between two restarts",
    "docker ps -a --format '{{.Names}}'": "that container",
    "docker exec yy cat /etc/hosts /etc/resolv.conf": "it held an address for a moment",
    "docker exec zz cat /etc/hosts /etc/hostname": "so the next had another",
    "docker run --name cc busybox sh -c 'echo a b; exit 3'": "the small machine's sh is too small",
    "docker start -a cc": "its sh",
    "docker logs cc": "its sh",
    "docker logs --tail 1 cc": "its sh",
    "docker exec -w /tmp -e A=b c1 sh -c 'pwd; echo $A; env'": "its sh",
}
NOT_MODELLED = re.compile(
    r"--link |--cpus |-m 1 |--pid |docker images$|docker image ls$|docker info|docker top|inspect -s"
)


def container_ids(turns: list[Turn]) -> dict[Draw, str]:
    """The ids that containers were given, by their names: JSON maps are sorted by them."""
    found: dict[Draw, str] = {}
    count: dict[str, int] = {}
    for turn in turns:
        name = re.search(r"--name (\S+)", turn.command)
        drawn = re.match(r"([0-9a-f]{64})\n", turn.stdout)
        if name and drawn:
            found[Draw("container", name[1], count.get(name[1], 0))] = drawn[1]
            count[name[1]] = count.get(name[1], 0) + 1
    return found


def comparable(names: Names, stdout: str, stderr: str, code: int) -> str:
    """One text of a command's end: random values named, ages and the blanks that follow from them folded."""
    text = f"{stdout}--- stderr\n{stderr}--- exit {code}\n".replace("\r", "")
    text = PLACE.sub(lambda found: PLACES[found[1]], text)
    if AGE.search(text):
        text = re.sub(" +", " ", AGE.sub("<age>", text))
    return re.sub(r":\d{5}->", ":<port>->", names.plain(text))


def daemon(machine: SmallMachine, engine: Engine, line: str) -> None:
    """What was done unseen: the daemon killed, which stops its containers first, or started again; a bridge deleted."""
    if line.startswith("~kill"):
        for step in engine.stop():
            machine.wait(step.is_done, step.deadline)
    elif line.startswith("~dockerd"):
        engine.start()
    elif line.startswith("~ip link del"):
        bridge = next(network.bridge_name for network in engine.networks() if network.name == "n2")
        machine.tool(["ip", "link", "del", bridge])
    elif line.startswith("~ip link set"):
        machine.tool(line[1:].split())


def replay(turns: list[Turn]) -> list[tuple[str, str, str]]:
    """Each command with the recorded and the modelled text, as far as both have one."""
    machine = SmallMachine()
    engine = Engine(machine)
    engine.start()
    machine.entropy.declare(container_ids(turns))
    recorded, modelled = Names(), Names()
    pairs = []
    for turn in turns:
        machine.advance(START + round((turn.at + 0.7) * 10**9))
        if turn.command.startswith("~"):
            daemon(machine, engine, turn.command)
            continue
        words = words_of(turn.command) if is_simple(turn.command) else []
        if not words or (words[1:2] == ["exec"] and any(word in PROGRAMS for word in words)):
            continue
        if NOT_MODELLED.search(turn.command):
            with pytest.raises(UnsupportedError):
                command(machine, engine, words[1:])
            continue
        if words[0] == "docker":
            ended = command(machine, engine, words[1:])
        else:
            tool = machine.tool(words)
            ended = Ended(tool.stdout, tool.stderr, tool.returncode)
        want = comparable(recorded, turn.stdout, turn.stderr, turn.code)
        have = comparable(modelled, ended.stdout, ended.stderr, ended.code)
        if not UNORDERED.keys() & {turn.command, f"@ {turn.at:.3f} {turn.command}"}:
            pairs.append((turn.command, want, have))
    return pairs


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("first-steps", 50),
        ("mistakes", 160),
        ("networks", 95),
        ("formats", 165),
        ("daemon-restart", 20),
        ("by-hand", 25),
    ],
)
def test_every_command_prints_what_was_recorded(name: str, least: int) -> None:
    pairs = replay(read(f"{name}.txt"))
    assert len(pairs) >= least
    for line, want, have in pairs:
        assert have == want, line
