"""Groups of a split: connected components over base case, parentage and the examples that a session was made with, so
that no client is on both sides, and no edit on one side is what the other was written after.
"""

from accounts.identity import minter
from synthesis.models import Instance, Shown


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
    """{item id: instance id} to {item id: opaque group name}; the names do not depend on row numbers."""
    edges, nodes, wanted = [], {}, set(instances.values())
    while missing := sorted(wanted - set(nodes)):
        rows = Instance.objects.filter(pk__in=missing[:500]).values_list(
            "pk",
            "public_id",
            "parent_id",
            "parent__public_id",
            "profile__base_case",
            "profile__source_text__digest",
        )
        for pk, name, parent, parent_name, base_case, source in rows:
            nodes[pk] = node = f"instance:{name}"
            edges.append((node, node))
            if base_case:
                edges.append((node, f"case:{base_case}"))
            if source:
                edges.append((node, f"source:{source}"))
            if parent:
                edges.append((node, f"instance:{parent_name}"))
                wanted.add(parent)
        shown = Shown.objects.filter(instance__in=missing[:500])
        for name, of, of_name in shown.values_list("instance__public_id", "of", "of__public_id"):
            edges.append((f"instance:{name}", f"instance:{of_name}"))
            wanted.add(of)
    roots = components(edges)
    # The base case is named in clear inside only: outside, a group is an opaque id.
    mint = minter("group")
    names = {root: str(mint(root)) for root in set(roots.values())}
    return {item: names[roots[nodes[instance]]] for item, instance in instances.items()}
