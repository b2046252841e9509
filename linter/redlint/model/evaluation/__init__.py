"""What an expression may denote: one unit of modules that need each other, split by topic."""
