"""The text of a file, whatever program wrote it."""

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, sentence

MAX_BYTES = 1_000_000


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1252.

    Raises `Invalid`: `file_too_large`, `not_text` for workbooks and other binary files.
    """
    if len(data) > MAX_BYTES:
        raise Invalid(
            sentence(N_("The file is larger than one megabyte. Split it into several carts.")),
            code="file_too_large",
        )
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _not_text(
            N_("This is a workbook, not a CSV file. Save it as “CSV UTF-8” and choose that file.")
        )
    encoding = _encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise _not_text(
            N_("The file cannot be read as text. Save it as “CSV UTF-8” and try again.")
        ) from None


def _not_text(text: str) -> Invalid:
    return Invalid(sentence(text), code="not_text")


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Programs that leave the mark out still write a NUL beside every Latin letter.
    if data[1:400:2].count(0) > len(data[1:400:2]) // 2:
        return "utf-16-le"
    if data[0:400:2].count(0) > len(data[0:400:2]) // 2:
        return "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
