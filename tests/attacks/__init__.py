"""Attacks on author identity and its proof, composed and generated (threats sections 3.1 and 3.2)."""
