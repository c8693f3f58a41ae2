"""What is discussed and proposed about the entries that a page shows."""

from django import template

from guidelines.discussion import showing

register = template.Library()


@register.simple_tag(takes_context=True)
def open_talk(context, guideline):
    """`{% open_talk guideline as talk %}`: what is open, by key; None for those who do not see it."""
    return showing.open_by_key(guideline, context["request"].user)


@register.filter
def about(talk: dict | None, key: str) -> dict | None:
    """What is open about one entry; nothing for those who do not see it."""
    return None if talk is None else talk.get(key, {})
