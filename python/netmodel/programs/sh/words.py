"""What the two shells say: dash, Debian's sh, and busybox's ash."""

from __future__ import annotations

from dataclasses import dataclass

BANNERS = {
    "debian12": (
        "\n\nBusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) built-in shell (ash)\n"
        "Enter 'help' for a list of built-in commands.\n\n"
    )
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a shell words its complaints. `name` is what it was started as."""

    name: str
    is_ash: bool

    def say(self, line: int, text: str) -> str:
        """A complaint of the shell itself."""
        return f"{self.name}: {text}\n" if self.is_ash else f"{self.name}: {line}: {text}\n"

    def of_builtin(self, builtin: str, line: int, text: str) -> str:
        """A complaint of a builtin."""
        if self.is_ash:
            return f"{self.name}: {builtin}: line {line - 1}: {text}\n"
        return f"{self.name}: {line}: {builtin}: {text}\n"

    def syntax(self, line: int, words: str) -> str:
        """A syntax error; ash turns dash's words round."""
        if not self.is_ash:
            return self.say(line, f"Syntax error: {words}")
        what, mark, expected = words.partition(" unexpected")
        turned = f"unexpected {what}{expected}" if mark else words[0].lower() + words[1:]
        return self.say(line, f"syntax error: {turned}")

    def cannot_open(self, line: int, path: str) -> str:
        """A file to read from is not there."""
        text = f"can't open {path}: no such file" if self.is_ash else f"cannot open {path}: No such file"
        return self.say(line, text)

    def cannot_create(self, line: int, path: str, is_directory: bool) -> str:
        """A file to write to cannot be made."""
        verb = "can't" if self.is_ash else "cannot"
        missing = "nonexistent directory" if self.is_ash else "Directory nonexistent"
        return self.say(line, f"{verb} create {path}: {'Is a directory' if is_directory else missing}")

    def banner(self, platform: str) -> str:
        """What an interactive shell prints first: ash as Debian builds it says who it is."""
        return BANNERS.get(platform, "") if self.is_ash else ""

    def prompt(self, cwd: str) -> str:
        """What an interactive shell of root prints before a command."""
        return f"{cwd} # " if self.is_ash else "# "
