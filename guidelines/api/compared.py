"""What differs between two versions, and what hangs on one."""

from dataclasses import asdict

from rest_framework.response import Response

from accounts.roles import require
from guidelines import access, comparing, coverage, dependents, drafts
from guidelines.addressed import named_version
from guidelines.api import representing
from guidelines.api.describing import describes
from guidelines.api.door import Door
from guidelines.api.shapes import numbers
from guidelines.api.shapes.compared import Comparison
from guidelines.models import Version


class Compare(Door):
    may = {"GET": access.may_read}

    @describes("compare", "What differs between two versions, word by word", gives=Comparison)
    def get(self, request, slug, a, b):
        """`a` and `b` are numbers, or `draft`; what differs is told as from `a` to `b`."""
        before, after = named_version(self.guideline, a), named_version(self.guideline, b)
        found = comparing.compare_versions(before, after)
        changes = [change for change in found if change.state != "same"]
        return Response(
            {
                "before": representing.version(before),
                "after": representing.version(after),
                "digest": after.digest or drafts.digest(after),
                "same": len(found) - len(changes),
                "suggested_meaning": comparing.suggested_meaning(changes),
                "changes": [
                    {
                        "key": change.key,
                        "name": change.name,
                        "state": change.state,
                        "fields_changed": representing.changes(change.fields),
                    }
                    for change in changes
                ],
            }
        )


class Dependents(Door):
    may = {"GET": access.may_see_numbers}

    @describes(
        "dependents", "What a version makes stale that the one before it did not", gives=numbers.Dependents
    )
    def get(self, request, slug, name):
        """Of `draft`: what it would make stale beside the version in force, were it published as a change of meaning."""
        after = named_version(self.guideline, name)
        found = dependents.of(_before(after), after, request.user)
        if found is None:
            return Response({"connected": False})
        told = {
            "stale": [_of_pair(one) for one in found.stale],
            "reworded": [_of_pair(one) for one in found.reworded],
        }
        return Response({"connected": True, **told, "touched": found.touched, "rounds": found.rounds})


def _before(version: Version) -> Version | None:
    numbered = version.guideline.versions.filter(number__isnull=False)
    if version.number is None:
        return version.guideline.in_force
    return numbered.filter(number__lt=version.number).order_by("-number").first()


def _of_pair(one: dependents.OfPair) -> dict:
    return asdict(one) | {"sessions": one.sessions}


class Coverage(Door):
    may = {"GET": access.may_see_numbers}

    @describes("coverage", "What was made of each pair and how it was judged", gives=numbers.Coverage)
    def get(self, request, slug):
        """Closed rounds of people only. Refused to whoever still judges by this guideline: it would sway her."""
        require(coverage.may_see(request.user, self.guideline))
        found = coverage.of(self.guideline, alphas=True)
        rows = {key: asdict(one) for key, one in (found or {}).items()}
        return Response({"connected": found is not None, "coverage": rows})
