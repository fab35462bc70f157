"""The live host, on this machine's kernel: with NETMODEL_LIVE=1, as root on Linux, with the tools that it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from netmodel.errors import UnsupportedError
from netmodel.experiment import parse
from netmodel.experiment.record import record
from netmodel.live import LiveHost
from netmodel.live.draws import Draws

pytestmark = pytest.mark.skipif(not os.environ.get("NETMODEL_LIVE"), reason="NETMODEL_LIVE is not set")
SECOND = 10**9


@pytest.fixture
def host() -> Iterator[LiveHost]:
    with LiveHost() as host:
        yield host


def test_the_machine_has_a_cable_to_a_host_outside(host: LiveHost) -> None:
    assert host.run("ip -br link | cut -c1-10").stdout.split() == ["lo", "eth0"]
    assert host.run("ping -c 1 -W 2 192.168.65.1").returncode == 0
    assert host.run("ip netns list; sysctl -n net.ipv4.ip_forward").stdout == "0\n"


def test_a_bare_host_has_lo_down() -> None:
    with LiveHost(on="bare") as host:
        assert host.run("ip -br link").stdout == "lo               DOWN           00:00:00:00:00:00 <LOOPBACK> \n"


def test_streams_and_codes_come_apart(host: LiveHost) -> None:
    done = host.run("cat; echo oops >&2; exit 3", stdin="hello")
    assert (done.returncode, done.stdout, done.stderr) == (3, "hello", "oops\n")
    missing = host.start(["nosuchprogram"], tty=True).wait()
    assert missing is not None
    assert missing.returncode == 127


def test_a_key_reaches_what_runs_on_the_terminal(host: LiveHost) -> None:
    process = host.start(["ping", "127.0.0.1"], tty=True)
    while "icmp_seq=2" not in process.output:
        assert process.wait(host.now + 5 * SECOND) is None
    process.signal(signal.SIGINT)
    done = process.wait(host.now + 5 * SECOND)
    while done is None:
        done = process.wait(host.now + 5 * SECOND)
    assert "\n2 packets transmitted, 2 received" in done.stdout


def test_nothing_of_the_machine_s_own_is_touched(host: LiveHost) -> None:
    before = [os.listdir("/run/netns") if os.path.isdir("/run/netns") else [], os.listdir("/sys/class/net")]
    host.run(
        "ip netns add red; ip link add va type veth peer name vb; touch /run/mark; sysctl -w net.ipv4.ip_forward=1"
    )
    after = [os.listdir("/run/netns") if os.path.isdir("/run/netns") else [], os.listdir("/sys/class/net")]
    assert before == after
    assert not os.path.exists("/run/mark")


def test_everything_ends_with_a_process_that_is_killed() -> None:
    script = (
        "from netmodel.live import LiveHost; h = LiveHost(); p = h.start(['sleep', '123.456']); print('up', flush=True);"
        "import time; time.sleep(60)"
    )
    user = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"

    def is_running() -> bool:
        return subprocess.run(["pgrep", "-f", "^sleep 123.456"], capture_output=True, check=False).returncode == 0

    until = time.monotonic() + 5
    while not is_running():
        assert time.monotonic() < until
    user.kill()
    user.wait()
    user.stdout.close()
    until = time.monotonic() + 5
    while is_running():
        assert time.monotonic() < until, "the command outlived the host"


def test_what_was_drawn_and_shows_is_declared() -> None:
    text = '+++\ntitle = "t"\non = "bare"\n+++\n```console\n$ ip link add va type veth peer name vb\n$ ip link show va\n```\n'
    with LiveHost(on="bare") as host:
        (recording,) = record([parse(text, "t.md")], host, Draws(host))
    head = recording.experiment.front
    (shown,) = recording.experiment.blocks[0].turns[1].outputs[1:]
    assert [str(name) for name in head.declared] == ["mac.va"]
    assert next(iter(head.declared.values())) in shown.text
    assert len(head.typed or ()) == 2


def test_what_a_live_host_cannot_do_is_named(host: LiveHost) -> None:
    with pytest.raises(UnsupportedError, match="reboot on a live host"):
        host.start(["reboot"])
    with pytest.raises(UnsupportedError, match="dockerd foo"):
        host.start(["dockerd", "foo"])
