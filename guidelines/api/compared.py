"""What differs between two versions, and what hangs on one."""

from dataclasses import asdict

from rest_framework.response import Response

from guidelines import access, comparing, coverage, dependents, drafts
from guidelines.api import representing
from guidelines.api.describing import describes
from guidelines.api.door import Door
from guidelines.api.shapes import numbers
from guidelines.api.shapes.compared import Comparison
from guidelines.views import named_version


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

    @describes("dependents", "What was made under a version and would be stale", gives=numbers.Dependents)
    def get(self, request, slug, name):
        found = dependents.of(named_version(self.guideline, name))
        rows = [asdict(one) for one in found or []]
        return Response({"connected": found is not None, "dependents": rows})


class Coverage(Door):
    may = {"GET": access.may_see_numbers}

    @describes("coverage", "What was made of each pair and how it was judged", gives=numbers.Coverage)
    def get(self, request, slug):
        """Closed rounds of people only; an open one would tell whoever still judges there."""
        found = coverage.of(self.guideline)
        rows = {key: asdict(one) for key, one in (found or {}).items()}
        return Response({"connected": found is not None, "coverage": rows})
