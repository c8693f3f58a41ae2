"""Read YAML and keep the line of every value. Only text, numbers, yes/no, lists and mappings are built."""

import yaml
from django.utils.translation import gettext as _

from guidelines.formats.document import DEEPEST, MOST_VALUES, BadFile, Document

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "int", "float", "null")}

_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
LONGEST_NUMBER = 40  # characters


def read(text: str, file: str) -> Document:
    try:
        _refuse_tricks(text, file)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadFile(file, mark.line + 1 if mark else 1, "", _("is not YAML: %s") % error.problem) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BadFile(file, line, "", _("is not YAML: %s") % error.reason) from None
    document = Document(file)
    if root is not None:
        document.data = _plain(root, (), document)
    return document


def _refuse_tricks(text: str, file: str) -> None:
    """Before anything is built: aliases multiply a small file into a huge one, deep nesting overflows."""
    depth = 0
    for n, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1
        if n > MOST_VALUES:
            raise BadFile(file, line, "", _("holds more than %d values") % MOST_VALUES)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadFile(file, line, "", _("uses & or * to repeat a text; write it out, or quote it"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise BadFile(file, line, "", _("is nested too deeply"))


def _plain(node: yaml.Node, path: tuple, document: Document):
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found = {}
        for key_node, value in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise BadFile(document.file, line, "", _("a field name must be text"))
            document.lines[*path, key] = line
            if key in found:
                raise document.refuse((*path, key), _("is there twice"))
            found[key] = _plain(value, (*path, key), document)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, n), document) for n, item in enumerate(node.value)]
    # Anything else, a date for example, stays text only if it was quoted; checking says so.
    if node.tag not in _PLAIN:
        raise document.refuse(path, _("“%s” must be put in quotes") % node.value[:60])
    # Nothing in a guideline counts that far, and reading a base-60 number of megabytes takes minutes.
    if node.tag in _NUMBERS and len(node.value) > LONGEST_NUMBER:
        raise document.refuse(path, _("is a number that is too long"))
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError, LookupError):
        # LookupError: `!!bool perhaps` and `!!int ""` are looked up letter by letter.
        raise document.refuse(path, _("“%s” must be put in quotes") % node.value[:60]) from None
