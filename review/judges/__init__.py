"""Judge models read a round beside its people, and are compared with them."""
