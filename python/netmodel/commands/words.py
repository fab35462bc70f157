"""A command line read word by word, and what iproute2 says when it cannot (lib/utils.c)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

INT_MAX, UINT_MAX = 2**31 - 1, 2**32 - 1


class Refused(Exception):
    """A tool refuses: what it writes to stderr, and its exit code.

    `exits` says that it leaves by exit(3), which ends a -batch as well; else the command alone has failed.
    """

    def __init__(self, stderr: str, code: int, exits: bool | None = None) -> None:
        super().__init__(stderr)
        self.stderr = stderr
        self.code = code
        self.exits = code == 255 if exits is None else exits


class NoAddress(Refused):
    """A word that is no address or prefix. Older releases name the family that it looks like: `older` is what they say."""

    def __init__(self, noun: str, word: str, family: int) -> None:
        super().__init__(self._said(family_word(family), noun, word), 1, exits=True)
        self.older = self._said("inet6" if ":" in word or family == 6 else "inet", noun, word)

    @staticmethod
    def _said(family: str, noun: str, word: str) -> str:
        return f'Error: {family} {noun} is expected rather than "{word}".\n'


def matches(word: str, keyword: str) -> bool:
    """Whether `word` is `keyword` or begins it (`matches`): the empty word begins nothing."""
    return bool(word) and keyword.startswith(word)


def wrong(message: str, word: str) -> Refused:
    """`invarg`. Many callers' messages end in a newline of their own."""
    return Refused(f'Error: argument "{word}" is wrong: {message}\n', 255)


def duplicate(key: str, word: str) -> Refused:
    """`duparg`."""
    return Refused(f'Error: duplicate "{key}": "{word}" is the second value.\n', 255)


def garbage(key: str, word: str) -> Refused:
    """`duparg2`."""
    return Refused(f'Error: either "{key}" is duplicate, or "{word}" is a garbage.\n', 255)


def missing_device(name: str) -> Refused:
    """`nodev`."""
    return Refused(f'Cannot find device "{name}"\n', 1)


def not_on_off(key: str, word: str) -> Refused:
    """`on_off` of ip/iplink.c."""
    return Refused(f'Error: argument of "{key}" must be "on" or "off", not "{word}"\n', 1)


class Words:
    """The words not read yet."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._next = 0

    def __bool__(self) -> bool:
        return self._next < len(self._words)

    def __len__(self) -> int:
        return len(self._words) - self._next

    def peek(self) -> str:
        """The next word, left where it is; empty if there is none."""
        return self._words[self._next] if self else ""

    def take(self) -> str:
        """The next word."""
        self._next += 1
        return self._words[self._next - 1]

    def value(self) -> str:
        """The word that must follow a keyword (`NEXT_ARG`). Raises `Refused` if there is none."""
        if not self:
            raise Refused('Command line is not complete. Try option "help"\n', 255)
        return self.take()

    def rest(self) -> list[str]:
        """All that is left, which is then read."""
        left = self._words[self._next :]
        self._next = len(self._words)
        return left

    def back(self) -> str:
        """Unread the last word (`PREV_ARG`), and say which that was."""
        self._next -= 1
        return self._words[self._next]


def strtol(text: str, base: int = 0) -> int | None:
    """All of `text` as C's strtol reads it, or `None`."""
    digits = {0: r"0[xX][0-9a-fA-F]+|[0-9]+", 10: r"[0-9]+", 16: r"(?:0[xX])?[0-9a-fA-F]+"}[base]
    found = re.fullmatch(rf"\s*([+-]?)({digits})", text)
    if not found:
        return None
    sign, number = found.groups()
    if base == 0 and len(number) > 1 and number[0] == "0" and number[1] not in "xX":
        if not set(number) <= set("01234567"):
            return None
        value = int(number, 8)
    else:
        value = int(number, base or (16 if number[:2].lower() == "0x" else 10))
    return -value if sign == "-" else value


def integer(text: str) -> int | None:
    """`get_integer`, base 0."""
    value = strtol(text)
    return value if value is not None and -INT_MAX - 1 <= value <= INT_MAX else None


