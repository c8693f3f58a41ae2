"""Two who act at once on PostgreSQL: one goes on when the other waits for it."""

from threading import Event

from django.db import connection

LOOKS = 2_000


def let_go_when_somebody_waits(go: Event) -> None:
    """For a thread of its own: set `go` once somebody waits for a lock, or after many looks, as nobody has to."""
    try:
        with connection.cursor() as cursor:
            for _ in range(LOOKS):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
    finally:
        connection.close()
        go.set()
