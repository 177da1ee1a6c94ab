"""bytes -> Message. Pure and total: hostile input yields defects, never an exception."""
