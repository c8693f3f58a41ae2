"""Groups of a split: connected components over base case and parentage, so that no client is on both sides."""

from accounts.identity import public_id
from synthesis.models import Instance


def components(edges) -> dict:
    """Return {node: root} of the connected components of (a, b) edges; the root is the smallest node."""
    root: dict = {}

    def find(node):
        root.setdefault(node, node)
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for a, b in edges:
        a, b = find(a), find(b)
        if a != b:
            root[max(a, b)] = min(a, b)
    return {node: find(node) for node in list(root)}


def groups_of(instances: dict[int, int]) -> dict[int, str]:
    """{item id: instance id} to {item id: opaque group name}."""
    edges, wanted = [], set(instances.values())
    seen: set[int] = set()
    while wanted - seen:
        chunk = sorted(wanted - seen)[:500]
        seen |= set(chunk)
        rows = Instance.objects.filter(pk__in=chunk).values_list(
            "pk", "parent_id", "profile__base_case", "profile__source_text__digest"
        )
        for pk, parent, base_case, source in rows:
            node = f"instance:{pk}"
            edges.append((node, node))
            if base_case:
                edges.append((node, f"case:{base_case}"))
            if source:
                edges.append((node, f"source:{source}"))
            if parent:
                edges.append((node, f"instance:{parent}"))
                wanted.add(parent)
    roots = components(edges)
    # The base case is named in clear inside only: outside, a group is an opaque id.
    names = {root: str(public_id("group", root)) for root in set(roots.values())}
    return {item: names[roots[f"instance:{instance}"]] for item, instance in instances.items()}
