"""What every door of the API does: first who may, then whether it is there; a refusal carries its reason."""

from django.shortcuts import get_object_or_404
from rest_framework.views import APIView

from accounts.roles import require
from guidelines.api import refusing
from guidelines.api.shapes.sent import Nothing
from guidelines.models import Guideline


class Door(APIView):
    """`may`: the question of guidelines/access.py that each method asks, as the page of the same act does."""

    may: dict = {}
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    # Words that may not be stored are the fault of what was sent; where an act finds them in the draft, of its state.
    bad_texts = 400

    def perform_content_negotiation(self, request, force=False):
        # Files leave as what they are, everything else as JSON, whatever a program says that it accepts.
        return super().perform_content_negotiation(request, force=True)

    def initial(self, request, *args, slug=None, **kwargs):
        super().initial(request, *args, slug=slug, **kwargs)
        method = "GET" if request.method == "HEAD" else request.method
        # A method that is not there asks as the door's first one does, so that a stranger learns nothing by it.
        require(self.may.get(method, next(iter(self.may.values())))(request.user))
        if method in self.may and slug is not None:
            self.guideline = get_object_or_404(Guideline, slug=slug)
        if getattr(getattr(self, method.lower(), None), "takes_nothing", False):
            self.read(Nothing)

    def get_exception_handler(self):
        return lambda error, context: refusing.answer(error, self)

    def read(self, shape) -> dict:
        """What was sent, in the shape that the schema names."""
        body = shape(data=self.request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data
