"""Who a program is: the person whose token it sends."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions, permissions

from accounts import tokens
from accounts.doors import safe_line


class PersonalToken(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>` of a person, who then may do what her roles allow."""

    def authenticate(self, request):
        kind, _space, sent = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not sent.strip():
            return None
        # Before the token is even looked at: one that came over an open line is refused like no token.
        if not safe_line(request.META, encrypted=request.is_secure()):
            raise exceptions.AuthenticationFailed(_("A token is taken over https only; this line is open."))
        found = tokens.by_token(sent.strip())
        if found is None:
            raise exceptions.AuthenticationFailed(
                _("This token is not known here, has run out or was ended.")
            )
        if found.reads_only and request.method not in permissions.SAFE_METHODS:
            raise exceptions.PermissionDenied(_("This token only reads. Make one that may write as well."))
        return found.user, found

    def authenticate_header(self, request):
        return 'Bearer realm="One-Way Mirror"'


class PersonalTokenInSchema(OpenApiAuthenticationExtension):
    target_class = "accounts.api.tokens.PersonalToken"
    name = "personal token"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Made on your own page, under “My tokens for programs”; shown once.",
        }
