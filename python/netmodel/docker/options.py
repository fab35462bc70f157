"""Driver options of the bridge driver, `-o KEY=VALUE` (drivers/bridge/bridge.go, `fromLabels`)."""

from __future__ import annotations

from collections.abc import Mapping

from netmodel.docker.drivers import IFNAMSIZ
from netmodel.docker.network import BRIDGE, MTU
from netmodel.errors import EngineError, UnsupportedError

TRUE, FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")
BOOLEANS = (f"{BRIDGE}.enable_icc", f"{BRIDGE}.enable_ip_masquerade", f"{BRIDGE}.default_bridge")
PREFIX = "com.docker.network.container_iface_prefix"
# What these change is netfilter's, or is not made yet.
FILTERED = (f"{BRIDGE}.enable_icc", f"{BRIDGE}.inhibit_ipv4", "com.docker.network.host_ipv4")


def check_options(options: Mapping[str, str]) -> None:
    """Raise `EngineError` for a value that the driver refuses, `UnsupportedError` for what is not modelled."""
    for key in sorted(options):
        value = options[key]
        if key in BOOLEANS and value not in TRUE + FALSE:
            reason = f'strconv.ParseBool: parsing "{value}": invalid syntax'
            raise EngineError(500, f"failed to parse {key} value: {value} ({reason})")
        if key == MTU and not value.lstrip("-").isdigit():
            reason = f'strconv.Atoi: parsing "{value}": invalid syntax'
            raise EngineError(500, f"failed to parse {key} value: {value} ({reason})")
        if key == f"{BRIDGE}.name" and len(value) >= IFNAMSIZ:
            raise EngineError(500, "failed to check bridge interface existence: numerical result out of range")
        if key in FILTERED and value not in TRUE:
            raise UnsupportedError(f"docker network create -o {key}={value}")
