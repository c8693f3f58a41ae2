"""How far the readers of a round agree: read once for each change, kept, and shown so that it is read rightly."""
