"""Imported by a worker when it starts (tests.faults.hasty)."""

from datetime import timedelta

from synthesis import claiming
from tests.faults import hasty

claiming.LEASE, claiming.RENEW_EVERY = timedelta(seconds=hasty.LEASE), hasty.RENEW_EVERY
