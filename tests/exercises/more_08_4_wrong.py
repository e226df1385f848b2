"""More answers to exercise 08.4: mistakes people make."""

CASES = {
    "08.4": {
        "right": {},
        "wrong": {
            "except Exception": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            sleep(5)
            ep.fetch()
        yield ep
    except Exception:
        ep.pause()
        raise
    else:
        ep.pause()
""", "pauses-only-on-success"),
            "busy": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "asks-without-pause"),
            "sleep 1": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            sleep(1)
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "wrong-pause"),
            "time.sleep": ("""
import time
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            time.sleep(5)
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "really-sleeps"),
            "yields none": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    try:
        yield
    finally:
        ep.pause()
""", "yields-nothing"),
            "plain": ("""
def wait_ready(ep, *, timeout, sleep, clock):
    while ep.status != "running":
        sleep(5)
        ep.fetch()
    return ep
""", "no-context-manager"),
            "no decorator": ("""
def wait_ready(ep, *, timeout, sleep, clock):
    try:
        yield ep
    finally:
        ep.pause()
""", "no-context-manager"),
            "swallow": ("""
class wait_ready:
    def __init__(self, ep, *, timeout, sleep, clock):
        self.ep, self.timeout, self.sleep, self.clock = (ep, timeout, sleep, clock)

    def __enter__(self):
        try:
            t0 = self.clock()
            if self.ep.status == "paused":
                self.ep.resume()
            while self.ep.status not in ("running", "scaledToZero"):
                if "ailed" in self.ep.status:
                    raise RuntimeError(self.ep.status)
                if self.clock() - t0 > self.timeout:
                    raise TimeoutError
                self.sleep(5)
                self.ep.fetch()
            return self.ep
        except BaseException:
            self.ep.pause()
            raise

    def __exit__(self, *a):
        self.ep.pause()
        return True
""", "hides-errors"),
            "failed at first": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status in ("paused", "failed"):
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            if clock() - t0 > timeout:
                raise TimeoutError
            sleep(5)
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "waits-on-failure"),
            "timeout as runtime": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed") or clock() - t0 > timeout:
                raise RuntimeError
            sleep(5)
            ep.fetch()
        yield ep
    finally:
        ep.pause()
""", "no-timeout"),
            "count turns": ("""
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    try:
        if ep.status == "paused":
            ep.resume()
        for _ in range(timeout):
            if ep.status in ("running", "scaledToZero"):
                break
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError
            sleep(5)
            ep.fetch()
        else:
            raise TimeoutError
        yield ep
    finally:
        ep.pause()
""", "timeout-not-kept"),
        },
    },
}
