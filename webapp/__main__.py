"""`python -m webapp` is `countersign`."""

from webapp.cli import main

main()
