"""Starts and stops the real parts on one machine. Knows nothing of Django, so that tests and scripts can use it alone."""
