"""Vigie finds e-mails that pretend to come from ameli, and proves or disproves who sent them."""

__version__ = "0.1.0"
