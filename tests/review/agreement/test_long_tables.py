"""A long table takes no more memory than is said beforehand: the bytes of a row are measured, not believed."""

import subprocess
import sys
from pathlib import Path

from review.agreement.columns import OF_A_NAME, OF_A_ROW, OF_THE_REST

ROOT = Path(__file__).resolve().parents[3]
ROWS = 300_000
# The most bytes that a process held. On Linux not ru_maxrss, which begins at what its parent held when it was started.
MOST = """
def most():
    if sys.platform == "linux":
        from pathlib import Path
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
"""


def test_a_table_of_hundreds_of_thousands_of_rows_stays_within_what_is_reckoned(tmp_path):
    file = tmp_path / "ratings.csv"
    with file.open("w") as out:
        out.write("item,rater,value,cluster\n")
        out.writelines(
            f"session-{n // 4},reader-{n % 4},{1 + (n * n) % 5},client-{n // 40}\n" for n in range(ROWS)
        )
    names = ROWS // 4 + ROWS // 40 + 4
    reckoned = OF_THE_REST + ROWS * OF_A_ROW + names * OF_A_NAME
    program = (
        f"import sys; {MOST}\n"
        "from pathlib import Path; from review.agreement.reading import read_table;"
        "from review.agreement.report import result;"
        "table = read_table(Path(sys.argv[1]), scale='ordinal');"
        "found = result(table.ratings('value'), bootstrap=20, seed=0);"
        "assert found['n_ratings'] == int(sys.argv[2]), found;"
        "print(most())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file), str(ROWS)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < reckoned
