"""nginx on the host's network: who holds the port decides, and the configuration which port it is."""

from __future__ import annotations

import pytest

from netmodel import ModelHost, UnsupportedError

START = 1_541_679_249 * 10**9  # 2018-11-08T12:14:09Z
IN_USE = "bind() to 0.0.0.0:80 failed (98: Address already in use)"
OTHER_PORT = (
    "docker run -d --name web2 --network host nginx sh -c "
    "\"echo 'server { listen 8080; }' > /etc/nginx/conf.d/default.conf; exec nginx -g 'daemon off;'\""
)

EDITED = (
    "docker run -d --name web2 --network host nginx sh -c "
    "\"sed -i 's/listen *80;/listen 8080;/' /etc/nginx/conf.d/default.conf && exec nginx -g 'daemon off;'\""
)


@pytest.fixture
def host() -> ModelHost:
    host = ModelHost(start=START)
    host.run("docker run -d --name web1 --network host nginx")
    return host


def states(host: ModelHost) -> str:
    return host.run("docker ps -a --format '{{.Names}} {{.Status}}'").stdout


def test_the_second_one_tries_five_times_with_one_time_stamp(host: ModelHost) -> None:
    done = host.run("docker run --name web2 --network host nginx")
    once = f"2018/11/08 12:14:09 [emerg] 1#1: {IN_USE}\nnginx: [emerg] {IN_USE}\n"
    last = "2018/11/08 12:14:09 [emerg] 1#1: still could not bind()\nnginx: [emerg] still could not bind()\n"
    assert done.stderr == once * 5 + last
    assert (done.stdout, done.returncode) == ("", 1)
    assert host.now - START == 5 * 500_000_000


def test_it_starts_when_the_first_has_stopped(host: ModelHost) -> None:
    host.run("docker run --name web2 --network host nginx; docker stop web1; docker start web2; sleep 5")
    assert states(host) == "web2 Up 5 seconds\nweb1 Exited (0) 5 seconds ago\n"


@pytest.mark.parametrize("command", [OTHER_PORT, EDITED])
def test_it_starts_on_another_port(host: ModelHost, command: str) -> None:
    host.run(f"{command}; sleep 5")
    assert states(host) == "web2 Up 5 seconds\nweb1 Up 5 seconds\n"
    held = [socket.local for socket in host.kernel.snapshot().netns[0].sockets]
    assert held == ["0.0.0.0:80", "0.0.0.0:8080"]


def test_a_port_is_free_again_when_its_holder_is_killed(host: ModelHost) -> None:
    host.run("docker kill web1")
    assert host.kernel.snapshot().netns[0].sockets == ()


def test_its_own_network_has_its_own_ports(host: ModelHost) -> None:
    host.run("docker run -d --name web2 nginx; sleep 5")
    assert states(host) == "web2 Up 5 seconds\nweb1 Up 5 seconds\n"


def test_a_directive_that_is_not_known_is_refused_by_name(host: ModelHost) -> None:
    with pytest.raises(UnsupportedError, match="stream"):
        host.run("docker run --network host nginx nginx -g 'stream { }'")
