"""Which sessions are the same up to a turn that somebody edited."""


def family_of(cells) -> tuple[str, tuple]:
    """SQL, and its parameters: the cells that edits of a turn, and edits of those, connect with these. Up to the edited
    turn they are the same session. It begins at the edits, which are few.
    """
    own, given = cells.query.sql_with_params()
    return (
        f"""WITH RECURSIVE edit(one, other) AS (
            SELECT child.cell, parent.cell FROM synthesis_opening o
            JOIN synthesis_instance child ON child.id = o.instance_id
            JOIN synthesis_instance parent ON parent.id = child.parent_id
        ), tie(one, other) AS (SELECT one, other FROM edit UNION SELECT other, one FROM edit),
        family(cell) AS (
            SELECT one FROM tie WHERE one IN ({own})
            UNION SELECT tie.other FROM tie JOIN family ON tie.one = family.cell
        ) SELECT cell FROM family""",
        given,
    )
