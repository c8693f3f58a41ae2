"""Write a guideline's content as YAML, JSON, CSV or XLSX. What is written reads back as the same content."""

import csv
import io
import json

import yaml

from guidelines.content import HEAD, GuidelineContent
from guidelines.formats.cells import guarded, to_cell
from guidelines.formats.to_xlsx import as_xlsx
from guidelines.texts import fields_of


class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    """Texts of several lines as blocks, so that people can read and edit them; no aliases."""

    def ignore_aliases(self, data):
        return True


def _text(dumper, value):
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


Dumper.add_representer(str, _text)


def as_yaml(content: GuidelineContent) -> bytes:
    data = content.as_data()
    return yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=110).encode()


def as_json(content: GuidelineContent) -> bytes:
    return (json.dumps(content.as_data(), ensure_ascii=False, indent=2) + "\n").encode()


def as_csv(content: GuidelineContent) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    fields = fields_of(content.kind)
    writer.writerows([f"# {name}", guarded(getattr(content, name))] for name in HEAD)
    writer.writerow(["key", *fields])
    for entry in content.entries:
        writer.writerow([entry.key, *(to_cell(field, entry.texts[field]) for field in fields)])
    # Marked: without it Excel takes the letters for those of its country.
    return out.getvalue().encode("utf-8-sig")


WRITERS = {"yaml": as_yaml, "csv": as_csv, "json": as_json, "xlsx": as_xlsx}
TYPES = {
    "yaml": "application/yaml; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
