"""An endpoint that misbehaves by a seeded plan, and kills at random moments: what comes out must be right all the same."""
