"""Names of device groups: /etc/iproute2/group as iproute2 ships it (lib/rt_names.c)."""

from __future__ import annotations

from netmodel.commands.words import unsigned


def group_number(word: str) -> int | None:
    """`rtnl_group_a2n`."""
    return 0 if word == "default" else unsigned(word)


def group_name(number: int) -> str:
    """`rtnl_group_n2a`."""
    return str(number) if number else "default"
