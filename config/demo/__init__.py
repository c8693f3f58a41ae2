"""Starts and stops the real parts on one machine. Knows nothing of Django: scripts use it alone."""
