"""What a process has loaded, left out of garbage collection while it makes much that is new."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loaded_set_aside() -> Iterator[None]:
    """What the process has loaded stays; the garbage collector would look through hundreds of thousands of objects
    again and again (0.2 s each time), and what is made meanwhile would wait for it. Not within itself: the inner one's
    end is the end of both.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
