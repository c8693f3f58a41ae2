"""Rows as data: what the shapes in shapes.py describe."""

from dataclasses import asdict
from datetime import UTC

from guidelines.models import Version
from guidelines.word_diff import word_diff


def etag(revision) -> str:
    """The tag of an entry is the number of its revision: no two texts of an entry share one."""
    return f'"{revision.n}"'


def moment(at) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def person(user) -> dict | None:
    """None: a command, or an import."""
    return {"id": str(user.public_id), "name": user.name} if user else None


def revision(one, key: str) -> dict:
    """A text of an entry; wants its author loaded."""
    return {
        "key": key,
        "revision": one.n,
        "digest": one.digest,
        "by": person(one.author),
        "at": moment(one.at),
        "reason": one.reason,
        "texts": one.texts,
    }


def changes(fields) -> list[dict]:
    """Fields that differ, each with its word diff in reading order."""
    return [
        {
            "field": one.field,
            "label": one.label,
            "before": one.before,
            "after": one.after,
            "words": [{"kind": kind, "text": text} for kind, text in word_diff(one.before, one.after)],
        }
        for one in fields
    ]


def language(one) -> dict:
    return asdict(one) | {"tag": one.tag}


def wording(one, of: int) -> dict:
    """A translation of the text with the number `of`; wants its author loaded."""
    return {
        "n": one.n,
        "revision": of,
        "by": person(one.author),
        "at": moment(one.at),
        "reason": one.reason,
        "texts": one.texts,
    }


def spoken(said) -> dict:
    """What readers see of an entry in a language."""
    return {"language": said.language.code, "behind": said.behind, "texts": said.texts}


def at_place(place, label: str, before: str, after: str) -> dict:
    """A text inside an entry that says something else, with its word diff in reading order."""
    words = [{"kind": kind, "text": text} for kind, text in word_diff(before, after)]
    return {"place": path(place), "label": str(label), "before": before, "after": after, "words": words}


def path(place) -> list[str]:
    return [str(part) for part in place]


def version(one: Version) -> dict:
    """Wants the people of the version loaded."""
    return {
        "name": str(one.number) if one.number else "draft",
        "state": one.state,
        "number": one.number,
        "digest": one.digest,
        "meaning": one.meaning,
        "note": one.note,
        "imported": one.imported,
        "opened_by": person(one.opened_by),
        "opened_at": moment(one.opened_at),
        "published_by": person(one.published_by),
        "published_at": moment(one.published_at),
        "retired_at": moment(one.retired_at),
    }


def previewed(preview, states, only: str, **more) -> dict:
    """What reading a file would do: its rows counted by state, and those of one state, or all. `more`: fields beside
    those of every preview, with what stands where a row has none.
    """
    counts = dict.fromkeys(states, 0)
    for row in preview.rows:
        counts[row["state"]] += 1
    rows = [
        {name: row[name] for name in ("key", "name", "line", "state")}
        | {
            name: row.get(name, otherwise)
            for name, otherwise in (more | {"texts": None, "problems": []}).items()
        }
        for row in preview.rows
        if only in ("", row["state"])
    ]
    return {"token": str(preview.token), "file": preview.file, "counts": counts, "rows": rows}


def answers(**given) -> dict:
    """{act: {yes, reason}}: what she may do, and why not."""
    return {act: {"yes": bool(answer), "reason": answer.reason} for act, answer in given.items()}
