from django.utils import translation


class OwnLanguage:
    """Middleware: speak the language that the reader chose, rather than her browser's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        with translation.override(request.user.language):
            # Read by {% get_current_language %} and whoever asks the request itself.
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response
