#!/usr/bin/env python
import os
import sys


def lacks_tables() -> bool:
    """Whether the database is behind the code."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    from accounts import doors

    with doors.through(doors.COMMAND, sys.argv[1] if len(sys.argv) > 1 else ""):
        try:
            execute_from_command_line(sys.argv)
        except (OperationalError, ProgrammingError) as failure:
            if "--traceback" in sys.argv or not lacks_tables():
                raise
            sys.exit(f"{failure}: the database is not up to date. Run `bin/manage migrate` first.")
