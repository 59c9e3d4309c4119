"""What happens when something dies: minutes of breaking on purpose, run by `make test-faults`."""
