"""Message + AuthEvidence + Brand -> Finding* -> Verdict. No network, disk, clock or randomness."""
