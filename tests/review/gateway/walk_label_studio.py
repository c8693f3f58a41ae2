"""Every address that Label Studio answers at, from its own resolver. Run by Label Studio's Python, with the folder of its
package as the argument: prints one address a line, `{id}` and `{word}` for what varies.
"""

import os
import re
import sys

VARIES = re.compile(r"<int:\w+>|<id>|\(\?P<\w*(?:pk|index)>[^)]*\)")
WORD = re.compile(r"<(?:str:|path:|drf_format_suffix:)?\w+>|\(\?P<\w+>[^)]*\)\??")


def addresses(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield route


def plain(route: str) -> str:
    """As somebody types it."""
    route = WORD.sub("{word}", VARIES.sub("{id}", route))
    return "/" + route.replace("/?", "/").replace("\\.", ".").replace("^", "").replace("$", "")


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings.label_studio"
    import django

    django.setup()
    from django.urls import get_resolver

    print("\n".join(sorted({plain(route) for route in addresses(get_resolver().url_patterns)})))


if __name__ == "__main__":
    main()
