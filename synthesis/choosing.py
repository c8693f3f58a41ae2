"""What a run is to be planned over: clients, pairs and levels, by name. Whatever is not known is refused."""

from django.utils.translation import gettext as _

from guidelines.models import PairRevision, Version, VersionState
from synthesis.factors import Mistakes
from synthesis.models import Profile, ProfileKind
from synthesis.recipes import RECIPES
from synthesis.recipes.cell import Recipe

MOST_NAMED = 20
LOADED_BY = {
    ProfileKind.INTAKE: "load_profiles shipped-intakes",
    ProfileKind.SPEECH: "load_profiles shipped-speeches",
    ProfileKind.EXCERPT: "import_excerpts FILE",
}


class NotPlanned(ValueError):
    """The run as asked for cannot be planned; the message says why, and nothing was stored."""


def chosen_profiles(wanted="all", *, kind: str = ProfileKind.CONCEPTUALISATION) -> list[Profile]:
    """Rows as they are; otherwise the newest revisions of this kind: "all", or those of the keys. Raises NotPlanned."""
    if are_rows(wanted, Profile):
        return [_of_kind(profile, kind) for profile in wanted]
    current = Profile.objects.current().of_kind(kind)
    if wanted == "all":
        profiles = list(current.order_by("key"))
        if not profiles:
            raise NotPlanned(_none_of_kind(kind))
        return profiles
    found = {profile.key: profile for profile in current.filter(key__in=keys(wanted))}
    return [_known(found, key, _no_profile(kind)) for key in keys(wanted)]


def count_of_profiles(wanted="all", *, kind: str = ProfileKind.CONCEPTUALISATION) -> int:
    """How many `chosen_profiles` would return; at most one query that reads no record. Raises NotPlanned."""
    if are_rows(wanted, Profile):
        return len([_of_kind(profile, kind) for profile in wanted])
    current = Profile.objects.current().of_kind(kind)
    if wanted == "all":
        return current.count()
    wanted = keys(wanted)
    found = {key: key for key in current.filter(key__in=wanted).values_list("key", flat=True)}
    return len([_known(found, key, _no_profile(kind)) for key in wanted])


def _of_kind(profile: Profile, kind: str) -> Profile:
    if profile.kind != kind:
        told = {"name": profile, "is": profile.get_kind_display(), "kind": ProfileKind(kind).label}
        raise NotPlanned(_("“%(name)s” is of the kind “%(is)s”; this recipe starts from “%(kind)s”.") % told)
    return profile


def _none_of_kind(kind: str) -> str:
    if kind == ProfileKind.CONCEPTUALISATION:
        return _("There are no client profiles yet: load some first (load_profiles shipped).")
    told = {"kind": ProfileKind(kind).label, "which": LOADED_BY.get(kind, "load_profiles FILE")}
    return _("There is no profile of the kind “%(kind)s” yet: load some first (%(which)s).") % told


def _no_profile(kind: str) -> str:
    if kind == ProfileKind.CONCEPTUALISATION:
        return _("There is no client profile “%s”.")
    # The key comes in afterwards.
    return _("There is no profile “%%s” of the kind “%s”.") % ProfileKind(kind).label


def pairs_of(version: Version) -> dict[str, PairRevision]:
    """{key: revision} in order, good practice included."""
    entries = version.entries.filter(pair_revision__isnull=False).select_related("pair_revision__pair")
    return {entry.pair_revision.pair.key: entry.pair_revision for entry in entries.order_by("position")}


def signs_of(version: Version) -> dict[str, bool]:
    """{key: whether it is good practice} in order; one query that reads no text."""
    entries = version.entries.filter(pair_revision__isnull=False).order_by("position")
    return dict(entries.values_list("pair_revision__pair__key", "pair_revision__positive"))


def chosen_pairs(held: dict[str, PairRevision], wanted="all") -> list[PairRevision]:
    """Of what a version holds (`pairs_of`) those of the keys, or all; rows as they are. Raises NotPlanned."""
    if not are_rows(wanted, PairRevision):
        return list(held.values()) if wanted == "all" else [_held(held, key) for key in keys(wanted)]
    here = {revision.pk for revision in held.values()}
    return [one if one.pk in here else _held({}, one.pair.key) for one in wanted]


