"""A private Docker daemon on a live host, and the images that experiments run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from netmodel.errors import UnsupportedError

if TYPE_CHECKING:
    from netmodel.live.host import LiveHost

# Everything lies under /run, which is the live host's own tmpfs, and at the paths where docker looks by itself.
START = """
[ -e /run/docker.pid ] && kill -0 "$(cat /run/docker.pid)" 2>/dev/null && exit 0
mkdir -p /run/docker-data
setsid dockerd --data-root /run/docker-data --storage-driver vfs >>/run/dockerd.log 2>&1 </dev/null &
for _ in $(seq 400); do docker version >/dev/null 2>&1 && exit 0; sleep 0.05; done
tail -5 /run/dockerd.log >&2; exit 1
"""
STOP = """
[ -e /run/docker.pid ] || exit 0
pid=$(cat /run/docker.pid); kill "$pid"
for _ in $(seq 600); do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.05; done
exit 1
"""
ROOT = """
root=$(mktemp -d /run/image.XXXXXX)
mkdir -p "$root"/bin "$root"/etc "$root"/root "$root"/tmp "$root"/proc "$root"/sys "$root"/dev
"""
BUSYBOX = (
    ROOT
    + """
cp "$(command -v busybox)" "$root/bin/busybox"
"$root/bin/busybox" --list | while read -r a; do [ "$a" = busybox ] || ln -sf busybox "$root/bin/$a"; done
printf 'root:x:0:0:root:/root:/bin/sh\\n' >"$root/etc/passwd"
tar -C "$root" -c . | docker import -c 'CMD ["sh"]' - busybox:latest >/dev/null
rm -rf "$root"
"""
)
# Debian's binary with its libraries, set up as the official image is: errors at level warn on stderr, in the
# foreground.
NGINX = (
    ROOT
    + """
copy() { mkdir -p "$root$(dirname "$1")"; cp -L "$1" "$root$1"; }
copy "$(command -v nginx)"
ldd "$(command -v nginx)" | grep -o '/[^ ]*' | while read -r library; do copy "$library"; done
mkdir -p "$root"/var/log/nginx "$root"/var/lib/nginx "$root"/run "$root"/etc/nginx "$root"/usr/share/nginx
printf 'root:x:0:0:root:/root:/bin/sh\\nwww-data:x:33:33::/:/bin/sh\\n' >"$root/etc/passwd"
printf 'root:x:0:\\nwww-data:x:33:\\n' >"$root/etc/group"
ln -s /dev/stderr "$root/var/log/nginx/error.log"
cat >"$root/etc/nginx/nginx.conf" <<'END'
user www-data;
worker_processes 1;
error_log /var/log/nginx/error.log warn;
pid /run/nginx.pid;
events { worker_connections 1024; }
http { access_log off; server { listen 80; root /usr/share/nginx; } }
END
tar -C "$root" -c . | docker import -c 'CMD ["nginx", "-g", "daemon off;"]' - nginx:latest >/dev/null
rm -rf "$root"
"""
)
IMAGES = {"busybox": BUSYBOX, "nginx": NGINX}


class Daemon:
    """The daemon of one live host: started by the first docker command, given each image when it is first named."""

    def __init__(self, host: LiveHost) -> None:
        self._host = host
        self._has_run = False
        self._images: set[str] = set()

    def prepare(self, words: str) -> None:
        """Have ready what a docker command needs. Raises `UnsupportedError` if the daemon or an image cannot be had
        here."""
        if not self._has_run:
            self._script("dockerd", START)
            self._has_run = True
        for image, script in IMAGES.items():
            if image not in self._images and re.search(rf"\b{image}\b", words):
                self._script(f"image {image}", "set -e\n" + script)
                self._images.add(image)

    def command(self, words: Sequence[str]) -> list[str]:
        """`dockerd start`, `stop` or `restart` as a command to run."""
        scripts = {"start": START, "stop": STOP, "restart": f"( {STOP} ) && {START}"}
        if len(words) != 1 or words[0] not in scripts:
            raise UnsupportedError(f"dockerd {' '.join(words)}".strip())
        self._has_run = True
        return ["sh", "-c", scripts[words[0]]]

    def _script(self, what: str, script: str) -> None:
        done = self._host.shell(script)
        if done.returncode:
            raise UnsupportedError(f"{what} on this live host ({done.stderr.strip() or done.returncode})")
