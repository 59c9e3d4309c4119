"""Lines out of pasted text and files."""
