"""The proofs, one module for each topic."""
