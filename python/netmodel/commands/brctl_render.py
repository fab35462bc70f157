"""What `brctl show`, `showmacs` and `showstp` print (brctl/brctl_disp.c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netmodel.commands.ip.link_details import PORT_STATES, bridge_of
from netmodel.commands.ip.scene import Scene
from netmodel.errors import UnsupportedError
from netmodel.snapshot import Bridge, Link, Port

SHOW_HEAD = "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n"
MACS_HEAD = "port no\tmac addr\t\tis local?\tageing timer\n"
HUNDREDTH = 10_000_000


def bridge_id(bridge: Bridge) -> str:
    """Priority and address as `brctl` writes them."""
    return f"{bridge.priority:04x}.{bridge.bridge_id.replace(':', '')}"


def ports_of(link: Link, scene: Scene) -> list[Link]:
    """A bridge's ports by name, as scandir sorts them."""
    return sorted((port for port in scene.view.links if port.master == link.ifindex), key=lambda port: port.name)


def show(scene: Scene, names: Sequence[str] | None) -> str:
    """`brctl show`: all bridges by name, or those named."""
    links = {link.name: link for link in scene.view.links if bridge_of(link) is not None}
    rows = "".join(_row(links[name], scene) for name in (sorted(links) if names is None else names))
    is_headed = bool(rows) or not scene.platform.has("bridge_utils.head_comes_with_first")
    return SHOW_HEAD * is_headed + rows


def _row(link: Link, scene: Scene) -> str:
    bridge = bridge_of(link)
    if bridge is None:
        return ""
    ports = [port.name for port in ports_of(link, scene)]
    stp = "yes" if bridge.stp_state else "no"
    first = f"{link.name}\t\t{bridge_id(bridge)}\t{stp}\t\t{ports[0] if ports else ''}\n"
    return first + "".join("\t" * 7 + f"{name}\n" for name in ports[1:])


def _timer(hundredths: int) -> str:
    return f"{hundredths // 100:4}.{hundredths % 100:02}"


def showmacs(link: Link, scene: Scene) -> str:
    """`brctl showmacs`: by address; what is the bridge's own or has expired is left out."""
    bridge = bridge_of(link)
    rows = []
    for entry in sorted(bridge.fdb if bridge else [], key=lambda entry: str(entry.mac)):
        port = scene.link(entry.port)
        if port is None or port.port is None or entry.stale:
            continue
        age = 0 if entry.local or entry.is_static else entry.updated // HUNDREDTH
        local = "yes" if entry.local else "no"
        rows.append(f"{port.port.port_no:3}\t{entry.mac}\t{local}\t\t{_timer(age)}\n")
    return MACS_HEAD + "".join(rows)


def showstp(link: Link, scene: Scene) -> str:
    """`brctl showstp`. Raises `UnsupportedError` for a device that is no bridge."""
    bridge = bridge_of(link)
    if bridge is None:
        raise UnsupportedError("brctl showstp of a device that is no bridge")
    own = bridge_id(bridge)
    text = (
        f"{link.name}\n bridge id\t\t{own}\n designated root\t{own}\n"
        f" root port\t\t{0:4}\t\t\tpath cost\t\t{0:4}\n"
        f" max age\t\t{_timer(bridge.max_age)}\t\t\tbridge max age\t\t{_timer(bridge.max_age)}\n"
        f" hello time\t\t{_timer(bridge.hello_time)}\t\t\tbridge hello time\t{_timer(bridge.hello_time)}\n"
        f" forward delay\t\t{_timer(bridge.forward_delay)}\t\t\t"
        f"bridge forward delay\t{_timer(bridge.forward_delay)}\n"
        f" ageing time\t\t{_timer(bridge.ageing_time)}\n"
        f" hello timer\t\t{_timer(bridge.hello_timer)}\t\t\ttcn timer\t\t{_timer(0)}\n"
        f" topology change timer\t{_timer(bridge.topology_change_timer)}\t\t\t"
        f"gc timer\t\t{_timer(bridge.gc_timer)}\n"
        f" flags\t\t\t{_flags(bridge)}\n\n\n"
    )
    ports = [(port, port.port) for port in ports_of(link, scene)]
    return text + "".join(_stp_port(dev, port, _told(bridge, port)) for dev, port in ports if port)


def _told(bridge: Bridge, port: Port) -> str:
    """The bridge id that a port tells of its bridge."""
    return bridge_id(replace(bridge, priority=port.designated_priority))


def _flags(bridge: Bridge) -> str:
    changed = "TOPOLOGY_CHANGE " if bridge.topology_change else ""
    return changed + ("TOPOLOGY_CHANGE_DETECTED " if bridge.topology_change_detected else "")


def _stp_port(link: Link, port: Port, root: str) -> str:
    number = port.priority << 10 | port.port_no
    return (
        f"{link.name} ({port.port_no})\n"
        f" port id\t\t{number:04x}\t\t\tstate\t\t{PORT_STATES[port.state]:>15}\n"
        f" designated root\t{root}\tpath cost\t\t{port.cost:4}\n"
        f" designated bridge\t{root}\tmessage age timer\t{_timer(0)}\n"
        f" designated port\t{number:04x}\t\t\tforward delay timer\t{_timer(port.forward_delay_timer)}\n"
        f" designated cost\t{0:4}\t\t\thold timer\t\t{_timer(port.hold_timer)}\n"
        f" flags\t\t\t{'CONFIG_PENDING ' if port.config_pending else ''}\n"
        + (f" hairpin mode\t\t{1:4}\n" if port.hairpin else "")
        + "\n"
    )
