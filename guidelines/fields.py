"""Form fields for lists: one box per item and a few empty ones, so that they work without JavaScript."""

from django import forms

SPARE = 2


class ItemsWidget(forms.Widget):
    """A list of texts, each in its own box; empty boxes are left out."""

    template_name = "guidelines/_items.html"

    def __init__(self, *, rows: int = 2):
        self.rows = rows
        super().__init__()

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        # A form that comes back brings its empty boxes along: they are not to grow with every try.
        filled = [item for item in value or [] if item.strip()]
        return context | {"items": [*filled, *[""] * SPARE], "rows": self.rows}

    def value_from_datadict(self, data, files, name):
        return data.getlist(name)

    def value_omitted_from_data(self, data, files, name):
        return name not in data

    def id_for_label(self, id_):
        return f"{id_}_0" if id_ else id_


class Items(forms.Field):
    def __init__(self, *, rows: int = 2, **kwargs):
        super().__init__(widget=ItemsWidget(rows=rows), **kwargs)

    def to_python(self, value):
        return [item for item in value or [] if item.strip()]


class PartsWidget(forms.Widget):
    """A list of small records, such as the examples: one group of boxes each."""

    template_name = "guidelines/_parts.html"

    def __init__(self, *, parts: dict[str, tuple[str, int]]):
        self.parts = parts
        super().__init__()

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        groups = [
            [
                {"name": f"{name}-{part}", "label": label, "rows": rows, "value": shown(record.get(part, ""))}
                for part, (label, rows) in self.parts.items()
            ]
            for record in [
                *(record for record in value or [] if any(map(shown, record.values()))),
                *[{}] * SPARE,
            ]
        ]
        return context | {"groups": groups}

    def value_from_datadict(self, data, files, name):
        columns = [data.getlist(f"{name}-{part}") for part in self.parts]
        # Every group sends every part, so the columns are equally long; a cut request gives fewer groups.
        return [dict(zip(self.parts, row, strict=True)) for row in zip(*columns, strict=False)]

    def value_omitted_from_data(self, data, files, name):
        return not any(f"{name}-{part}" in data for part in self.parts)


class Parts(forms.Field):
    def __init__(self, *, parts, **kwargs):
        super().__init__(widget=PartsWidget(parts=parts), **kwargs)

    def to_python(self, value):
        filled = [{part: text for part, text in record.items() if text.strip()} for record in value or []]
        return [record for record in filled if record]


def shown(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
