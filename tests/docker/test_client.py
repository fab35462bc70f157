"""docker-py's nouns on a modelled host."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from netmodel.docker.client import Container, ContainerError
from netmodel.errors import EngineError, UnsupportedError
from netmodel.model import ModelHost


@pytest.fixture
def host() -> ModelHost:
    return ModelHost(platform="debian12", seed=7)


def started(host: ModelHost, name: str, **options: Any) -> Container:
    found = host.docker.containers.run("busybox", "sleep 1000", name=name, detach=True, **options)
    assert isinstance(found, Container)
    return found


def test_containers_on_the_bridge_get_the_lowest_free_addresses(host: ModelHost) -> None:
    one, two = started(host, "one"), started(host, "two")
    one.remove(force=True)
    three = started(host, "three")
    networks = [box.attrs["NetworkSettings"]["IPAddress"] for box in (two, three)]
    assert networks == ["172.17.0.3", "172.17.0.2"]
    assert repr(three).endswith("running bridge=172.17.0.2>")


def test_what_is_run_in_the_foreground_is_waited_for(host: ModelHost) -> None:
    assert host.docker.containers.run("busybox", ["echo", "hi"], remove=True) == b"hi\n"
    assert host.docker.containers.list(all=True) == []


def test_a_program_that_fails_raises_and_the_exception_pickles(host: ModelHost) -> None:
    with pytest.raises(ContainerError) as caught:
        host.docker.containers.run("busybox", "false")
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (copied.exit_status, copied.image, str(copied)) == (1, "busybox", str(caught.value))


def test_a_shell_that_ignores_term_is_killed_after_ten_seconds(host: ModelHost) -> None:
    box = host.docker.containers.run("busybox", ["sh", "-c", "while true; do sleep 60; done"], detach=True)
    assert isinstance(box, Container)
    before = host.now
    box.stop()
    assert (box.status, box.attrs["State"]["ExitCode"], host.now - before) == ("exited", 137, 10 * 10**9)


def test_a_user_network_has_names_and_the_bridge_has_none(host: ModelHost) -> None:
    network = host.docker.networks.create("inner", subnet="10.5.0.0/24")
    one, two = started(host, "one", network="inner"), started(host, "two")
    assert one.exec_run("ping -c 1 one").exit_code == 0
    assert two.exec_run("ping -c 1 one").output == b"ping: bad address 'one'\n"
    network.connect(two, aliases=["second"], ipv4_address="10.5.0.9")
    assert b"PING second (10.5.0.9)" in one.exec_run("ping -c 1 second").output
    assert {box.name for box in network.containers} == {"one", "two"}


def test_refusals_carry_the_engines_status_and_words(host: ModelHost) -> None:
    with pytest.raises(EngineError) as caught:
        host.docker.containers.get("nope")
    assert (caught.value.status, caught.value.message) == (404, "No such container: nope")
    with pytest.raises(EngineError, match="is a pre-defined network"):
        host.docker.networks.get("bridge").remove()
    with pytest.raises(UnsupportedError, match="docker run -p"):
        host.docker.containers.run("busybox", "true", ports={"80/tcp": 8080})
    with pytest.raises(TypeError, match="unexpected keyword argument 'volumes'"):
        host.docker.containers.run("busybox", "true", volumes=[])


def test_a_restarted_daemon_makes_the_bridge_anew_and_shows_its_gateway(host: ModelHost) -> None:
    before = {network.name: network.id for network in host.docker.networks.list()}
    assert "Gateway" not in host.docker.networks.get("bridge").attrs["IPAM"]["Config"][0]
    host.docker.restart()
    after = {network.name: network.id for network in host.docker.networks.list()}
    assert {name for name in before if before[name] != after[name]} == {"bridge"}
    assert host.docker.networks.get("bridge").attrs["IPAM"]["Config"] == [
        {"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}
    ]
