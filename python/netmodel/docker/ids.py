"""Ids and names that the daemon draws."""

from __future__ import annotations

from netmodel.entropy import Draw, Entropy, draw

# A part of pkg/namesgenerator's lists: each name is one that Docker may give.
LEFT = [
    "admiring",
    "adoring",
    "agitated",
    "amazing",
    "angry",
    "awesome",
    "boring",
    "clever",
    "cocky",
    "compassionate",
    "condescending",
    "cranky",
    "determined",
    "distracted",
    "dreamy",
    "ecstatic",
    "elated",
    "elegant",
    "fervent",
    "focused",
    "gallant",
    "goofy",
    "happy",
    "hopeful",
    "hungry",
    "jolly",
    "jovial",
    "kind",
    "keen",
    "laughing",
    "loving",
    "lucid",
    "modest",
    "musing",
    "mystifying",
    "naughty",
    "nostalgic",
    "pensive",
    "practical",
    "priceless",
    "quirky",
    "quizzical",
    "relaxed",
    "romantic",
    "serene",
    "sharp",
    "silly",
    "sleepy",
    "stoic",
    "stupefied",
    "suspicious",
    "tender",
    "trusting",
    "unruffled",
    "upbeat",
    "vibrant",
    "vigilant",
    "vigorous",
    "wizardly",
    "wonderful",
    "xenodochial",
    "youthful",
    "zealous",
    "zen",
]
RIGHT = [
    "albattani",
    "allen",
    "almeida",
    "archimedes",
    "ardinghelli",
    "aryabhata",
    "austin",
    "babbage",
    "banach",
    "bardeen",
    "bartik",
    "bell",
    "bhabha",
    "bhaskara",
    "blackwell",
    "bohr",
    "booth",
    "borg",
    "bose",
    "boyd",
    "brahmagupta",
    "brattain",
    "brown",
    "carson",
    "chandrasekhar",
    "colden",
    "cori",
    "cray",
    "curie",
    "darwin",
    "davinci",
    "dijkstra",
    "dubinsky",
    "easley",
    "einstein",
    "elion",
    "engelbart",
    "euclid",
    "fermat",
    "fermi",
    "feynman",
    "franklin",
    "galileo",
    "goldberg",
    "goldstine",
    "goodall",
    "hamilton",
    "hawking",
    "heisenberg",
    "hodgkin",
    "hoover",
    "hopper",
    "hypatia",
    "jang",
    "jennings",
    "jepsen",
    "joliot",
    "jones",
    "kalam",
    "kare",
    "keller",
    "khorana",
    "kilby",
    "kirch",
    "knuth",
    "kowalevski",
    "lalande",
    "lamarr",
    "leakey",
    "leavitt",
    "lichterman",
    "liskov",
    "lovelace",
    "lumiere",
    "mahavira",
    "mayer",
    "mccarthy",
    "mcclintock",
    "mclean",
    "mcnulty",
    "meitner",
    "meninsky",
    "mestorf",
]
SHORT = 12


class Ids:
    """Draws by owner, so that one more draw shifts no other."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def draw(self, kind: str, owner: str) -> str:
        """64 hex digits, drawn again while the first twelve are all decimal (pkg/stringid, generateID)."""
        while True:
            value = self._entropy.next(kind, owner)
            if not value[:SHORT].isdecimal():
                return value

    def veth(self, owner: str) -> str:
        """`veth` and seven hex digits (netutils.GenerateIfaceName)."""
        return "veth" + self._entropy.next("veth", owner)

    def mac(self, owner: str) -> str:
        """02:42 and four random octets (netutils.GenerateRandomMAC)."""
        return "02:42" + self._entropy.next("mac", owner)[5:]

    def container_name(self) -> str:
        """`adjective_surname`; `boring_wozniak` cannot come out of this part of the lists."""
        n = self._entropy.count("name", "container")
        raw = draw(self._entropy.seed, Draw("name", "container", n), 8)
        left, right = int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:], "little")
        return f"{LEFT[left % len(LEFT)]}_{RIGHT[right % len(RIGHT)]}"

    def created(self, network: str) -> str | None:
        """A declared instant of a network's making, RFC 3339."""
        return self._entropy.declared("created", network, self._entropy.count("created", network))
