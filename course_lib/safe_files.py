"""Files that stay whole: one writer at a time, and at any moment either the old text or the new one."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOCK_SECONDS = 5.0


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, which is made if need be. The system lets go of it even if this process dies.

    Raises
    ------
    OSError
        If the lock cannot be made, or (as TimeoutError) if somebody else holds it for too long.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _try_lock(lock.fileno()):
            if time.monotonic() > deadline:
                raise TimeoutError("another notebook has held the file for too long")
            time.sleep(0.02)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                _unlock(lock.fileno())


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # a file system without locks; each write is still whole
    return True


def _unlock(handle: int) -> None:
    if sys.platform == "win32":
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_UN)


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace a file's content at one stroke; if that fails, the old file is as it was."""
    # Not tempfile: its files are for their owner's eyes only, and a notebook is for a whole class.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        binary = isinstance(content, bytes)
        with open(unfinished, "wb" if binary else "w", encoding=None if binary else "utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def _replace(unfinished: Path, path: Path) -> None:
    for _ in range(10):
        try:
            os.replace(unfinished, path)
            return
        except PermissionError:  # Windows, while somebody reads the file: a matter of milliseconds
            time.sleep(0.02)
    os.replace(unfinished, path)


def set_aside(path: Path, why: str) -> Path:
    """Rename a file to the first free name ``stem.why-N.suffix``; nothing is ever deleted."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.{why}-{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
    return aside
