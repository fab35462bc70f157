"""File trees: layers of one container's or machine's files."""

from __future__ import annotations

from netmodel.filetree import FileTree, normal


def test_paths_are_made_normal() -> None:
    assert [normal(path) for path in ("etc/hosts", "//etc/../etc/./hosts", "/", "..")] == [
        "/etc/hosts",
        "/etc/hosts",
        "/",
        "/",
    ]


def test_what_is_written_hides_the_image() -> None:
    tree = FileTree({"/etc/passwd": "root\n", "/etc/motd": "hi\n"})
    tree.write("/etc/passwd", "me\n")
    tree.remove("/etc/motd")
    assert (tree.read("/etc/passwd"), tree.read("/etc/motd")) == ("me\n", None)
    assert tree.paths() == ["/etc/passwd"]


def test_a_mount_is_shared_with_who_mounted_it() -> None:
    mounted = {"/etc/hosts": "a\n"}
    tree = FileTree({"/etc/hosts": "image\n"})
    tree.mounts = mounted
    tree.write("/etc/hosts", "b\n")
    assert mounted == {"/etc/hosts": "b\n"}
    mounted["/etc/hosts"] = "c\n"
    assert tree.read("/etc/hosts") == "c\n"


def test_a_directory_is_there_with_what_is_in_it() -> None:
    tree = FileTree(directories=frozenset(("/tmp",)))
    tree.write("/var/log/x", "")
    assert [tree.is_directory(path) for path in ("/tmp", "/var", "/var/log", "/var/log/x", "/etc")] == [
        True,
        True,
        True,
        False,
        False,
    ]
