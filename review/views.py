"""Agreement for the lead, and the hook that Label Studio calls."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import asking, roles
from review import access, grading, releasing, repeating, reports, tasks
from review.anchoring import anchoring_effect
from review.judges import comparing
from review.judges.access import may_see_judges
from review.label_studio import connecting, webhook
from review.models import ENVIRONMENT, Round

PAGE = 50


def agreement(request):
    roles.require(access.may_see_agreement(request.user))
    hidden = access.rounds_she_judges(request.user)
    choices = Round.objects.of_review().exclude(pk__in=hidden.values("pk")).order_by("-serial")
    asked = asking.public_id(request, "round")
    named = request.GET.get("round")
    chosen = get_object_or_404(choices, public_id=asked) if named else choices.first()
    context = {"rounds": choices[:PAGE], "chosen": chosen, "hidden": hidden}
    if chosen:
        context |= {
            "tables": reports.agreements(chosen),
            "arm": grading.arm_of(chosen),
            "is_weighed": reports.is_weighed(chosen),
            "anchoring": anchoring_effect(chosen),
            "repeats": repeating.counted(chosen),
            "with_herself": repeating.agreements(chosen),
            "informed": releasing.left_out(chosen),
            "judges": comparing.judges(chosen) if may_see_judges(request.user, chosen) else [],
        }
    return render(request, "review/agreement.html", context)


@csrf_exempt
@require_POST
def hook(request, server=ENVIRONMENT):
    """Answers at once, since the reviewer's own save in Label Studio waits for it."""
    status = webhook.status_of(request.headers, connecting.hook_secret(server))
    if status == 202:
        tasks.wake_server(server)
    return HttpResponse(status=status)
