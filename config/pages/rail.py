"""The narrow left rail: only the places this person may enter, with her waiting work as a number on each."""


def places(request) -> dict:
    return {"rail": []}
