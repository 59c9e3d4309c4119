"""Foreign scanners let loose on a desk of our own: `make scan`."""
