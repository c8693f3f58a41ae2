import json

from django.core.management.base import BaseCommand, CommandError

from synthesis.importing_excerpts import ORIGIN, import_excerpts, import_rated
from synthesis.reading import BadProfiles


class Command(BaseCommand):
    help = (
        "Import excerpts of real sessions that end with the client, from files of ours that say consent and licence; or, "
        "with --rated, rated replies in the published SCOREval (alpaca) layout. Each is looked through for names in its "
        "own language, and waits for a person to confirm it. Ends with 1 where single records were refused, with 2 where a "
        "file was and nothing is stored."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument(
            "--may-leave", action="store_true", help="confirmed ones may be sent to other machines"
        )
        parser.add_argument("--endpoint", action="append", default=[], help="or to this one alone")
        parser.add_argument("--rated", action="store_true", help="alpaca rows; then the following are needed")
        parser.add_argument("--language", default="")
        parser.add_argument("--consent", default="")
        parser.add_argument("--licence", default="", help="without one nothing made from them is released")
        parser.add_argument("--origin", default=ORIGIN)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, files, may_leave, endpoint, rated, language, consent, licence, origin, **options):
        if rated and not (language.strip() and consent.strip()):
            raise CommandError(
                "--rated needs --language and --consent: the rows do not say them.", returncode=2
            )
        try:
            if rated:
                told = {"language": language, "consent": consent, "licence": licence, "origin": origin}
                found = import_rated(files, may_leave=may_leave, **told)
            else:
                found = import_excerpts(files, may_leave=may_leave, allowed_endpoints=tuple(endpoint))
        except BadProfiles as problem:
            raise CommandError(str(problem), returncode=2) from problem
        for sentence in found.refused:
            self.stderr.write(f"refused: {sentence}")
        counts = {"new": len(found.new), "revised": len(found.revised), "unchanged": found.unchanged,
                  "refused": len(found.refused)}  # fmt: skip
        self.stderr.write(", ".join(f"{n} {what}" for what, n in counts.items()))
        if found.new or found.revised:
            self.stderr.write(
                "They wait for a person to read and confirm them: see Excerpts on the page of profiles."
            )
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        if found.refused:
            raise CommandError(f"{len(found.refused)} refused, the others are stored.", returncode=1)
