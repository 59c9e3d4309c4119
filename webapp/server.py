"""Serving the desk: web processes, and one beside them for mail and expiry."""

import gc
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from webapp import logs
from webapp.config import FIGURES_FOLDER, Settings, to_environ

if TYPE_CHECKING:
    from flask import Flask
    from granian.server.common import AbstractServer

_GRACE = 10
# Of one web process. Browsers keep theirs open, so these are people, not requests at work: whoever
# comes when all are taken waits until somebody leaves.
_CONNECTIONS = 4096
_OTHER_FILES = 256
_PARENT_EVERY = 2.0


@cache
def application() -> "Flask":
    """The WSGI application of this process, set up from the environment.

    Processes that are forked when it is there have it, and its memory, in common.
    """
    from webapp.app import create_app

    settings = Settings.from_environ()
    logs.configure(settings.log_level, json=settings.env == "production")
    app = create_app(settings)
    # Whoever may keep no files compiles the templates at every start.
    with suppress(OSError, RuntimeError):
        app.jinja_env.bytecode_cache = _Compiled(pattern=f"countersign-{version('countersign')}-%s")
    return app


def waiting_application() -> "Flask":
    """The same where the server has a thread for each open page that waits for news."""
    from webapp.extensions import settings_of
    from webapp.live.views import let_wait

    app = application()
    _at_signal(let_wait(app, settings_of(app).waiting))
    return app


def serve(settings: Settings, *, host: str, port: int, with_worker: bool = True) -> None:
    """Serve until a signal says stop; the processes are set up from `settings`."""
    os.environ.update(to_environ(settings))
    with _figures():
        _load()
        worker = _start_worker() if with_worker else None
        try:
            make_server(settings, host=host, port=port).serve()
        finally:
            if worker is not None:
                _stop(worker)


def work() -> None:
    """Deliver messages and let requests expire until a signal says stop."""
    from webapp.outbox import worker

    worker.run(application())


def make_server(
    settings: Settings,
    *,
    host: str,
    port: int,
    target: str = "webapp.server:waiting_application",
) -> "AbstractServer[Any]":
    """The server of the desk, or of another application that is to be served like it."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    return Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.workers,
        blocking_threads=settings.threads + settings.waiting,
        backpressure=_connections(settings),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE,
        log_level=LogLevels.error,
    )


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, in a temporary folder that only this user of the system may enter.

    They are named by release and file, and taken as long as the file says the same: the first
    page after a start, and of every further process, need not wait until they are compiled.
    """

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one for others, where there is room for it."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@contextmanager
def _figures() -> Iterator[None]:
    """A folder in which the figures of all processes come together, unless one is named already."""
    if FIGURES_FOLDER in os.environ:
        yield
        return
    os.environ[FIGURES_FOLDER] = folder = tempfile.mkdtemp(prefix="countersign-figures-")
    try:
        yield
    finally:
        del os.environ[FIGURES_FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


def _load() -> None:
    """Get ready before the processes part, as far as they may have it in common.

    Only where the system forks; elsewhere each of them does it for itself.
    """
    if multiprocessing.get_start_method() == "fork":
        # Nearly all that an import makes stays, so that searching it for garbage only takes time.
        gc.disable()
        from sqlalchemy.orm import configure_mappers

        from webapp.extensions import db

        app = application()
        configure_mappers()
        # A connection that is open by now would be used by several processes at the same time.
        db.of(app).bind.engine.dispose()
        # What is here already is not searched either, which would copy it page by page.
        gc.collect()
        gc.freeze()
        gc.enable()


def _at_signal(act: Callable[[], None]) -> None:
    """Act at the first signal to stop; the server, whose handler it is, waits for open answers."""
    hears, says = socket.socketpair()
    says.setblocking(False)
    signal.set_wakeup_fd(says.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        # Both ends stay open as long as this waits.
        hears.recv(1)
        act()
        says.fileno()

    Thread(target=listen, name="stop", daemon=True).start()


def _connections(settings: Settings) -> int:
    """How many connections a web process takes; raises its limit of open files where it can."""
    least = settings.threads * 16
    if sys.platform == "win32":
        return least
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(least, allowed - _OTHER_FILES)


def _start_worker() -> BaseProcess:
    process = multiprocessing.Process(
        target=_work_for, args=(os.getpid(),), name="countersign-worker", daemon=True
    )
    process.start()
    return process


def _work_for(parent: int) -> None:
    """Work as long as the process that serves is there, even if it was killed."""
    Thread(target=_leave_with, args=(parent,), daemon=True).start()
    try:
        work()
    except KeyboardInterrupt:
        sys.exit(0)


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(process: BaseProcess) -> None:
    process.terminate()
    process.join(_GRACE)
    if process.is_alive():
        process.kill()
