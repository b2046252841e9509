"""The language server: what ``redlint check`` finds, in the editor while one types.

``documents`` and ``notebooks`` hold what the editor has open, ``projects`` keeps each project linked, ``worker``
runs that in a thread of its own, ``server`` speaks the protocol; each of the other modules answers one request.
"""
