import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts import leading


class Command(BaseCommand):
    help = "Make the account of a lead, or reset its password; the first account of an installation."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="kept as it is for an account that is there")
        parser.add_argument("--password", help="made and printed when not given")

    def handle(self, *, email, name, password, **options):
        given = password is not None
        password = password if given else secrets.token_urlsafe(15)
        try:
            validate_email(email.strip())
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        user, made = leading.make_lead(email=email, name=name, password=password)
        self.stderr.write(f"{'Made' if made else 'Reset'} the lead account {user.email}.")
        if not given:
            self.stderr.write("Shown once; change it under “Me” after you have logged in:")
            self.stdout.write(password)
