"""What the sections of a report are about, in the words of its page."""

from django.utils.translation import gettext_lazy as _

ABOUT = {
    "talking": _(
        "What rules found: loops, echoes, speakers out of their part, recited instructions, another language. Each "
        "rule and its limits are in docs/quality.md."
    ),
    "held": _(
        "Sessions with a reason are held back: they stay out of rounds and exports until a lead releases them."
    ),
    "reported": _("In this run sessions with a reason are reported only; nothing is held back by a rule."),
    "spread": _(
        "Entropy in bits, and as a share of the widest spread there could be. From 20 on, under half of the widest, "
        "or one level with more than half, is called a collapse."
    ),
    "lengths": _("Turns of a session, and words of a turn by who speaks."),
    "diversity": _(
        "Different runs of one, two and three words among all (distinct-n). It falls with length; the adjusted value "
        "divides by what as many words drawn from 30,000 would give, so runs of any size compare (Liu et al. 2022)."
    ),
    "duplicates": _(
        "Word for word, and nearly: at least 80 %% of their runs of five words in common. Compared within the run and "
        "with %(n)s sessions of earlier runs of the recipe; the same cell made again does not count."
    ),
    "languages": _(
        "Turns, findings and better words are in the session’s language. What frames the feedback that reviewers see "
        "(“What to work on”, “turn 3; serious”) is English in every session. A mistake is named by the translation "
        "that was approved when the run was planned, and in the guideline’s own language where there was none."
    ),
    "labels": _(
        "What the supervisor agent wrote, held against what was said and what was meant. What was meant is a prompt, "
        "never the truth: experts say what is there."
    ),
    "validators": _("How refinement ended, and how often each check passed."),
    "safety": _(
        "Sessions in which a plain cue of risk occurs; the rule raises a tier so that a qualified person looks. Below: "
        "how well it does on labelled sentences, half of them look-alikes. They were invented by the same hands as the "
        "rule, so in real sessions it finds less."
    ),
    "refusals": _(
        "Sessions that the model or its provider refused, and all that failed, by the risk tier of the client."
    ),
    "verdicts": _(
        "What people settled, in rounds that are closed; rehearsals do not count. The cost is the whole run’s, over the "
        "sessions accepted as they were or after an edit."
    ),
}
