from django.core.management.base import BaseCommand, CommandError

from synthesis.loading import load_all
from synthesis.reading import BadProfiles


class Command(BaseCommand):
    help = (
        "Load client profiles from YAML or JSON, ours or the PATIENT-Psi, MAGneT or PsychoCounsel layout; FILE may be "
        "`shipped` (clients), `shipped-intakes` (intake forms) or `shipped-speeches` (single things that clients said). "
        "Ends with 1 where single records were refused, with 2 where a file was and nothing is stored."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--licence", default="", help="licence of records in the PATIENT-Psi layout")
        parser.add_argument("--origin", default="", help="origin of records in the PATIENT-Psi layout")
        parser.add_argument(
            "--may-not-leave", action="store_true", help="send these records to no other machine"
        )
        parser.add_argument(
            "--allowed-endpoint", action="append", default=[], metavar="NAME",
            help="with --may-not-leave: an endpoint they may be sent to all the same",
        )  # fmt: skip

    def handle(self, *, files, licence, origin, may_not_leave, allowed_endpoint, **options):
        if allowed_endpoint and not may_not_leave:
            raise CommandError("--allowed-endpoint needs --may-not-leave", returncode=2)
        bounds = {"may_leave": not may_not_leave, "allowed_endpoints": tuple(allowed_endpoint)}
        try:
            found = load_all(files, licence=licence, origin=origin, **bounds)
        except BadProfiles as problem:
            raise CommandError(str(problem), returncode=2) from problem
        for file, loaded in zip(files, found, strict=True):
            for sentence in loaded.refused:
                self.stderr.write(f"refused: {sentence}")
            for sentence in loaded.cleaned:
                self.stderr.write(f"cleaned: {sentence}")
            self.stderr.write(
                f"{file}: {len(loaded.new)} new, {len(loaded.revised)} revised, "
                f"{loaded.unchanged} unchanged, {len(loaded.refused)} refused"
            )
        if refused := sum(len(loaded.refused) for loaded in found):
            raise CommandError(f"{refused} refused, the others are stored.", returncode=1)
