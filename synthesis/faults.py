"""Why an instance could not be made, in words a lead understands."""


class Fault(Exception):
    """Something went wrong that the instance's row will tell; it ends the instance, not the run."""


class EndpointDown(Fault):
    """The endpoint did not answer this request within the budget for retries, though it answers others."""


class EndpointGone(EndpointDown):
    """The endpoint answers nobody, for longer than is waited for it. It stops the run; no instance is to blame."""


class EndpointRefused(Fault):
    """The endpoint answered, but does not take this request."""


class EndpointDenied(EndpointRefused):
    """Whatever is asked would be refused: wrong key, no credit, unknown model or address. It stops the run."""


class ContextOverflow(Fault):
    """The request is longer than the model can read. It is never cut short to fit."""


class ContentRefused(Fault):
    """The model or its provider refused the content. Counted, never worked around."""


class BadReplies(Fault):
    """The model answered, again and again, something that is not of the shape asked for."""


class Erased(Fault):
    """The excerpt that it was to be made of was erased meanwhile."""


class NotStorable(Fault):
    """The model's reply is something that the database does not take."""


class NoEndpoint(Fault):
    """No model endpoint is set up for a role."""
