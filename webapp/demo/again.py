"""Taking a demo back to its first morning by copying a file: nothing of the desk is loaded for it.

The copy is bound beforehand to the address at which the desk is; where it is not, or is old, there
is more to do (`webapp.demo.stage`).
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from webapp.config import PREFIX
from webapp.demo.folder import Folder, began
from webapp.kernel.clock import utcnow

FOLDER = f"{PREFIX}DEMO_DIR"
# "Expires in five hours" is told from the moment at which the stage was set.
FRESH = timedelta(hours=12)


def folder_here() -> Folder:
    """The folder that `COUNTERSIGN_DEMO_DIR` names, or `.countersign-demo` here."""
    return Folder(Path(os.environ.get(FOLDER) or ".countersign-demo").absolute())


def reset_at_once(*, echo: Callable[[str], object]) -> bool:
    """Reset the demo of this folder while it runs, if a copy is enough; whether it was."""
    folder = folder_here()
    if not folder.database.exists():
        return False
    with folder.alone("") as address:
        if not address or not is_ready(folder, address):
            return False
        start = time.monotonic()
        copy_back(folder)
    say(start, echo=echo)
    return True


def say(start: float, *, echo: Callable[[str], object]) -> None:
    """Tell how long it took."""
    echo(f"The story begins afresh, after {time.monotonic() - start:.1f} seconds.")


def is_ready(folder: Folder, address: str) -> bool:
    """Whether the template is fresh, and bound to this address."""
    is_bound = folder.bound.exists() and folder.bound.read_text() == address
    return is_bound and not is_old(folder.template)


def copy_back(folder: Folder) -> None:
    """Put the template into a database in use; other connections see all of it or nothing."""
    with (
        closing(sqlite3.connect(folder.template)) as template,
        closing(sqlite3.connect(folder.database, timeout=10)) as desk,
    ):
        template.backup(desk)
    note_beginning(folder)


def note_beginning(folder: Folder) -> None:
    """The story begins now: the clock goes right, and the receiver has heard nothing."""
    for path in (folder.clock, folder.heard, folder.refusing):
        path.unlink(missing_ok=True)
    set_up = folder.template.stat()
    folder.stamp.touch()
    os.utime(folder.stamp, ns=(set_up.st_atime_ns, set_up.st_mtime_ns))


def is_old(path: Path) -> bool:
    """Whether the story that this file stands for began too long ago to be believed."""
    return not path.exists() or utcnow() - began(path) > FRESH
