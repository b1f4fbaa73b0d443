"""A headless Chromium, driven over WebDriver with the standard library; not a test itself."""

import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
CHROMEDRIVER = shutil.which("chromedriver")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks the driver on this machine, whatever proxy the environment names."""


class Browser:
    """One tab; closes with the `with` block."""

    def __init__(self, profile):
        self.driver = subprocess.Popen(
            [CHROMEDRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            self.session = f"http://127.0.0.1:{self._port()}"
            chrome = {"binary": CHROMIUM, "args": [*OPTIONS, f"--user-data-dir={profile}"]}
            wanted = {"goog:chromeOptions": chrome, "goog:loggingPrefs": {"browser": "ALL"}}
            made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self.session += f"/session/{made['sessionId']}"
        except BaseException:
            self.driver.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.kill()
            self.driver.wait()

    def _port(self):
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                return found[1]
        message = "chromedriver did not start"
        raise RuntimeError(message)

    def _call(self, method, path, body=None):
        request = urllib.request.Request(
            self.session + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with LOCAL.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from error

    def devtools(self, command, **params):
        """Run a command of the DevTools protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def run(self, script, *args):
        """Value that the body of a function returns in the page."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def open(self, path, width=1300, height=900):
        """Open a page and forget what the last one wrote to the console."""
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.messages()
        self._call("POST", "/url", {"url": path.resolve().as_uri()})

    def messages(self):
        """What the page wrote to the console since the last call, errors among it."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def wait(self, script, *args, seconds=20):
        """Wait until the body of a function returns something true in the page."""
        until = time.monotonic() + seconds
        while not (value := self.run(script, *args)):
            if time.monotonic() > until:
                message = f"waited {seconds} s in vain for: {script}"
                raise TimeoutError(message)
            time.sleep(0.1)
        return value

    def dark(self, on):
        """Ask for pages in dark or in light colours."""
        value = "dark" if on else "light"
        features = [{"name": "prefers-color-scheme", "value": value}]
        self.devtools("Emulation.setEmulatedMedia", features=features)

    def click(self, x, y):
        """Click at a place of the window, with the mouse."""
        mouse = {"x": x, "y": y, "button": "left", "clickCount": 1}
        self.devtools("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        time.sleep(0.3)  # figures look for what is under the pointer at intervals
        self.devtools("Input.dispatchMouseEvent", type="mousePressed", **mouse)
        self.devtools("Input.dispatchMouseEvent", type="mouseReleased", **mouse)
