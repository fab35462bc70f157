"""A Trace as text: every copy of the packet, and under it the hops, one a line."""

from __future__ import annotations

from collections.abc import Mapping

from netmodel import step
from netmodel.step import Step
from netmodel.trace import Copy, Trace

# include/uapi/linux/rtnetlink.h: rt_class_t, and RTN_* of what a packet's route can be.
TABLES = {253: "default", 254: "main", 255: "local"}
KINDS = {
    1: "unicast",
    2: "local",
    3: "broadcast",
    4: "anycast",
    5: "multicast",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
    9: "throw",
}
INIT_NET = 0


def text(trace: Trace, names: Mapping[int, str] | None = None) -> str:
    """The whole trace. `names` says what a namespace is called; else it is its number."""
    return "\n".join(line for number, copy in enumerate(trace.copies) for line in _copy(number, copy, names or {}))


def _copy(number: int, copy: Copy, names: Mapping[int, str]) -> list[str]:
    made_of = f" (from #{copy.parent})" if copy.parent is not None else ""
    return [f"#{number} {copy.summary}{made_of}", *(f"    {_place(one, names)}{hop(one)}" for one in copy.steps)]


def _place(one: Step, names: Mapping[int, str]) -> str:
    if isinstance(one, step.Unsupported | step.Storm):
        return ""
    default = "init_net" if one.netns == INIT_NET else f"netns {one.netns}"
    return f"[{names.get(one.netns, default)}] "


def hop(one: Step) -> str:
    """What one step says, without its namespace."""
    match one:
        case step.Rx():
            return f"received on {one.name}"
        case step.Xmit():
            return f"sent by {one.name}"
        case step.Egress():
            return f"left this machine by {one.name}"
        case step.Deliver():
            return f"given to socket {one.socket}"
        case step.Consumed():
            return f"taken by the kernel itself: {one.by}"
        case step.Answer():
            return f"answered: {one.what}"
        case step.Queued():
            return f"waits: {one.why}"
        case step.Drop():
            return f"dropped{f' at {one.dev}' if one.dev else ''}: {one.reason}"
        case step.Unsupported():
            return f"not modelled: {one.what}"
        case step.Storm():
            return "a loop: the budget of steps ran out"
        case _:
            return _decision(one)


def _decision(
    one: step.FdbLearn | step.Bridge | step.Route | step.Hook | step.Neigh | step.Forward | step.Fragment,
) -> str:
    match one:
        case step.FdbLearn():
            return f"learned {one.mac} at {one.port}" + (f", before at {one.moved_from}" if one.moved_from else "")
        case step.Bridge():
            return _bridge(one)
        case step.Route():
            via = f" via {one.via}" if one.via else ""
            kind, table = KINDS.get(one.kind, one.kind), TABLES.get(one.table, one.table)
            return f"route: {kind}{via} dev {one.oif} (table {table})"
        case step.Hook():
            return f"passed {one.hook}"
        case step.Neigh():
            return f"neighbour {one.dst} is {one.lladdr} on {one.dev}"
        case step.Forward():
            return f"forwarded, TTL now {one.ttl}"
        case step.Fragment():
            return f"split into {one.pieces} for a mtu of {one.mtu}"


def _bridge(one: step.Bridge) -> str:
    ways = [f"port {port}" for port in one.egress] + (["up"] if one.local else [])
    return f"bridge {one.bridge} {'floods' if one.flood else 'forwards'}: {', '.join(ways) or 'nowhere'}"
