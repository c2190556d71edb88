"""Move a demo as a learner does and see what it holds; shared by the tests of every chapter's demos."""


def numbers(explorer, **state):
    """What the demo shows after its controls were moved to `state`, which must be exactly where they go."""
    explorer.set(**state)
    for name, value in state.items():
        assert getattr(explorer, name) == value, f"{name} cannot be set to {value}"
    return explorer._demo.compute(**explorer.state)


def artists_of(explorer):
    """The parts of the demo's picture that move."""
    return explorer._painter.scene.artists


def values_of(explorer, name):
    """Every value that a control can take, as it was sent to the browser."""
    return next(spec for spec in explorer.controls if spec["name"] == name)["values"]
