"""The first process of a live host: makes the machine inside its own namespaces, then starts commands there.

`host.LiveHost` runs `main` under `unshare`, in new network, mount and PID namespaces, with a socket to itself. A
request is one JSON object in one message: `{"start": argv, "id": …, "netns": …, "tty": …, "env": …}` with the
descriptors that the command gets as stdin, stdout and stderr, or `{"signal": …, "id": …}`. One message says that the
machine is made, `{}`; one that a command has ended: `{"id": …, "code": …}`. When the socket closes, in whatever way,
this process ends, and as it is process 1 of its PID namespace all that ran there ends with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
from collections.abc import Sequence
from typing import Any

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI = 0x1002
FRAME = 65536
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

# Private mounts first: nothing below touches the machine's own. Sysctls that a new network namespace takes over from
# the
# first one (net/ipv4/devinet.c, devinet_init_net) are set to the kernel's defaults.
MAKE = """
hostname debian
mount --make-rprivate /
mount -t tmpfs none /run
mkdir -p /run/netns /run/lock
mount -t sysfs none /sys
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null || true
sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
for all in all default; do
  sysctl -qw net.ipv4.conf.$all.rp_filter=0 net.ipv4.conf.$all.arp_ignore=0 net.ipv4.conf.$all.arp_announce=0
  sysctl -qw net.ipv4.conf.$all.accept_redirects=1 net.ipv4.conf.$all.send_redirects=1 net.ipv6.conf.$all.disable_ipv6=0
done
"""
UPLINK = """
ip link set lo up
ip link set eth0 address 00:1c:42:00:00:03
ip addr add 192.168.65.3/24 brd 192.168.65.255 dev eth0
ip link set eth0 carrier off
ip link set eth0 up
ip link set eth0 carrier on
ip route add default via 192.168.65.1
"""
OUTSIDE = """
ip link set lo up
ip link set eth0 address 00:1c:42:00:00:01
ip addr add 192.168.65.1/24 dev eth0
ip link set eth0 up
"""


def shell(script: str) -> None:
    """Run a script of the machine's making; the machine is of no use if it fails."""
    subprocess.run(["/bin/sh", "-euc", script], check=True, env={"PATH": PATH})


def tap() -> int:
    """A tap called eth0 in this process's network namespace: a device with a cable, while the descriptor is open."""
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", b"eth0", IFF_TAP_NO_PI))
    return fd


def plug_in() -> None:
    """Give the machine an eth0, and start the process that is the cable to the host outside.

    A tap and not a veth: its link has no peer, so it takes no netns id and shows none.
    """
    inner = tap()
    ready, told = os.pipe()
    if os.fork() == 0:
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
            os._exit(1)
        outer = tap()
        shell(OUTSIDE)
        os.write(told, b"1")
        carry(inner, outer)
    os.close(told)
    if os.read(ready, 1) != b"1":
        raise SystemExit("the host outside could not be made")
    os.close(ready)
    shell(UPLINK)


def carry(inner: int, outer: int) -> None:
    """Carry frames between two taps for ever."""
    other = {inner: outer, outer: inner}
    while True:
        for fd in select.select(list(other), [], [])[0]:
            with contextlib.suppress(OSError):  # EIO while a device is down
                os.write(other[fd], os.read(fd, FRAME))


class Server:
    """Starts commands and says when they end."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.running: dict[int, subprocess.Popen[bytes]] = {}
        self.sending = threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        with self.sending, contextlib.suppress(OSError):
            self.control.send(json.dumps(message).encode())

    def serve(self) -> None:
        """Until the other end closes."""
        while True:
            data, fds, _, _ = socket.recv_fds(self.control, FRAME, 3)
            if not data:
                return
            request = json.loads(data)
            if "start" in request:
                self.start(request, fds)
            elif request["id"] in self.running:
                self.signal(self.running[request["id"]], request["signal"])
            for fd in fds:
                os.close(fd)

    def start(self, request: dict[str, Any], fds: Sequence[int]) -> None:
        argv = request["start"]
        if request["netns"] is not None:
            argv = ["ip", "netns", "exec", request["netns"], *argv]
        tty = request["tty"]

        def as_a_shell_starts_it() -> None:
            for sig in (signal.SIGINT, signal.SIGQUIT):  # ignored if this host was started in the background
                signal.signal(sig, signal.SIG_DFL)
            if tty:
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        try:
            process = subprocess.Popen(
                argv,
                stdin=fds[0],
                stdout=fds[1],
                stderr=fds[2],
                env=request["env"],
                start_new_session=True,
                preexec_fn=as_a_shell_starts_it,
                cwd="/",
            )
        except OSError as error:
            os.write(fds[2], f"sh: {argv[0]}: {'not found' if error.errno == 2 else error.strerror}\n".encode())
            self.send({"id": request["id"], "code": 127 if error.errno == 2 else 126})
            return
        self.running[request["id"]] = process
        threading.Thread(target=self.await_end, args=(request["id"], process), daemon=True).start()

    def await_end(self, number: int, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        self.send({"id": number, "code": code if code >= 0 else 128 - code})

    def signal(self, process: subprocess.Popen[bytes], number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def main(control_fd: int, on: str) -> None:
    """Make the machine, then be its first process: a child serves, this one reaps whoever is left without a parent."""
    control = socket.socket(fileno=control_fd)
    os.setsid()  # ^C at the user's terminal is not for this machine
    shell(MAKE)
    if on == "machine":
        plug_in()
    server = os.fork()
    if server == 0:
        control.send(b"{}")
        Server(control).serve()
        os._exit(0)
    control.close()
    while os.wait()[0] != server:
        pass
