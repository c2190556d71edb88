"""Information theory for machine learning: the course's own small library.

Imports nothing outside the standard library, so that the starter in ``__main__`` runs on a bare Python.
"""

__version__ = "0.1.0"
