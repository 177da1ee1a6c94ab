"""The review pages: what waits for a person, one case, campaigns. What is shown comes from a criminal (threats section 6)."""
