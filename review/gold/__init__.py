"""Sessions with known answers, in training and among others, and what they tell: docs/training-and-gold.md"""
