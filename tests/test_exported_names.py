"""What `import netmodel` gives is what it says it gives."""

from __future__ import annotations

from types import ModuleType

import netmodel
from netmodel import errors


def test_all_is_what_is_exported() -> None:
    public = {
        name
        for name in dir(netmodel)
        if not name.startswith("_") and name != "annotations" and not isinstance(getattr(netmodel, name), ModuleType)
    }
    assert public == set(netmodel.__all__) - {"__version__"}
    assert len(netmodel.__all__) == len(set(netmodel.__all__))


def test_every_error_is_exported() -> None:
    found = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert found <= set(netmodel.__all__)


def test_everything_exported_is_documented() -> None:
    assert [name for name in netmodel.__all__ if not getattr(netmodel, name).__doc__] == []
