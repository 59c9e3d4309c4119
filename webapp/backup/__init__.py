"""Copies of a whole desk in one file, made while people work, and brought back."""
