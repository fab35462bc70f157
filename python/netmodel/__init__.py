"""An exact, deterministic model of the Linux packet path that containers use."""

from __future__ import annotations

from netmodel.errors import (
    EngineError,
    ExperimentError,
    InternalError,
    KernelError,
    NetmodelError,
    UnsupportedError,
)

__all__ = [
    "EngineError",
    "ExperimentError",
    "InternalError",
    "KernelError",
    "NetmodelError",
    "UnsupportedError",
]
