"""What takes longer than `make test` may: run by `make soak`, figures into docs/measurements.md."""
