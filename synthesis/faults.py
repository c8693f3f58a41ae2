"""Why an instance could not be made, in words a lead understands. Each ends the instance, not the run."""


class Fault(Exception):
    """Something went wrong that the instance's row will tell."""


class EndpointDown(Fault):
    """The endpoint did not answer within the budget for retries."""


class EndpointRefused(Fault):
    """The endpoint answered, but will not take such requests: wrong key, unknown model, bad request."""


class ContentRefused(Fault):
    """The model or its provider refused the content. Counted, never worked around."""


class BadReplies(Fault):
    """The model answered, again and again, something that is not of the shape asked for."""


class NotStorable(Fault):
    """The model's reply is something that the database does not take."""


class NoEndpoint(Fault):
    """No model endpoint is set up for a role."""
