"""What `vigie doctor` looks at, one module for each part of the world, and the catalogue of everything that it can name."""
