"""How a demo's sentence writes its numbers."""

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def signed(value: float, decimals: int) -> str:
    """Number with a real minus sign, and no sign on a zero."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def scientific(value: float, decimals: int) -> str:
    """Number with `decimals`, or with three digits and a power of ten where it is too small for that.

    Examples
    --------
    >>> scientific(-0.013206, 5), scientific(-9.0793e-05, 5)
    ('−0.01321', '−9.08·10⁻⁵')
    """
    if value == 0 or abs(value) >= 0.001:
        return signed(value, decimals)
    digits, exponent = f"{value:.2e}".split("e")
    return f"{digits}·10".replace("-", "−") + str(int(exponent)).translate(RAISED)
