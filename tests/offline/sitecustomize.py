"""Python starts this by itself in every process of the test run: only loopback may be reached.

`tools/suites.py` puts this folder on PYTHONPATH, so the rule holds for kernels and servers that the tests start, too. A refused
address is written to the file named in COURSE_REFUSED, and the test run fails when that file is not empty.
"""
import ipaddress
import os
import socket
import sys
import traceback


def _is_loopback(host):
    if not isinstance(host, (str, bytes)) or not host:
        return True  # no host: any local address
    host = host.decode() if isinstance(host, bytes) else host
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback or host in ("0.0.0.0", "::")
    except ValueError:
        return host in ("localhost", "localhost.localdomain", socket.gethostname())


def _refuse(host):
    if path := os.environ.get("COURSE_REFUSED"):
        with open(path, "a", encoding="utf-8") as file:
            during = os.environ.get("PYTEST_CURRENT_TEST", "no test")
            file.write(f"{host} (process: {' '.join(sys.argv)[:120]}; during: {during})\n")
            for frame in traceback.extract_stack(limit=25)[:-2]:  # places only: a line of code may hold a secret
                file.write(f"  {frame.filename}:{frame.lineno} in {frame.name}\n")
    raise PermissionError(f"The tests reach loopback only, not {host}.")


def _guard(event, args):
    if event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple) and not _is_loopback(args[1][0]):
        _refuse(args[1][0])
    elif event == "socket.getaddrinfo" and not _is_loopback(args[0]) or event == "socket.gethostbyname" and not _is_loopback(args[0]):
        _refuse(args[0])


if os.environ.get("COURSE_OFFLINE") == "1":
    sys.addaudithook(_guard)
