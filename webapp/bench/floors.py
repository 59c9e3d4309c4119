"""What the desk is measured against: the same bytes without a database, a session or a decision.

    python -m webapp.bench.floors PORT MATERIAL

`MATERIAL` is a file of JSON: pages as skeletons, lists as they are answered.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template
from flask.typing import ResponseReturnValue
from jinja2 import DictLoader, StrictUndefined

from webapp import server
from webapp.config import Settings

_MATERIAL = "BENCH_MATERIAL"


def application() -> Flask:
    """The WSGI application of the floors, set up like the desk's own."""
    material: dict[str, Any] = json.loads(Path(os.environ[_MATERIAL]).read_text("utf-8"))
    app = Flask("webapp.bench.floors", static_folder=None)
    pages = {f"{name}.html": page for name, page in material["pages"].items()}
    app.jinja_env.loader = DictLoader({name: page["template"] for name, page in pages.items()})
    app.jinja_env.undefined = StrictUndefined
    app.json.sort_keys = False  # type: ignore[attr-defined]
    rows = {
        name: {key: [tuple(one) for one in values] for key, values in page["rows"].items()}
        for name, page in pages.items()
    }

    @app.get("/pages/<name>")
    def show(name: str) -> str:
        return render_template(f"{name}.html", **rows[f"{name}.html"])

    @app.get("/lists/<name>")
    def listed(name: str) -> Response:
        return jsonify(material["lists"][name])

    @app.get("/healthz")
    def hello() -> ResponseReturnValue:
        return "hello", {"Content-Type": "text/plain"}

    return app


def main(port: str, material: str) -> None:
    """Serve them on the server of the desk, with its settings, until a signal says stop."""
    os.environ[_MATERIAL] = material
    server.make_server(
        Settings.from_environ(), host="127.0.0.1", port=int(port),
        target="webapp.bench.floors:application",
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:3])
