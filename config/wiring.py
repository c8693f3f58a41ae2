"""The one place where an app's named slots are filled by apps to its right."""


def connect():
    """Fill every slot; called once when Django has loaded all apps."""
