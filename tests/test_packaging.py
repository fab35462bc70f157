"""What a stranger gets: the wheel in an empty venv, the same files by every way, and imports that cost nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Artefacts:
    """What was built: an sdist, a wheel from the work tree, and a wheel from that sdist."""

    sdist: Path
    wheel: Path
    wheel_from_sdist: Path


def run(*argv: str | Path, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> str:
    """Standard output of a command that must succeed."""
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        argv, cwd=cwd, env=inherited | (environment or {}), text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


def build(kind: str, source: Path, into: Path) -> Path:
    """Build one artefact through the build backend, with the profile and the target folder of the work tree."""
    environment = {
        "MATURIN_PEP517_ARGS": "--profile dev-release",
        "CARGO_TARGET_DIR": os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target")),
    }
    run(sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", into, source, environment=environment)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Artefacts:
    """All three artefacts."""
    at = tmp_path_factory.mktemp("built")
    for folder in ("sdist", "wheel", "again", "unpacked"):
        (at / folder).mkdir()
    sdist = build("--sdist", ROOT, at / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(at / "unpacked", filter="data")
    (unpacked,) = (at / "unpacked").iterdir()
    return Artefacts(sdist, build("--wheel", ROOT, at / "wheel"), build("--wheel", unpacked, at / "again"))


def package_files(wheel: Path) -> set[str]:
    """The files of the package that a wheel holds."""
    return {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("netmodel/")}


def tracked_files() -> set[str]:
    """The files of the package that the repository holds."""
    listed = run("git", "ls-files", "python/netmodel").splitlines()
    return {name.removeprefix("python/") for name in listed}


def test_every_way_gives_the_same_files(artefacts: Artefacts) -> None:
    files = tracked_files() | {"netmodel/_core.abi3.so"}
    # A wheel from a work tree also takes what its owner has not yet added; git does not know of that.
    listed = run("git", "ls-files", "--others", "--exclude-standard", "python/netmodel").splitlines()
    not_added = {name.removeprefix("python/") for name in listed}
    assert package_files(artefacts.wheel_from_sdist) == files
    assert package_files(artefacts.wheel) - not_added == files


def test_sdist_holds_what_builds_and_checks_it(artefacts: Artefacts) -> None:
    with tarfile.open(artefacts.sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    listed = set(run("git", "ls-files").splitlines())
    assert listed <= names | {".gitignore"}


def test_wheel_replays_in_an_empty_venv(artefacts: Artefacts, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    binaries = tmp_path / "venv" / "bin"
    run(binaries / "pip", "install", "--quiet", "--disable-pip-version-check", artefacts.wheel)
    where = run(binaries / "python", "-c", "import netmodel; print(netmodel.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)
    run(binaries / "netmodel", "replay", "--check", cwd=tmp_path)


def test_import_is_light() -> None:
    script = "import netmodel, sys; print(*[m for m in ('numpy', 'rich', 'yaml', 'click') if m in sys.modules])"
    assert run(sys.executable, "-c", script).split() == []


def test_core_knows_no_python() -> None:
    tree = run("cargo", "tree", "--locked", "--package", "netmodel", "--all-features", "--prefix", "none")
    assert "serde " in tree
    assert "pyo3" not in tree
