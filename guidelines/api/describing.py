"""What the schema says of an operation: beside its own answers those that every operation has."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema

from accounts.api.problems import MEDIA, Problem
from guidelines.api.shapes.refusals import StaleProblem

ALWAYS = (401, 403, 404, 429)
ACTS = ("post", "put", "patch", "delete")
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the text that you read. Without it: 428. If somebody saved since: 412, with both texts.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="`*` instead of If-Match where the draft holds no such entry yet.",
)
UNLESS = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="An ETag that you hold; 304 if it is still so."
)


def gives_etag(*statuses: int) -> OpenApiParameter:
    return OpenApiParameter(
        "ETag",
        str,
        OpenApiParameter.HEADER,
        response=[str(status) for status in statuses],
        description="Of an entry: the number of its revision. Of a version: the digest of its entries in order.",
    )


def describes(
    name: str,
    summary: str,
    *,
    gives=None,
    status: int = 200,
    asks=None,
    refuses=(),
    parameters=(),
    stale=StaleProblem,
    **more,
):
    """`stale`: the shape of a 412; `refuses`: the statuses of refusals beside those that are always possible."""
    answers = gives if isinstance(gives, dict) else {status: gives}

    def described(method):
        acts = method.__name__ in ACTS
        codes = [*ALWAYS, *refuses] + ([400, 413, 415] if acts else [])
        responses = {(code, MEDIA): Problem for code in codes}
        if 412 in refuses:
            responses[412, MEDIA] = stale
        # The door refuses what is sent to an act that takes nothing.
        method.takes_nothing = acts and asks is None
        return extend_schema(
            operation_id=name,
            summary=summary,
            request=asks,
            responses=answers | responses,
            parameters=list(parameters),
            **more,
        )(method)

    return described


def query(name: str, description: str, type=OpenApiTypes.STR, **more) -> OpenApiParameter:
    return OpenApiParameter(name, type, OpenApiParameter.QUERY, description=description, **more)
