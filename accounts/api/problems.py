"""Refusals as a program reads them: RFC 9457, application/problem+json, with the reason in words."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.roles import Refused

TITLES = {
    400: "Not understood",
    401: "Who are you?",
    403: "Not for you",
    404: "Not found",
    405: "Not this method",
    406: "Not in this format",
    409: "Not now",
    412: "Changed since you read it",
    413: "Too large",
    415: "Not this kind of body",
    428: "Say which text you read",
    429: "Too often",
}


MEDIA = "application/problem+json"


class FieldProblem(serializers.Serializer):
    path = serializers.ListField(
        child=serializers.CharField(), help_text="Where in what was sent, such as [corrections, 1]."
    )
    reason = serializers.CharField()


class Problem(serializers.Serializer):
    """Why it was refused (RFC 9457)."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="The reason in words, as the pages give it.")
    errors = FieldProblem(many=True, required=False, help_text="What is wrong with which field.")


def problem(status: int, detail: str, *, headers=None, kind: str = "about:blank", **more) -> Response:
    body = {"type": kind, "title": TITLES.get(status, "Refused"), "status": status, "detail": detail} | more
    return Response(_writable(body), status=status, headers=headers, content_type=MEDIA)


def _writable(value):
    """A refusal quotes what was sent, half of a surrogate pair too, which no answer can be written with."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _writable(inner) for key, inner in value.items()}
    return [_writable(inner) for inner in value] if isinstance(value, list | tuple) else value


def answer(error: Exception) -> Response | None:
    """The problem for what Django, DRF and the roles refuse; None for anything else."""
    if isinstance(error, Http404):
        return problem(404, _("There is nothing at this address."))
    if isinstance(error, Refused | PermissionDenied):
        return problem(403, str(error) or _("You may not do this."))
    if isinstance(error, RecursionError):
        return problem(400, _("This is nested too deeply to be read."))
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        return problem(400, _("Some of what was sent is not right."), errors=list(_named(error.detail)))
    return problem(error.status_code, str(error.detail), headers=headers)


def _named(detail, path=()):
    """DRF's nested reasons as a list, each with its place."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _named(inner, path if name == "non_field_errors" else (*path, str(name)))
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for n, inner in enumerate(detail):
            yield from _named(inner, (*path, str(n)))
    else:
        for reason in detail if isinstance(detail, list) else [detail]:
            yield {"path": list(path), "reason": str(reason)}
