"""What every door of the API on runs and sessions does: first who may, then whether it is there."""

from django.shortcuts import get_object_or_404
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import problems
from accounts.api.problems import problem
from accounts.roles import require
from guidelines.api.shapes.sent import Nothing
from guidelines.naming import NotFound
from synthesis import access
from synthesis.faults import NoEndpoint
from synthesis.holding import NotHeld
from synthesis.models import Instance, Run
from synthesis.planning import NotPlanned
from synthesis.planning_once import OtherWords
from synthesis.spending import NotABudget
from synthesis.steering import NotNow


class Door(APIView):
    """`may`: the question of synthesis/access.py that each method asks, as the page of the same act does."""

    may: dict = {"GET": access.may_read_runs}
    http_method_names = ["get", "head", "post"]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else request.method
        # A method that is not there asks as the door's first one does, so that a stranger learns nothing by it.
        require(self.may.get(method, next(iter(self.may.values())))(request.user))
        if getattr(getattr(self, method.lower(), None), "takes_nothing", False):
            self.read(Nothing)

    def get_exception_handler(self):
        return lambda error, context: _refusal(error)

    def read(self, shape) -> dict:
        """What was sent, in the shape that the schema names."""
        body = shape(data=self.request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data


def _refusal(error: Exception) -> Response | None:
    if isinstance(error, NotFound):
        return problem(400, str(error), errors=[{"path": ["guideline"], "reason": str(error)}])
    if isinstance(error, NotABudget):
        return problem(400, str(error), errors=[{"path": ["budget"], "reason": str(error)}])
    if isinstance(error, NotPlanned):
        return problem(400, str(error))
    if isinstance(error, NotNow | NotHeld | NoEndpoint | OtherWords):
        return problem(409, str(error))
    return problems.answer(error)


def run_named(public_id) -> Run:
    found = Run.objects.select_related("version__guideline", "planned_by")
    return get_object_or_404(found, public_id=public_id)


def session_named(public_id, user) -> Instance:
    """The session, if this person may read it now."""
    related = ("run", "version__guideline", "pair_revision__pair", "profile", "parent")
    found = get_object_or_404(Instance.objects.select_related(*related), public_id=public_id)
    require(access.may_read_instance(user, found))
    return found
