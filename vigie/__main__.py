"""`python -m vigie` is `vigie`."""

from vigie.cli.entry import main

if __name__ == "__main__":
    main()
