"""Figures to watch, no targets: `make bench`. Nothing here asserts a time."""
