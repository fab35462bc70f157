"""busybox's `brctl` as Debian builds it: addbr, delbr, addif, delif (networking/brctl.c)."""

from __future__ import annotations

from collections.abc import Sequence

from netmodel.commands.busybox.applet import Applet, index_in, usage
from netmodel.commands.system import Running, System, Write
from netmodel.commands.words import Refused
from netmodel.errors import UnsupportedError
from netmodel.request import Bridge, BridgeAddIf, BridgeDel, BridgeDelIf, BridgeOptions, Dev, LinkAdd, LinkSpec

USAGE = """\
Usage: brctl COMMAND [BRIDGE [ARGS]]

Manage ethernet bridges
Commands:
	addbr BRIDGE		Create BRIDGE
	delbr BRIDGE		Delete BRIDGE
	addif BRIDGE IFACE	Add IFACE to BRIDGE
	delif BRIDGE IFACE	Delete IFACE from BRIDGE
"""
WORDS = {"addbr": 1, "delbr": 1, "addif": 2, "delif": 2}


def run(argv: Sequence[str], system: System) -> Running:
    """`busybox brctl …` or `brctl …` where that is busybox. Raises `UnsupportedError`."""
    words = list(argv[2:] if argv[0].rpartition("/")[2] == "busybox" else argv[1:])
    applet = Applet(system, "brctl")
    if not system.platform.has("busybox.noprefixroute"):
        raise UnsupportedError(f"busybox brctl of {system.platform.name}")
    try:
        if not words:
            raise Refused(usage(USAGE, system), 1)
        verb = index_in(words[0], tuple(WORDS))
        if verb is None:
            raise applet.invalid(words[0], applet.name)
        if len(words) - 1 < WORDS[verb]:
            raise Refused(usage(USAGE, system), 1)
        _carry_out(verb, words[1], words[2] if len(words) > 2 else "", applet)
    except Refused as refused:
        yield Write(stderr=refused.stderr)
        return refused.code
    return 0


def _carry_out(verb: str, bridge: str, iface: str, applet: Applet) -> None:
    netns = applet.system.netns
    prefix = f"bridge {bridge}"
    if verb == "addbr":
        spec = LinkSpec(netns=netns, name=bridge[:15])
        applet.apply(LinkAdd(spec=spec, kind=Bridge(BridgeOptions())), prefix, code=1)
        return
    scene = applet.scene()
    above = next((link for link in scene.view.links if link.name == bridge), None)
    if verb == "delbr":
        if above is None:
            raise applet.refused(f"{prefix}: No such device or address")
        applet.apply(BridgeDel(netns=netns, name=bridge), prefix, code=1)
        return
    port = next((link for link in scene.view.links if link.name == iface), None)
    if port is None:
        raise applet.refused(f"iface {iface}: No such device")
    if above is None:
        raise applet.refused(f"{prefix}: No such device")
    make = BridgeAddIf if verb == "addif" else BridgeDelIf
    dev = Dev(netns=netns, ifindex=above.ifindex)
    applet.apply(make(bridge=dev, port=port.ifindex), prefix, code=1)
