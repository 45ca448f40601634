"""A call that can be interrupted."""

from __future__ import annotations

import queue
import threading
from typing import Any, Callable

from ._library import Cancelled, Handle, call

ProgressFunction = Callable[[float], Any]


class Job:
    """A call of the library.

    Python raises KeyboardInterrupt in the main thread only, and between two of its own instructions: what the library calls
    would swallow it. So the main thread waits, and tells how far it is, while the call has a thread of its own.
    """

    def __init__(self, progress: ProgressFunction | None) -> None:
        self._progress = progress
        self._events: queue.SimpleQueue[float | None] = queue.SimpleQueue()
        self._stops = False
        self._result: Handle | None = None
        self._error: BaseException | None = None

    def tell(self, fraction: float, _: Any) -> int:
        """What the library calls; anything but 0 ends it."""
        self._events.put(fraction)
        return int(self._stops)

    def run(self, name: str, kind: str, *arguments: Any) -> Handle:
        """Calls a function of the library that gives a handle of some kind.

        Raises: what the function, the progress function or Ctrl-C raises.
        """
        thread = threading.Thread(target=self._call, args=(name, kind, arguments), name=f"divisi.{name}")
        thread.start()
        try:
            while (fraction := self._events.get()) is not None:
                if self._progress is not None and self._progress(fraction) is False:
                    raise Cancelled("cancelled")
        except BaseException:
            self._stops = True
            thread.join()
            raise
        thread.join()
        if self._result is None:
            raise self._error or Cancelled("cancelled")
        return self._result

    def _call(self, name: str, kind: str, arguments: tuple[Any, ...]) -> None:
        try:
            self._result = Handle(call(name, *arguments), kind)
        except BaseException as error:
            self._error = error
        finally:
            self._events.put(None)
