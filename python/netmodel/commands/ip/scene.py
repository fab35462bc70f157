"""What a command of iproute2 sees: one namespace's rows, with the names that belong to numbers in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from netmodel.commands.ip.options import Options
from netmodel.platform import Platform
from netmodel.snapshot import Link, NetnsView


@dataclass(frozen=True)
class Scene:
    """One namespace as the tool finds it.

    `netns_names` has the first name of `/run/netns`, in readdir's order, for each nsid that has one; `netns_ids` each
    name's namespace. `dumped` has the devices whose flags the tool knows where it asks for no others; `None`: all.
    """

    view: NetnsView
    platform: Platform
    options: Options = field(default_factory=Options)
    netns_names: Mapping[int, str] = field(default_factory=dict)
    netns_ids: Mapping[str, int] = field(default_factory=dict)
    dumped: frozenset[int] | None = None

    def link(self, ifindex: int) -> Link | None:
        """The device of that index."""
        return next((link for link in self.view.links if link.ifindex == ifindex), None)

    def is_known(self, ifindex: int) -> bool:
        """Whether the tool knows the flags of a device."""
        return self.dumped is None or ifindex in self.dumped

    def named(self, name: str) -> Link | None:
        """The device of that name or altname."""
        return next((link for link in self.view.links if name == link.name or name in link.altnames), None)

    def index_of(self, name: str) -> int:
        """`ll_name_to_index`: 0 if there is no such device; `if7` is 7, whether that exists or not."""
        found = self.named(name)
        if found is not None:
            return found.ifindex
        number = re.match(r"if\s*\+?(\d+)", name)
        return int(number[1]) if number else 0

    def name_of(self, ifindex: int) -> str:
        """`ll_index_to_name`: `if7` for a device that is not there."""
        found = self.link(ifindex)
        return found.name if found is not None else f"if{ifindex}" if ifindex else "*"
