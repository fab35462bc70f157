"""No command line makes a tool hang or fail: it ends with an exit code, or says by name what is not modelled."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from netmodel.errors import UnsupportedError
from tests.commands.machine import Machine

TOOLS = (["ip"], ["bridge"], ["brctl"], ["sysctl"], ["busybox", "ip"], ["busybox", "brctl"], ["busybox", "sysctl"])
WORDS = (
    *("-4", "-6", "-0", "-d", "-s", "-j", "-p", "-o", "-br", "-n", "-a", "-b", "-f", "-V", "--", "-"),
    *("link", "addr", "route", "neigh", "netns", "rule", "fdb", "vlan", "mdb", "l", "a", "r", "n"),
    *("add", "del", "set", "show", "change", "replace", "append", "flush", "get", "list", "help", "exec", "property"),
    *("dev", "type", "veth", "bridge", "bridge_slave", "peer", "name", "master", "nomaster", "up", "down", "mtu", "to"),
    *("address", "via", "src", "table", "metric", "scope", "label", "brd", "+", "lladdr", "nud", "proxy", "local"),
    *("v0", "v1", "br0", "lo", "red", "nosuch", "if7", "1", "99999999999", "-1", "0x10", "on", "off", "all", "default"),
    *("10.0.0.1/24", "10.0.0.1", "10.0.0.300", "fe80::1/64", "02:00:00:00:00:01", "zz", "permanent", "static", "br"),
    *("addbr", "delbr", "addif", "delif", "showmacs", "showstp", "stp", "setfd", "hairpin", "setageing"),
    *("net.ipv4.ip_forward", "net.ipv4.ip_forward=1", "net/ipv4", "=", "-w", "-n", "-e", "", "é", "a" * 40),
)
SETUP = (
    "ip netns add red",
    "ip link add v0 type veth peer name v1",
    "ip link add br0 type bridge",
    "ip link set v1 master br0 up",
    "ip addr add 10.0.0.1/24 dev v0",
    "ip link set v0 up",
)


@given(tool=st.sampled_from(TOOLS), words=st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=9))
@settings(max_examples=500, deadline=None, derandomize=True)
def test_every_command_line_ends(tool: list[str], words: list[str]) -> None:
    machine = Machine()
    for line in SETUP:
        machine.run(line.split())
    try:
        done = machine.run([*tool, *words])
    except UnsupportedError:
        return
    assert done is not None
    assert 0 <= done.returncode <= 255
