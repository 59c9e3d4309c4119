"""The worker: delivers what is due and runs the periodic jobs, until it is told to stop."""

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

import structlog
from flask import Flask

from webapp import metering
from webapp.config import Settings
from webapp.extensions import business_now, db, settings
from webapp.kernel.clock import utcnow
from webapp.outbox.domain import wait_in_outage
from webapp.outbox.mailer import write
from webapp.outbox.round import Round
from webapp.outbox.senders import MailboxSender, Sender, Unreachable
from webapp.outbox.smtp import MailServer, SmtpSender

log = structlog.get_logger()

Job = Callable[[datetime], int]
# Does some work in an application context, and says whether there may be more at once.
Lane = Callable[[], bool]

_PAUSE = 1.0
_NO_PAUSE = 0.1
_BETWEEN_JOBS = 30.0
_BETWEEN_REMINDERS = 600.0


def run(app: Flask, *, stop: threading.Event | None = None, once: bool = False) -> None:
    """Work until `stop` is set, or until SIGTERM or SIGINT when no event is given.

    With `once` it delivers what is due now, runs the periodic jobs once, and returns. Periodic jobs
    are the functions in `app.extensions["jobs"]`: they get the present moment, open their own
    transactions, and return how many things they did; those in `app.extensions["business_jobs"]`
    get it by the clock of the business. The functions in `app.extensions["lanes"]`
    deliver what is no mail, each in a thread of its own, so that no slow receiver holds up mails;
    a lane with a method `close` is told when the work ends.
    No outage of the database or of the mail server ends the worker.
    """
    lanes: list[Lane] = app.extensions.get("lanes", [])
    with _stopping(stop) as stopped:
        worker = _Worker(app)
        threads = [] if once else _start(app, lanes, stopped)
        while not stopped.is_set():
            busy = worker.turn()
            if once:
                busy = sum(_turn(app, lane) for lane in lanes) > 0 or busy
                if not busy:
                    return
            stopped.wait(0 if busy else worker.pause)
        for thread in threads:
            thread.join()


def sender_for(chosen: Settings) -> Sender | None:
    """The way out that the settings name; None when mail has to wait until one is set.

    Without a mail server the demo and development use the mailbox page; production keeps mail.
    Raises `smtp.BadSmtpUrl`.
    """
    if chosen.smtp_url:
        return SmtpSender(
            MailServer.parse(chosen.smtp_url),
            sender=chosen.mail_from,
            host=_domain(chosen),
        )
    return None if chosen.env == "production" else MailboxSender(db.database)


def _start(app: Flask, lanes: list[Lane], stopped: threading.Event) -> list[threading.Thread]:
    def loop(lane: Lane) -> None:
        while not stopped.is_set():
            stopped.wait(_NO_PAUSE if _turn(app, lane) else _PAUSE)
        if close := getattr(lane, "close", None):
            close()

    threads = [threading.Thread(target=loop, args=(lane,), daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    return threads


def _turn(app: Flask, lane: Lane) -> bool:
    try:
        with app.app_context():
            return lane()
    except Exception as error:  # a lane outlives whatever went wrong in a turn
        log.error("worker.lane_failed", error=f"{type(error).__name__}: {error}")
        return False


class _Worker:
    """What a worker remembers between its turns: outages, and when the jobs ran."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._failures = 0
        self._closed_until = 0.0
        self._jobs_at = 0.0
        self._reminded_at = -_BETWEEN_REMINDERS
        self.pause = _PAUSE

    def turn(self) -> bool:
        """Do what is due; whether there may be more at once."""
        self.pause = _PAUSE
        metering.note_worker_turn()
        busy = False
        try:
            with self._app.app_context():
                self._run_jobs()
                busy = self._deliver()
                self._failures = 0 if busy else self._failures
        except Unreachable as error:
            self._note_outage("outbox.unreachable", error)
        except Exception as error:  # the worker outlives whatever went wrong in a turn
            self._note_outage("worker.failed", error)
        return busy

    def _deliver(self) -> bool:
        if time.monotonic() < self._closed_until:
            return False
        if not settings().sending:
            self._remind("outbox.switched_off", "Set COUNTERSIGN_SENDING=yes; messages wait.")
            return False
        sender = sender_for(settings())
        if sender is None:
            self._remind("outbox.no_mail_server", "Set COUNTERSIGN_SMTP_URL; mail waits.")
            return False
        round_ = Round(database=db.database, sender=sender, write=write, clock=business_now)
        return round_.run() > 0

    def _run_jobs(self) -> None:
        if time.monotonic() < self._jobs_at:
            return
        self._jobs_at = time.monotonic() + _BETWEEN_JOBS
        for clock, jobs in ((utcnow, "jobs"), (business_now, "business_jobs")):
            for job in self._app.extensions.get(jobs, []):
                _run_job(job, clock)

    def _note_outage(self, event: str, error: Exception) -> None:
        self._failures += 1
        wait = wait_in_outage(self._failures, random.random()).total_seconds()  # noqa: S311
        self._closed_until = time.monotonic() + wait
        log.error(event, error=f"{type(error).__name__}: {error}", again_in=round(wait, 1))

    def _remind(self, event: str, remedy: str) -> None:
        if time.monotonic() - self._reminded_at >= _BETWEEN_REMINDERS:
            self._reminded_at = time.monotonic()
            log.warning(event, remedy=remedy)


def _run_job(job: Job, clock: Callable[[], datetime]) -> None:
    name = getattr(job, "__name__", "job")
    try:
        if done := job(clock()):
            log.info("worker.job", job=name, done=done)
    except Exception as error:  # a job that fails runs again, and stops no other
        log.error("worker.job_failed", job=name, error=f"{type(error).__name__}: {error}")


@contextmanager
def _stopping(given: threading.Event | None) -> Iterator[threading.Event]:
    """The event that ends the work; our own one is set by SIGTERM and SIGINT."""
    if given is not None:
        yield given
        return
    event = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _domain(chosen: Settings) -> str:
    """The right side of message ids: the sender's domain stays the same when the desk moves."""
    address = chosen.mail_from.rpartition("<")[2].rstrip("> ")
    return address.rpartition("@")[2] or "localhost"
