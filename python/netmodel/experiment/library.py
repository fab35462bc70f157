"""The experiments by name: those that come with the package, and files of one's own."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from netmodel.errors import ExperimentError
from netmodel.experiment.text import Experiment, parse

HOSTS = ("machine", "bare")
ARTICLE = (
    "article-1-containers",
    "article-2-namespaces",
    "article-3-bridge",
    "article-4-none",
    "article-5-host",
    "article-6-port-clash",
)


def _folder() -> Traversable:
    return resources.files("netmodel") / "experiments"


def names() -> list[str]:
    """The names of the experiments that come with the package, sorted."""
    return sorted(file.name.removesuffix(".md") for file in _folder().iterdir() if file.name.endswith(".md"))


def load(name: str) -> Experiment:
    """An experiment by the name of one of the package's, or by a path that ends in `.md`.

    Raises `ExperimentError` for a name that is not known, which lists those that are, and for a file that cannot be
    read.
    """
    if not name.endswith(".md") and name in names():
        file = _folder() / f"{name}.md"
        return parse(file.read_text(encoding="utf-8"), str(file))
    path = Path(name)
    if path.suffix != ".md":
        raise ExperimentError(
            f"no experiment {name!r}; expected a path that ends in .md, or one of {', '.join(names())}"
        )
    try:
        return parse(path.read_bytes().decode("utf-8"), name)
    except OSError as error:
        raise ExperimentError(f"expected a file that can be read: {error.strerror}", name) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ExperimentError("expected UTF-8", name, line, 1) from None


def chain(experiment: Experiment) -> list[Experiment]:
    """The experiments that lead to this one, from the one that starts on a fresh host, and itself last.

    A predecessor is looked for among the package's and beside the file. Raises `ExperimentError` for one that is
    missing, or that leads back.
    """
    line = [experiment]
    while line[0].front.on not in HOSTS:
        before = line[0].front.on
        if before in (one.name for one in line):
            raise ExperimentError(f"expected on = a host to start from; {before!r} leads back to itself", line[0].file)
        beside = Path(line[0].file).with_name(f"{before}.md")
        try:
            line.insert(0, load(str(beside) if beside.is_file() else before))
        except ExperimentError as error:
            known = f"expected on = {', '.join(HOSTS)} or an experiment ({error.message})"
            raise ExperimentError(known, line[0].file, error.line, error.column) from None
    return line
