"""Language models: counting ones."""