def chosen_signs(signs: dict[str, bool], wanted="all") -> list[bool]:
    """The same, but of each only whether it is good practice (`signs_of`)."""
    if are_rows(wanted, PairRevision):
        return [one.positive for one in wanted]
    return list(signs.values()) if wanted == "all" else [_held(signs, key) for key in keys(wanted)]


def _held(held: dict, key: str):
    return _known(held, key, _("“%s” is not in this version of the guideline."))


def chosen_recipe(name: str) -> Recipe:
    if name not in RECIPES:
        raise NotPlanned(_("There is no recipe “%s”.") % name)
    return RECIPES[name]


def require_version(how: Recipe, version: Version | None, pairs) -> None:
    """Raises NotPlanned where a recipe that plays mistakes is given no published version, or another one is given any."""
    if not how.plays_mistakes:
        if version is not None or (pairs and pairs != "all"):
            raise NotPlanned(_("This recipe plays no mistakes: it takes no guideline and no pairs."))
        return
    if version is None:
        raise NotPlanned(_("This recipe plays mistakes of a guideline: choose a published version."))
    if version.state != VersionState.PUBLISHED:
        raise NotPlanned(_("Runs use a published version; %s is not.") % version)


def chosen_levels(
    how: Recipe, parameters: dict[str, str], factors: dict[str, list[str]]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """What is the same in all cells, parameters that nobody set at their default, and what is crossed, in the
    recipe's order. Raises NotPlanned for a name or a level that the recipe does not know.
    """
    for name, value in parameters.items():
        if name not in how.levels:
            raise NotPlanned(_("The recipe has no parameter “%s”.") % name)
        _known_level(how, name, value)
        if name in factors:
            raise NotPlanned(_("“%s” is set for all cells and crossed; it can be one of the two.") % name)
    for name, levels in factors.items():
        if name not in how.levels:
            known = ", ".join(how.levels)
            raise NotPlanned(_("The recipe has no factor “%(name)s”; it has %(known)s.")
                             % {"name": name, "known": known})  # fmt: skip
        if isinstance(levels, str) or not levels:
            raise NotPlanned(_("“%s” is crossed with no level: name at least one.") % name)
        for level in levels:
            _known_level(how, name, level)
    crossed = {name: list(dict.fromkeys(factors[name])) for name in how.levels if name in factors}
    defaults = {name: levels[0] for name, levels in how.parameters.items() if name not in crossed}
    return defaults | parameters, crossed


def _known_level(how: Recipe, name: str, level: str) -> None:
    known = how.levels[name]
    if level in known:
        return
    if len(known) > MOST_NAMED:
        raise NotPlanned(_("%(name)s: there is no “%(level)s”.") % {"name": name, "level": level})
    raise NotPlanned(f"{name}: “{level}” is none of {', '.join(known)}.")


def numbers_of_mistakes(
    how: Recipe, parameters: dict[str, str], factors: dict[str, list[str]]
) -> list[Mistakes]:
    """How many mistakes the sessions are to show, by levels."""
    if not how.plays_mistakes:
        return [Mistakes.NONE]
    return [Mistakes(one) for one in factors.get("mistakes") or [parameters.get("mistakes", Mistakes.ONE)]]


def require_mistakes(wanted: list[Mistakes], there: int) -> None:
    """Raises NotPlanned where a guideline has too few mistakes for a session that shows several."""
    if (most := max(one.n for one in wanted)) > 1 and there < most:
        raise NotPlanned(
            _("A session with %(n)s mistakes needs as many in the guideline; this version has %(there)s.")
            % {"n": most, "there": there}
        )


def are_rows(wanted, model) -> bool:
    return not isinstance(wanted, str) and all(isinstance(row, model) for row in wanted)


def keys(wanted) -> list[str]:
    parts = wanted.split(",") if isinstance(wanted, str) else wanted
    found = list(dict.fromkeys(key.strip() for key in parts if key.strip()))
    if not found:
        raise NotPlanned(_("Nothing is named."))
    return found


def _known(found: dict, key: str, missing: str):
    if key not in found:
        raise NotPlanned(missing % key)
    return found[key]