def unsigned(text: str, greatest: int = UINT_MAX) -> int | None:
    """`get_unsigned`, `get_u32`, `get_u16`, `get_u8`, base 0."""
    value = strtol(text)
    return value if value is not None and 0 <= value <= greatest else None


@dataclass(frozen=True, slots=True)
class Prefix:
    """An `inet_prefix`: family 4, 6, or 0 for `default`, `all`, `any` where no family is known."""

    family: int
    address: str
    length: int
    has_length: bool = False
    is_word: bool = False

    @property
    def cidr(self) -> str:
        """ADDRESS/LENGTH; the zero address of IPv4 where no family is known."""
        return f"{self.address}/{self.length}"

    @property
    def is_multicast(self) -> bool:
        """Whether it is a group's address."""
        return ipaddress.ip_address(self.address).is_multicast


def _ipv4(text: str) -> str | None:
    """`get_addr_ipv4`: one to four numbers; what is missing at the end is zero."""
    octets = [strtol(part) for part in text.split(".")]
    if len(octets) > 4 or any(octet is None or not 0 <= octet <= 255 for octet in octets):
        return None
    return ".".join(str(octet) for octet in (*octets, 0, 0, 0)[:4])


def read_address(text: str, family: int) -> Prefix | None:
    """`get_addr_1`; `family` is 0, 4 or 6."""
    if text in ("default", "all", "any"):
        return Prefix(family, "::" if family == 6 else "0.0.0.0", 0, has_length=text == "default", is_word=True)
    if ":" in text:
        if family == 4 or "%" in text:
            return None
        try:
            return Prefix(6, str(ipaddress.IPv6Address(text)), 128)
        except ValueError:
            return None
    address = None if family == 6 else _ipv4(text)
    return Prefix(4, address, 32) if address is not None else None


def _mask_length(text: str) -> int | None:
    """`get_netmask`: a number of bits, or an IPv4 mask whose ones are to the left."""
    bits = unsigned(text)
    if bits is not None:
        return bits
    address = _ipv4(text) if ":" not in text else None
    if address is None:
        return None
    mask = int(ipaddress.IPv4Address(address))
    length = mask.bit_count()
    return length if mask == UINT_MAX << 32 - length & UINT_MAX else None


def read_prefix(text: str, family: int) -> Prefix | None:
    """`get_prefix_1`."""
    head, slash, tail = text.partition("/")
    found = read_address(head, family)
    if found is None:
        return None
    if not slash:
        return found
    length = _mask_length(tail)
    if found.is_word or length is None or length > (128 if found.family == 6 else 32):
        return None
    return Prefix(found.family, found.address, length, has_length=True)


def family_word(family: int) -> str:
    """`family_name_verbose`."""
    return {0: "any valid", 4: "inet", 6: "inet6"}[family]


def prefix(text: str, family: int) -> Prefix:
    """`get_prefix`. Raises `Refused` for what is none."""
    found = read_prefix(text, family)
    if found is None:
        raise NoAddress("prefix", text, family)
    return found


def address(text: str, family: int) -> Prefix:
    """`get_addr`. Raises `Refused` for what is none."""
    found = read_address(text, family)
    if found is None:
        raise NoAddress("address", text, family)
    return found


def link_address(text: str) -> list[int]:
    """`ll_addr_a2n`: octets as sscanf's %x reads them, which stops at what is no digit. Raises `Refused`."""
    if "." in text:
        found = read_address(text, 4)
        if found is None:
            raise Refused(f'"{text}" is invalid lladdr.\n', 1)
        return [int(octet) for octet in found.address.split(".")]
    octets = []
    for part in text.split(":")[:32]:
        digits = re.match(r"\s*[+]?(?:0[xX])?([0-9a-fA-F]+)", part)
        if not digits or int(digits[1], 16) > 255:
            raise Refused(f'"{part}" is invalid lladdr.\n', 1)
        octets.append(int(digits[1], 16))
    return octets


def mac_text(octets: list[int]) -> str:
    """Octets as they are printed."""
    return ":".join(f"{octet:02x}" for octet in octets)
