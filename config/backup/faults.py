"""Why a backup or a restore did not happen."""


class Refused(Exception):
    """The act was not begun, or it was undone; the message says why and what to do."""


class Damaged(Refused):
    """The archive is not what was written."""
