from django.conf import settings
from django.utils import translation


def of_pages(code: str) -> str:
    """The language in which the pages answer a person of this one: only settings.LANGUAGES have our own words. Of any
    other Django knows a few words of its own, and a page half in it would be read aloud wrongly all through.
    """
    try:
        return translation.get_supported_language_variant(code)
    except LookupError:
        return settings.LANGUAGE_CODE


class OwnLanguage:
    """Middleware: speak the language that the reader chose, rather than her browser's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        with translation.override(of_pages(request.user.language)):
            # Read by {% get_current_language %} and whoever asks the request itself.
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response
