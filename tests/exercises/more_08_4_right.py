"""More answers to exercise 08.4: unusual ways to be right."""

CASES = {
    "08.4": {
        "right": {
            "class again": """
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
""",
            "ask first": """
from contextlib import contextmanager


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    t0 = clock()
    try:
        if ep.status == "paused":
            ep.resume()
        while True:
            ep.fetch()
            if ep.status in {"running", "scaledToZero"}:
                break
            if ep.status in {"failed", "updateFailed"}:
                raise RuntimeError
            if clock() - t0 >= timeout:
                raise TimeoutError
            sleep(5)
        yield ep
    finally:
        ep.pause()
""",
            "exitstack": """
from contextlib import contextmanager, ExitStack


@contextmanager
def wait_ready(ep, *, timeout, sleep, clock):
    with ExitStack() as st:
        st.callback(ep.pause)
        end = clock() + timeout
        if ep.status == "paused":
            ep.resume()
        while ep.status not in ("running", "scaledToZero"):
            if ep.status in ("failed", "updateFailed"):
                raise RuntimeError(ep.status)
            if clock() > end:
                raise TimeoutError
            sleep(5)
            ep = ep.fetch()
        yield ep
""",
        },
        "wrong": {},
    },
}
