#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    from django.core.management import execute_from_command_line

    from accounts import doors

    with doors.through(doors.COMMAND, sys.argv[1] if len(sys.argv) > 1 else ""):
        execute_from_command_line(sys.argv)
