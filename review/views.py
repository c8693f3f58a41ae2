"""The hook that Label Studio calls."""

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from review import tasks
from review.label_studio import connecting, webhook
from review.models import ENVIRONMENT


@csrf_exempt
@require_POST
def hook(request, server=ENVIRONMENT):
    """Answers at once, since the reviewer's own save in Label Studio waits for it."""
    status = webhook.status_of(request.headers, connecting.hook_secret(server))
    if status == 202:
        tasks.wake_server(server)
    return HttpResponse(status=status)
