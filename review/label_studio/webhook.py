"""Label Studio's call after a submit: only a hint to pull sooner. Nothing it says is believed or even
read.
"""

import secrets

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from review.label_studio.sending import HOOK_HEADER
from review.tasks import wake

MOST_BYTES = 1024 * 1024


@csrf_exempt
@require_POST
def hook(request):
    """202 at once, since the reviewer's own save waits for the answer; 403 without the secret, 413 when too
    large.
    """
    given = request.headers.get(HOOK_HEADER, "")
    if not secrets.compare_digest(given.encode(), settings.LABEL_STUDIO_WEBHOOK_SECRET.encode()):
        return HttpResponse(status=403)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    wake()
    return HttpResponse(status=202)
