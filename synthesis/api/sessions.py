"""Sessions and their calls; the same rules of who is blind to them as on the pages."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from rest_framework.response import Response

from guidelines.api.describing import describes, query
from synthesis import access, holding
from synthesis.api import representing
from synthesis.api.door import Door, session_named
from synthesis.api.shapes import sessions as shapes
from synthesis.conversing import light_calls
from synthesis.models import Call as CallRow
from synthesis.models import Profile as ProfileRow

PAGE = 200


class Session(Door):
    @describes("session", "One session whole, with where it came from", gives=shapes.Session)
    def get(self, request, public_id):
        """Refused while you have still to judge it, or the same cell of another run, or may settle it."""
        return Response(representing.session(session_named(public_id, request.user)))


class Hold(Door):
    may = {"POST": access.may_read_runs}

    @describes(
        "session_hold", "Hold a session back from rounds and exports, or release it", gives=shapes.Session,
        asks=shapes.Hold, refuses=(409,),
    )  # fmt: skip
    def post(self, request, public_id):
        """409 where it is held already, or not held."""
        found, sent = session_named(public_id, request.user), self.read(shapes.Hold)
        act = holding.hold if sent["act"] == "hold" else holding.release
        act(instance=found, reason=sent["reason"], by=request.user)
        return Response(representing.session(session_named(public_id, request.user)))


class Calls(Door):
    @describes("session_calls", "Every call that a session came from, without its words", gives=shapes.Calls)
    def get(self, request, public_id):
        found = session_named(public_id, request.user)
        return Response({"calls": [representing.call_line(one) for one in light_calls(found)]})


class Call(Door):
    @describes("session_call", "One call as the agent and the endpoint saw it", gives=shapes.Call)
    def get(self, request, public_id, key):
        found = session_named(public_id, request.user)
        call = CallRow.objects.filter(key=key).first()
        if call is None or (call.key not in found.trace and call.instance_id != found.pk):
            raise Http404
        return Response(representing.call(call))


class Profiles(Door):
    may = {"GET": access.may_load_profiles}

    @describes(
        "profiles", "Who the simulated clients are", gives=shapes.Profiles,
        parameters=[query("after", "Only keys after this one.", OpenApiTypes.STR)],
    )  # fmt: skip
    def get(self, request):
        found = ProfileRow.objects.current().order_by("key").defer("content")
        if after := request.GET.get("after", ""):
            found = found.filter(key__gt=after.replace("\0", ""))
        rows = list(found[: PAGE + 1])
        more = rows[PAGE - 1].key if len(rows) > PAGE else None
        return Response({"profiles": [representing.profile_line(one) for one in rows[:PAGE]], "more": more})


class Profile(Door):
    may = {"GET": access.may_load_profiles}

    @describes("profile", "One client whole", gives=shapes.Profile)
    def get(self, request, public_id):
        return Response(representing.profile(get_object_or_404(ProfileRow, public_id=public_id)))
