"""An exact, deterministic model of the Linux packet path that containers use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from netmodel.errors import (
    EngineError,
    ExperimentError,
    InternalError,
    KernelError,
    NetmodelError,
    UnsupportedError,
)

if TYPE_CHECKING:
    from netmodel.kernel import Kernel
    from netmodel.link import Bridge, Veth
    from netmodel.model import ModelHost
    from netmodel.netns import Namespace
    from netmodel.trace import Trace

__all__ = [
    "Bridge",
    "EngineError",
    "ExperimentError",
    "InternalError",
    "Kernel",
    "KernelError",
    "ModelHost",
    "Namespace",
    "NetmodelError",
    "Trace",
    "UnsupportedError",
    "Veth",
]

# Imported when first asked for: `import netmodel` alone costs next to nothing.
_HOMES = {
    "Bridge": "link",
    "Kernel": "kernel",
    "ModelHost": "model",
    "Namespace": "netns",
    "Trace": "trace",
    "Veth": "link",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'netmodel' has no attribute {name!r}")
    return getattr(import_module(f"netmodel.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__name__"]
