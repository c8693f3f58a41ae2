"""Set a document in a process of its own: JSON in at stdin, a PDF out at stdout, or the reason at stderr.

No Django here and nothing of the apps: this file is run by its path. Whatever a hostile text makes of the typesetter
(memory, time, a crash), it does not happen to the web server, and memory goes back when the process ends.
"""

import json
import sys
from pathlib import Path

BAD_TEXT = 3  # exit status: the message is about a text, not about us


def main() -> int:
    import typst

    asked = json.load(sys.stdin)
    folders = [asked["fonts"]] if asked["fonts"] else []
    # No fonts of this machine: the same words give the same bytes wherever they are set.
    compiler = typst.Compiler(root=str(Path(__file__).parent), font_paths=folders, ignore_system_fonts=True)
    try:
        made = compiler.compile(
            Path(__file__).with_name("edition.typ").read_bytes(),
            format="pdf",
            sys_inputs={"edition": json.dumps(asked["edition"])},
            timestamp=asked["timestamp"],
            # For screen readers; and it refuses a letter that no font has, where others print an empty box.
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        print(error.message, file=sys.stderr)
        return BAD_TEXT
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
