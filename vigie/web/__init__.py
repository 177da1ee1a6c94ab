"""Whatever answers HTTP: the review pages and the people who use them."""
