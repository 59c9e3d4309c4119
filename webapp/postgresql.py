"""How PostgreSQL is asked: together with what needs no answer, and with a plan of its own."""

from contextlib import ExitStack, suppress
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Connection, Engine, event


def send_together(engine: Engine, option: str) -> None:
    """Let a statement with this option go to PostgreSQL with the next one, or with COMMIT.

    What refuses it shows where the next one is executed.
    """
    sender = _Sender(option)
    event.listen(engine, "do_execute", sender.send)
    event.listen(engine, "do_executemany", sender.settle)
    event.listen(engine, "commit", sender.commit)
    event.listen(engine, "rollback", sender.give_up)


def plan_anew(engine: Engine, option: str) -> None:
    """Let PostgreSQL plan a statement with this option for its own values, each time it is sent.

    Others are kept by the driver, and after ten times planned for any values.
    """

    def execute(cursor: Any, statement: Any, parameters: Any, context: Any) -> bool:
        is_wanted = context.execution_options.get(option, False)
        if not is_wanted or isinstance(cursor, psycopg.ServerCursor):
            return False
        cursor.execute(statement, parameters, prepare=False)
        return True

    event.listen(engine, "do_execute", execute)


class _Sender:
    """Knows for each connection what waits for the answers to what is on its way."""

    def __init__(self, option: str) -> None:
        self._option = option
        self._waiting: WeakKeyDictionary[Any, ExitStack] = WeakKeyDictionary()

    def send(self, cursor: Any, statement: Any, parameters: Any, context: Any) -> bool:
        """Whether the statement was sent; else it takes a round trip of its own, as usual."""
        # What a savepoint is to undo must be refused before its end.
        is_inside = context.root_connection.in_nested_transaction()
        goes_along = not is_inside and context.execution_options.get(self._option, False)
        if isinstance(cursor, psycopg.ServerCursor):
            return self.settle(cursor)
        waiting = self._waiting.pop(cursor.connection, None)
        if not (waiting or goes_along):
            return False
        with waiting or _pipeline(cursor.connection) as answers:
            cursor.execute(statement, parameters)
            if goes_along:
                self._waiting[cursor.connection] = answers.pop_all()
        return True

    def settle(self, cursor: Any, *_: Any) -> bool:
        """Wait for what is on its way, before something that goes alone."""
        waiting = self._waiting.pop(cursor.connection, None)
        if waiting:
            waiting.close()
        return False

    def commit(self, connection: Connection) -> None:
        """Let COMMIT go along as well; the driver finds nothing left to commit."""
        if connection.connection.dbapi_connection in self._waiting:
            connection.exec_driver_sql("COMMIT")

    def give_up(self, connection: Connection) -> None:
        """Wait before everything is undone, whatever was refused."""
        if connection.closed or connection.invalidated:
            return
        waiting = self._waiting.pop(connection.connection.dbapi_connection, None)
        if waiting:
            with suppress(psycopg.Error):
                waiting.close()


def _pipeline(connection: Any) -> ExitStack:
    stack = ExitStack()
    stack.enter_context(connection.pipeline())
    return stack
