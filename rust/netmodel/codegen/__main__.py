"""Writes the Python dataclasses of everything that crosses the border, from the JSON schema of the Rust types.

``python rust/netmodel/codegen`` writes them, ``--check`` only says whether they are up to date (exit 1 if not).

A struct is a frozen dataclass. An enum whose variants carry nothing is a ``StrEnum``; any other is a union of
dataclasses, one for each variant. The JSON is serde's, externally tagged; ``codec.py`` takes it in and puts it out.
"""

from __future__ import annotations

import argparse
import difflib
import json
import subprocess
import sys
from pathlib import Path

from classes import module_text
from codec import codec_text
from schema import MODULES, Schema

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "python" / "netmodel"
SCHEMA = ("cargo", "run", "--quiet", "--locked", "--package", "netmodel", "--features", "schema", "--example", "schema")


def formatted(text: str, path: Path) -> str:
    """The text as ruff writes it."""
    for command in (["check", "--fix", "--quiet", "--exit-zero", "--select", "I,F401"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(path), "-"]
        text = subprocess.run(ruff, input=text, text=True, capture_output=True, check=True).stdout
    return text


def main() -> int:
    """Write the modules, or with `--check` show how they differ from what would be written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say whether they are up to date")
    parser.add_argument("--schema", type=Path, help="a file to read the schema from, instead of asking cargo")
    options = parser.parse_args()
    text = options.schema.read_text() if options.schema else subprocess.check_output(SCHEMA, text=True, cwd=ROOT)
    schema = Schema(json.loads(text))
    files = {PACKAGE / f"{module}.py": module_text(schema, module) for module in MODULES}
    files[PACKAGE / "codec.py"] = codec_text(schema)
    stale = 0
    for path, raw in files.items():
        new, old = formatted(raw, path), path.read_text() if path.exists() else ""
        stale += new != old
        if options.check:
            name = str(path.relative_to(ROOT))
            sys.stdout.writelines(
                difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "as Rust has it")
            )
        elif new != old:
            path.write_text(new)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
