# Written by rust/netmodel/codegen from the Rust types: change those, then `make generate`.

"""What differs between kernels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What a kernel does where others do something else."""

    operstate_across_netns: bool = False
    """Without carrier a veth is `LOWERLAYERDOWN` wherever its peer is (`default_operstate` before it looked the peer
    up in the own namespace).
    """
    local_net_broadcast_routes: bool = False
    """An address brings a broadcast route for the network's lowest address, too (`fib_add_ifaddr` before Linux
    5.14).
    """
    rename_while_up: bool = True
    """A device that is up can be renamed (`dev_change_name` without `-EBUSY`)."""
    bridge_txqueuelen: bool = True
    """A bridge is created with a transmit queue length of 1000 (`br_dev_setup`, `DEFAULT_TX_QUEUE_LEN`); else 0."""
