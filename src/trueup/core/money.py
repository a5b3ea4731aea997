"""Money: decimals with a currency; minor units by ISO 4217."""

from decimal import ROUND_HALF_EVEN, Decimal

# ISO 4217 exponents other than two.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_EXPONENTS = {
    **dict.fromkeys(_NO_DECIMALS.split(" "), 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


def minor_unit_exponent(currency: str) -> int:
    """Decimal places of `currency`'s minor unit: 2 for USD, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


def round_to_minor_unit(amount: Decimal, currency: str) -> Decimal:
    """`amount` at the minor unit of `currency`, halves to even."""
    step = Decimal(1).scaleb(-minor_unit_exponent(currency))
    return amount.quantize(step, rounding=ROUND_HALF_EVEN)


def allocate(amount_minor: int, weights: list[int]) -> list[int]:
    """Split minor units over `weights` by largest remainder; the parts sum to `amount_minor`.

    Equal remainders go to the earlier part. All weights must be >= 0 and one of them > 0.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"cannot allocate over weights {weights}")
    sign = -1 if amount_minor < 0 else 1
    parts = [divmod(abs(amount_minor) * weight, total) for weight in weights]
    shares = [whole for whole, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-parts[i][1], i))
    for i in by_remainder[: abs(amount_minor) - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]
