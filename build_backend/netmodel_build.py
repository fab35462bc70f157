"""The build backend: maturin's hooks, never allowed to fetch a toolchain by itself.

Without ``MATURIN_NO_INSTALL_RUST`` and without ``cargo`` on PATH, maturin downloads a whole Rust toolchain; with it,
it says in one line what is missing.
"""

from __future__ import annotations

import os
from typing import Any

from maturin import (  # type: ignore[import-untyped]
    build_editable,
    build_sdist,
    build_wheel,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel as _requires_of_maturin,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

os.environ["MATURIN_NO_INSTALL_RUST"] = "1"

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    """What a wheel needs besides maturin: zig as the linker, when ``MATURIN_PEP517_ARGS`` asks for it."""
    requires: list[str] = _requires_of_maturin(config_settings)
    if "--zig" in os.environ.get("MATURIN_PEP517_ARGS", "").split():
        requires.append("ziglang>=0.17,<0.18")
    return requires
