"""raw bytes -> Case: the single door through which scanner, web and cli judge."""
