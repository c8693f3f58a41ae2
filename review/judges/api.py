"""Judge models of a round as JSON: the same verbs and the same permissions as the page."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts import roles
from review import tasks
from review.access import may_run_rounds
from review.judges import access, comparing
from review.judges.asking import TEMPERATURE, CannotAsk, ask_judge
from review.models import MOST_REPEATS, Round
from synthesis.models import Endpoint


class Asking(serializers.Serializer):
    endpoint = serializers.SlugRelatedField(slug_field="name", queryset=Endpoint.objects.all())
    model = serializers.CharField(max_length=190)
    repeats = serializers.IntegerField(min_value=1, max_value=MOST_REPEATS, default=1)
    temperature = serializers.FloatField(min_value=0, max_value=2, default=TEMPERATURE)


@extend_schema(methods=["GET"], operation_id="round_judges", responses={200: dict})
@extend_schema(methods=["POST"], operation_id="round_judges_ask", request=Asking, responses={201: dict})
@api_view(["GET", "POST"])
def judges(request, public_id):
    """The judge models of a round beside its people; a POST asks another one to read it. For a lead who judges none of
    its sessions.
    """
    roles.require(may_run_rounds(request.user))
    found = Round.objects.select_related("rubric_version__guideline").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    roles.require(access.may_see_judges(request.user, found))
    if request.method == "GET":
        return Response({"round": str(found.public_id), "judges": comparing.judges(found)})
    asked = Asking(data=request.data)
    asked.is_valid(raise_exception=True)
    try:
        judging = ask_judge(round=found, **asked.validated_data, by=request.user)
    except CannotAsk as refusal:
        raise serializers.ValidationError({"detail": [str(refusal)]}) from None
    tasks.wake_judge(judging)
    [told] = [one for one in comparing.judges(found) if one["seat"] == str(judging.seat.public_id)]
    return Response(told, status=201)
