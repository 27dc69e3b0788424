"""A real browser for tests: Chromium without a window, spoken to over two pipes, that reaches no network."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

CHROMIUM: Final = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"))), None
)
"""None where there is none; Debian's package is `chromium`."""

_PATIENCE: Final = 60.0  # seconds until an answer that does not come is called missing
_SWITCHES: Final = (
    *("--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync"),
    *("--disable-extensions", "--disable-domain-reliability", "--hide-scrollbars"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:1", "--proxy-bypass-list=<-loopback>"),
)
"""Whatever it asks for goes to a proxy that is not there; what a page asks for is seen all the same (`requests`)."""

_COMPLAINTS: Final = frozenset(
    {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening"}
)


class Page:
    """One page, and all that happened in it since it was opened: `happened` has the browser's events, oldest first."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._asked = 0
        self._unread = b""
        self._session: dict[str, str] = {}
        self.happened: list[dict[str, Any]] = []

    def begin(self) -> None:
        """An empty page whose events are told."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session = {"sessionId": session}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **words: Any) -> dict[str, Any]:
        """Have the browser do something, and wait for its answer."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": words, **self._session}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\0")
        self._process.stdin.flush()
        while (answer := self._next()).get("id") != self._asked:
            self.happened.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return dict(answer["result"])

    def open(self, path: Path) -> None:
        """Show a file, and wait until it is there."""
        self.happened.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(one["method"] == "Page.loadEventFired" for one in self.happened):
            self.happened.append(self._next())

    def see(self, expression: str) -> Any:
        """What an expression of JavaScript says of the page."""
        said = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def look_like(self, *, width: int, height: int = 900, dark: bool = False) -> None:
        """The size of its window, in CSS pixels, and whether its reader wants it dark."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        """The whole page as PNG, for whoever wants to look."""
        taken = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(taken["data"]))

    @property
    def requests(self) -> list[str]:
        """The addresses of all that it asked for."""
        sent = [one["params"] for one in self.happened if one["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]

    @property
    def complaints(self) -> list[str]:
        """What it wrote to its console, what it threw, what was blocked, and what it asked its reader."""
        return [json.dumps(one["params"]) for one in self.happened if one["method"] in _COMPLAINTS]

    def _next(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        while b"\0" not in self._unread:
            assert select.select([self._process.stdout], [], [], _PATIENCE)[0], "the browser says nothing"
            came = os.read(self._process.stdout.fileno(), 1 << 20)
            assert came, "the browser is gone"
            self._unread += came
        message, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def browser() -> Iterator[Page]:
    """A browser of its own, with a home of its own; it is gone after the block."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        switches = [*_SWITCHES, f"--user-data-dir={home}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        pipes = 'exec "$@" 3<&0 4>&1 0</dev/null 1>&2'  # where Chromium reads and writes
        process = subprocess.Popen(
            ["sh", "-c", pipes, "sh", CHROMIUM, *switches, "about:blank"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": home},
        )
        page = Page(process)
        try:
            page.begin()
            yield page
        finally:
            process.terminate()
            process.communicate(timeout=30)
