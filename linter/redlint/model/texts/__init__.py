"""The steps from an expression to the texts it may have; :mod:`redlint.model.strings` puts them together."""
