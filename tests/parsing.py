"""Python's own files, read as what they say."""

import ast
from pathlib import Path


def tree_of(path: Path) -> ast.Module:
    """CPython 3.11 now and then miscounts its own depth, for no fault of the file's ("AST constructor recursion depth
    mismatch", a SystemError): then it is asked again.
    """
    source = path.read_text(encoding="utf-8")
    for _again in range(3):
        try:
            return ast.parse(source)
        except SystemError as fault:
            if "recursion depth mismatch" not in str(fault):
                raise
    return ast.parse(source)
