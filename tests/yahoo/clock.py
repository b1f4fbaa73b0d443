"""Time that passes only when somebody waits, so that no test does."""

import threading

from firmsim.prices.sources.yahoo.clock import Stopped


class FakeClock:
    """Counts the seconds that were waited for; `slept` lists them."""

    def __init__(self):
        self.slept, self.time, self.stopped = [], 0.0, False
        self.lock = threading.Lock()

    def now(self):
        return self.time

    def sleep(self, seconds):
        if self.stopped:
            raise Stopped
        with self.lock:
            self.time += seconds
            if seconds > 0:
                self.slept.append(seconds)

    def stop(self):
        self.stopped = True
