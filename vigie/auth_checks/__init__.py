"""Message -> AuthEvidence. DNS only through the Resolver that is handed in."""
