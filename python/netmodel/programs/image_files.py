"""The files that images bring, as far as programs here read them."""

from __future__ import annotations

from collections.abc import Mapping

PASSWD = {"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"}
NGINX = {
    "/etc/nginx/nginx.conf": (
        "user  nginx;\nworker_processes  1;\n\nerror_log  /var/log/nginx/error.log warn;\n"
        "pid        /var/run/nginx.pid;\n\n\nevents {\n    worker_connections  1024;\n}\n\n\n"
        "http {\n    include       /etc/nginx/mime.types;\n    default_type  application/octet-stream;\n\n"
        "    sendfile        on;\n    keepalive_timeout  65;\n\n    include /etc/nginx/conf.d/*.conf;\n}\n"
    ),
    "/etc/nginx/mime.types": "\ntypes {\n    text/html                             html htm shtml;\n}\n",
    "/etc/nginx/conf.d/default.conf": (
        "server {\n    listen       80;\n    server_name  localhost;\n\n    location / {\n"
        "        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n"
    ),
}
FILES: Mapping[str, Mapping[str, str]] = {"busybox": PASSWD, "nginx": NGINX}


def base_name(image: str) -> str:
    """An image's name without registry, repository path, tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def files_of(image: str) -> Mapping[str, str]:
    """The files of an image by path."""
    return FILES.get(base_name(image), {})
