"""What can go wrong between us and Label Studio, by what the caller can do about it."""

SHOWN = 300


class Overtaken(Exception):
    """Another process exchanges this round now; this one stops where it is. Nothing is lost by that."""


class LabelStudioError(Exception):
    """Any failure of a call to Label Studio."""


class LabelStudioDown(LabelStudioError):
    """No answer: down, starting, or too slow. Try again later. A write may have been stored all the same."""


class LabelStudioRefused(LabelStudioError):
    """Label Studio answered no; the same request will be refused again."""

    def __init__(self, status: int, text: str):
        text = " ".join(str(text).split())
        # Some refusals are whole HTML pages, and a refused import quotes the task: neither belongs in a log.
        text = text.partition("::")[0][:SHOWN]
        super().__init__(f"Label Studio answered {status}: {text}")
        self.status, self.text = status, text


class TokenRefused(LabelStudioRefused):
    """The token or the password is wrong, expired, or of a kind switched off on that server."""
