"""Money: minor units of one currency. Unlike currencies are never added or compared (law 8)."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from webapp.kernel.currencies import CURRENCIES, MINOR_UNITS

_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?")
# Amounts are stored in 64-bit columns; the ceiling leaves room to add a few thousand of them.
MAX_MINOR = 10**15
# Past this many digits no amount is in range, and some are too long even to be rounded.
_MAX_DIGITS = 40


class UnlikeCurrencies(ArithmeticError):
    """Two amounts of different currencies met in one sum or comparison."""


class AmountOutOfRange(ValueError):
    """An amount is too large to be stored exactly."""


def is_currency(code: str) -> bool:
    """Whether this is an ISO 4217 code of a currency in use."""
    return code in CURRENCIES


def exponent(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD (ISO 4217)."""
    return MINOR_UNITS.get(currency, 2)


def parse_decimal(text: str) -> Decimal:
    """A plain decimal such as `12.5`; raises `ValueError` for exponents, NaN and long numbers."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a plain decimal number")
    return Decimal(text)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `minor` units (cents) of `currency` (ISO 4217)."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> "Money":
        """The amount rounded half up to the currency's minor unit (R13).

        Raises `ValueError` for a text that is no plain decimal, `AmountOutOfRange` past 10^15 minor
        units and for what is no number at all.
        """
        value = parse_decimal(amount) if isinstance(amount, str) else Decimal(amount)
        if not value.is_finite() or (value and value.adjusted() > _MAX_DIGITS):
            raise AmountOutOfRange(f"{value} {currency} is too large")
        with localcontext(prec=60):
            minor = int(
                value.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
            )
        if abs(minor) > MAX_MINOR:
            raise AmountOutOfRange(f"{value} {currency} is too large")
        return cls(minor, currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in this currency."""
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units with the currency's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._like(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._like(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._like(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._like(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._like(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._like(other)

    def __str__(self) -> str:
        return f"{self.amount:,f} {self.currency}"

    def __format__(self, spec: str) -> str:
        """`{x}` prints "1,480.00 EUR", `{x:bare}` leaves the currency out."""
        return f"{self.amount:,f}" if spec == "bare" else str(self)

    def _like(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise UnlikeCurrencies(f"{self.currency} and {other.currency}")
        return other.minor


def optional_money(minor: int | None, currency: str | None) -> Money | None:
    """The amount of two columns that are filled or empty together."""
    return None if minor is None or currency is None else Money(minor, currency)
