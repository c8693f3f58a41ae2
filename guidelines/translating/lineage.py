"""What a translation was made from: its authors since the last approved words."""

from guidelines.models import Translation, TranslationState


def authors(translation: Translation) -> set[int]:
    """Everybody who wrote words that are new in it: along the texts it was built on, until an approved one. Two
    queries.
    """
    field = "pair_revision" if translation.pair_revision_id else "dimension_revision"
    identity = f"{field}__{field.removesuffix('_revision')}"
    value = Translation.objects.filter(pk=translation.pk).values(identity)
    family = Translation.objects.filter(language=translation.language, **{f"{identity}__in": value})
    rows = {pk: (base, author) for pk, base, author in family.values_list("pk", "base_id", "author_id")}
    approved = set(family.filter(steps__state=TranslationState.APPROVED).values_list("pk", flat=True))
    at, found = translation.pk, set()
    while at in rows and at not in approved:
        at, author = rows[at]
        found.add(author)
    return found - {None}
