"""What glibc's strerror says of each errno that a model's kernel gives, so that no machine's C library is asked."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "EPERM": "Operation not permitted",
    "ENOENT": "No such file or directory",
    "ESRCH": "No such process",
    "E2BIG": "Argument list too long",
    "EAGAIN": "Resource temporarily unavailable",
    "ENOMEM": "Cannot allocate memory",
    "EACCES": "Permission denied",
    "EBUSY": "Device or resource busy",
    "EEXIST": "File exists",
    "ENODEV": "No such device",
    "EINVAL": "Invalid argument",
    "EMFILE": "Too many open files",
    "ENOSPC": "No space left on device",
    "EPIPE": "Broken pipe",
    "ERANGE": "Numerical result out of range",
    "ELOOP": "Too many levels of symbolic links",
    "EMSGSIZE": "Message too long",
    "EPROTONOSUPPORT": "Protocol not supported",
    "EOPNOTSUPP": "Operation not supported",
    "EAFNOSUPPORT": "Address family not supported by protocol",
    "EADDRINUSE": "Address already in use",
    "EADDRNOTAVAIL": "Cannot assign requested address",
    "ENETDOWN": "Network is down",
    "ENETUNREACH": "Network is unreachable",
    "ECONNRESET": "Connection reset by peer",
    "ENOBUFS": "No buffer space available",
    "EISCONN": "Transport endpoint is already connected",
    "ENOTCONN": "Transport endpoint is not connected",
    "ETIMEDOUT": "Connection timed out",
    "ECONNREFUSED": "Connection refused",
    "EHOSTUNREACH": "No route to host",
    "EALREADY": "Operation already in progress",
    "EINPROGRESS": "Operation now in progress",
}
