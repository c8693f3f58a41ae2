"""Clients by the names that people know them by. Where two share a name, the key of their record stands behind it."""

from collections import Counter

from django.utils.translation import gettext as _

from synthesis.models import Profile


class NoSuchClient(ValueError):
    """Nobody is called so, or several are; the message says which."""


def named() -> dict[str, str]:
    """{what a client is called: the case that all records of the same person share}, sorted. One query."""
    rows = Profile.objects.current().order_by("key").values_list("name", "key", "base_case")
    first = {}  # of several records of one person under one name, the first
    for name, key, case in rows:
        first.setdefault((name or key, case), key)
    often = Counter(name for name, _case in first)
    told = {name if often[name] == 1 else f"{name} ({key})": case for (name, case), key in first.items()}
    return dict(sorted(told.items(), key=lambda one: one[0].casefold()))


def called(cases) -> dict[str, str]:
    """{case: every name that its records go by}; a case of which there is no record is called as it is written."""
    names: dict[str, list[str]] = {}
    for name, case in named().items():
        names.setdefault(case, []).append(name)
    return {case: ", ".join(names.get(case, [case])) for case in cases}


def case_of(client: str) -> str:
    """The case of the client called so: as `named` does, or by the key of a record, or by the case itself. Raises
    NoSuchClient.
    """
    client, known = client.strip(), named()
    if client in known:
        return known[client]
    if profile := Profile.objects.filter(key=client).order_by("-n").first():
        return profile.base_case
    if client and Profile.objects.filter(base_case=client).exists():
        return client
    alike = [one for one in known if _name(one) == client.casefold()]
    if len(alike) == 1:
        return known[alike[0]]
    if alike:
        several = {"client": client, "which": "; ".join(alike)}
        raise NoSuchClient(_("Several clients are called “%(client)s”. Choose one: %(which)s.") % several)
    raise NoSuchClient(_("There is no client “%s”; choose one from the list.") % client)


def _name(called: str) -> str:
    """Without the key behind it."""
    return called.split(" (")[0].casefold()
