"""How a demo's sentence writes its numbers."""


def signed(value: float, decimals: int) -> str:
    """Number with a real minus sign, and no sign on a zero."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")
