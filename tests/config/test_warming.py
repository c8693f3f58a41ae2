"""Whoever looks at a page first does not wait for what every look at it needs."""

import subprocess
import sys

from config.warming import ROOT

TOLD = """
import gc, sys
from config.wsgi import application
from django.template.engine import Engine
from django.urls import get_resolver
cached = Engine.get_default().template_loaders[0].get_template_cache
print(any(name.startswith("review/round") for name in cached), "review.round_views" in sys.modules)
print(gc.get_freeze_count() > 100_000)
"""


def test_a_web_process_has_its_views_and_templates_before_anybody_asks_and_leaves_them_out_of_collections():
    command = [sys.executable, "-c", TOLD]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["True", "True", "True"], done.stderr[-3000:]
