"""Language models: counting ones, and a small real one that runs in NumPy."""
